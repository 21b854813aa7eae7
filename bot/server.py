"""The HTTP server: its socket, its life, and which requests are Slack's."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["EVENTS", "ASGIApp", "CannotListen", "front", "listening", "serving"]

#: Where Slack's commands, interactions and events arrive.
EVENTS = "/slack/events"
#: In the end, for the requests under way. Whoever stops the bot gives it ten seconds in all.
GRACE_SECONDS = 4
#: Seconds for a request's head to arrive, counted from the connection, from the answer before it or from its
#: first byte, and its bytes.
HEAD_SECONDS = 10
MAX_HEAD = 32 * 1024
#: Seconds from there to its answer's end: its body arrives, it is worked on, somebody reads the answer.
REQUEST_SECONDS = 60
#: More connections than this at once get a 503.
CONNECTIONS = 2000

#: Seconds between two warnings that say the same.
_TOLD = 60

ASGIApp = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


class CannotListen(Exception):
    """The address is taken, or not this machine's. The message says which, and what to do."""


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The socket of the HTTP server; opened first, so that a second bot at the same port ends here.

    Raises :class:`CannotListen`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, port))
        except OSError as error:
            raise CannotListen(
                f"{host}:{port} cannot be listened at ({error.strerror}): stop what else does, "
                "or change BOT_LISTEN."
            ) from None
        yield opened


def front(events: ASGIApp | None, pages: ASGIApp) -> ASGIApp:
    """Slack's requests and everybody else's part ways here: an acknowledgement takes the shortest one."""

    async def front(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        to_slack = events is not None and scope["type"] == "http" and scope["path"] == EVENTS
        await (events if events and to_slack else pages)(scope, receive, send)

    return front


@asynccontextmanager
async def serving(
    asgi: ASGIApp,
    opened: socket.socket,
    head_seconds: float = HEAD_SECONDS,
    request_seconds: float = REQUEST_SECONDS,
) -> AsyncIterator[asyncio.Task[None]]:
    """Serve; in the end finish the requests under way. It yields the server's task, which should not end."""
    impatient = partial(_Impatient, head_seconds=head_seconds, request_seconds=request_seconds)
    logging.getLogger("uvicorn.error").addFilter(seldom := _Seldom())
    config = uvicorn.Config(
        asgi,
        http=impatient,  # type: ignore[arg-type] # it is called, no more
        ws="none",
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
        logging.getLogger("uvicorn.error").removeFilter(seldom)


class _Seldom(logging.Filter):
    """Anybody may send what is no HTTP: of each warning so often, a line in the log."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is a line; what is no warning always is."""
        text = record.getMessage()
        if record.levelno == logging.WARNING:
            if abs(record.created - self._told.get(text, 0)) < _TOLD:
                return False
            self._told[text] = record.created
        return True


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
    """uvicorn's protocol, with an end to everything that it would wait for, or keep, for ever by itself.

    A connection is always in one of two states, each with its time: a head is to arrive, or a request is to
    be answered. Whatever else drips in (a body after its answer, empty lines between two requests) lengthens
    neither.
    """

    def __init__(self, *args: Any, head_seconds: float, request_seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_seconds = head_seconds
        self._request_seconds = request_seconds
        self._timer: asyncio.TimerHandle | None = None
        self._is_head = True
        self._head = self._arriving = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a request."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._wait(self._head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        if self._timer:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hang up on a head without an end."""
        self._arriving = len(data)
        self._head += self._arriving
        super().data_received(data)
        if self._is_head and self._head > MAX_HEAD:
            self.transport.close()

    def on_message_begin(self) -> None:
        """Wait for its end; it may be one of several on a connection."""
        super().on_message_begin()
        self._is_head = True
        self._head = self._arriving
        self._wait(self._head_seconds)

    def on_headers_complete(self) -> None:
        """Leave the rest to those who read it: they have a patience of their own, which is shorter."""
        self._is_head = False
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > MAX_HEAD:
            raise ValueError("it came at once, and is too large all the same")  # answered by 400
        self._wait(self._request_seconds)
        super().on_headers_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: it is answered as if it asked for no upgrade, and anybody may send it."""

    def on_response_complete(self) -> None:
        """Wait for the next request, or go on with one that is here already."""
        super().on_response_complete()
        self._wait(self._head_seconds if self.cycle.response_complete else self._request_seconds)

    def _wait(self, seconds: float) -> None:
        """So long, and then no more, not even for an answer that nobody reads."""
        if self._timer:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, self.transport.abort)
