"""The page's server, on 127.0.0.1 alone: its files, and a WebSocket for each page that is open."""

import secrets
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.demo.playground.hub import Hub
from bot.demo.servers import Servers
from bot.demo.watching import Handler

__all__ = ["Playground"]

ASSETS = Path(__file__).parent / "assets"


class Playground:
    """``url`` opens it. Whoever does not know the token in it sees and does nothing."""

    def __init__(self, servers: Servers, port: int = 0) -> None:
        self._servers, self._port = servers, port
        self._token = secrets.token_urlsafe(24)
        self._hub = Hub(servers)
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1)

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self._hub.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._hub.stop()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The page's address, token and all."""
        return f"http://127.0.0.1:{self._port}/?token={self._token}"

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guarded])
        app.router.add_get("/", self._page)
        app.router.add_get("/ws", self._socket)
        app.router.add_get("/file/{id}", self._file)
        app.router.add_get("/{name:[a-zA-Z0-9.-]+}", self._asset)
        return app

    # ------------------------------------------------------------ who may

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Another site's name for 127.0.0.1 (DNS rebinding) gets nothing, nor does another site's page."""
        here = {f"127.0.0.1:{self._port}", f"localhost:{self._port}"}
        origin = request.headers.get("Origin")
        if request.host not in here or origin not in {None, f"http://{request.host}"}:
            raise web.HTTPForbidden(text="Not from here.")
        response: web.StreamResponse = await handler(request)
        if not response.prepared:
            response.headers.update(_headers(request.host))
        return response

    def _check(self, request: web.Request) -> None:
        given = request.query.get("token", "")
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            raise web.HTTPForbidden(text="Open the address that `make demo` printed: it ends with a token.")

    # ------------------------------------------------------------ what there is

    async def _page(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        return web.FileResponse(ASSETS / "index.html")

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        file = ASSETS / request.match_info["name"]
        if file.suffix == ".html" or not file.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(file)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        if "Origin" not in request.headers:
            raise web.HTTPForbidden(text="Not from here.")
        return await self._hub.serve(request)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A file that the bot uploaded, to be saved: never drawn, for its content is not the page's."""
        self._check(request)
        for file in self._servers.slack.files:
            if file.id == request.match_info["id"]:
                disposition = f'attachment; filename="{file.id}.txt"'
                return web.Response(body=file.data, headers={"Content-Disposition": disposition})
        raise web.HTTPNotFound


def _headers(host: str) -> dict[str, str]:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
