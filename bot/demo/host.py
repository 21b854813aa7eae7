"""A port of 127.0.0.1: listens, refuses, hangs up, and counts its connections."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

__all__ = ["CountingServer", "Handler", "Host"]

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class CountingServer(web.Server):
    """Counts connections: how many were opened, how many are open, and the most at once."""

    opened = 0
    peak = 0

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Count a new connection."""
        super().connection_made(handler, transport)
        self.opened += 1
        self.peak = max(self.peak, len(self.connections))


class Host:
    """One port and who answers there. Port 0 becomes a free one, and stays it."""

    def __init__(self, handler: Handler, port: int = 0) -> None:
        self._server = CountingServer(handler, access_log=None)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
        self._site: web.TCPSite | None = None
        self.port = port

    async def open(self) -> None:
        """Start."""
        await self._runner.setup()
        await self.accept()

    async def close(self) -> None:
        """Stop for good."""
        await self._runner.cleanup()

    async def accept(self) -> None:
        """Listen, on the same port as before."""
        if self._site is None:
            self._site = web.TCPSite(self._runner, "127.0.0.1", self.port)
            await self._site.start()
            self.port = self._runner.addresses[0][1]

    async def refuse(self) -> None:
        """Refuse connections from now on, and close those that are open."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
            await self.hang_up()

    async def hang_up(self) -> None:
        """Close the connections that are open."""
        for connection in list(self._server.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)

    @property
    def url(self) -> str:
        """The root, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections_opened(self) -> int:
        """How many connections were opened so far."""
        return self._server.opened

    @property
    def connections_peak(self) -> int:
        """The most connections that were open at once."""
        return self._server.peak
