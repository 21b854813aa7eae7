"""The HTTP server: its socket, its life, and which requests are Slack's."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["EVENTS", "ASGIApp", "front", "listening", "serving"]

#: Where Slack's commands, interactions and events arrive.
EVENTS = "/slack/events"
#: In the end, for the requests under way. Whoever stops the bot gives it ten seconds in all.
GRACE_SECONDS = 4
#: Seconds for a request's head to arrive, counted from the connection or from its first byte, and its bytes.
HEAD_SECONDS = 10
MAX_HEAD = 32 * 1024
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
async def serving(
    asgi: ASGIApp, opened: socket.socket, head_seconds: float = HEAD_SECONDS
) -> AsyncIterator[asyncio.Task[None]]:
    """Serve; in the end finish the requests under way. It yields the server's task, which should not end."""
    config = uvicorn.Config(
        asgi,
        http=partial(_Impatient, head_seconds=head_seconds),  # type: ignore[arg-type] # it is called, no more
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


class _Impatient(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits for the end of a head for ever, and keeps all of it."""

    def __init__(self, *args: Any, head_seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_seconds = head_seconds
        self._timer: asyncio.TimerHandle | None = None
        self._head = self._arriving = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a request."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._expect_a_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hang up on a head without an end."""
        self._arriving = len(data)
        self._head += self._arriving
        super().data_received(data)
        if self._timer and self._head > MAX_HEAD:
            self.transport.close()

    def on_message_begin(self) -> None:
        """Wait for its end; it may be one of several on a connection."""
        super().on_message_begin()
        self._head = self._arriving
        self._expect_a_head()

    def on_headers_complete(self) -> None:
        """Leave the rest to those who read it: they have a patience of their own."""
        self._is_here()
        super().on_headers_complete()

    def _expect_a_head(self) -> None:
        self._is_here()
        self._timer = self.loop.call_later(self._head_seconds, self.transport.close)

    def _is_here(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
