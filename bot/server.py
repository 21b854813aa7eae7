"""The HTTP server: its socket, its life, and which requests are Slack's."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn

__all__ = ["EVENTS", "ASGIApp", "front", "listening", "serving"]

#: Where Slack's commands, interactions and events arrive.
EVENTS = "/slack/events"
GRACE_SECONDS = 10
#: More connections than this at once get a 503.
CONNECTIONS = 2000

ASGIApp = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The socket of the HTTP server; opened first, so that a second bot at the same port ends here."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        yield opened


def front(events: ASGIApp | None, pages: ASGIApp) -> ASGIApp:
    """Slack's requests and everybody else's part ways here: an acknowledgement takes the shortest one."""

    async def front(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        to_slack = events is not None and scope["type"] == "http" and scope["path"] == EVENTS
        await (events if events and to_slack else pages)(scope, receive, send)

    return front


@asynccontextmanager
async def serving(asgi: ASGIApp, opened: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
    """Serve; in the end finish the requests under way. It yields the server's task, which should not end."""
    config = uvicorn.Config(
        asgi,
        access_log=False,  # its lines would hold the one-time pages' addresses
        log_config=None,
        lifespan="off",
        proxy_headers=False,  # whose word is taken for an address: see bot.web
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[opened]))
    try:
        await asyncio.wait(
            {task, ready := asyncio.create_task(server.ready.wait())}, return_when=asyncio.FIRST_COMPLETED
        )
        ready.cancel()
        yield task
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """uvicorn, without its signal handlers: the command line has its own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
