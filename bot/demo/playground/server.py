"""The page's server, on 127.0.0.1 alone: its files, and a WebSocket for each page that is open."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web

from bot.demo.playground import scene
from bot.demo.playground.acts import Acts, Refused
from bot.demo.playground.session import Session
from bot.demo.servers import Servers
from bot.demo.workspace import Message

__all__ = ["Playground"]

ASSETS = Path(__file__).parent / "assets"
#: The longest line from a page, in bytes: more than a form full of text.
MOST = 1 << 18
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Playground:
    """``url`` opens it. Whoever does not know the token in it sees and does nothing."""

    def __init__(self, servers: Servers, port: int = 0) -> None:
        self._servers, self._port = servers, port
        self._token = secrets.token_urlsafe(24)
        self._acts = Acts(servers)
        self._read = scene.Read()
        self._sessions: set[Session] = set()
        self._sockets: set[web.WebSocketResponse] = set()
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1)

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self._servers.slack.workspace.listeners.append(self._told)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._servers.slack.workspace.listeners.remove(self._told)
        for socket in list(self._sockets):
            await socket.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The page's address, token and all."""
        return f"http://127.0.0.1:{self._port}/?token={self._token}"

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guarded])
        app.router.add_get("/", self._page)
        app.router.add_get("/ws", self._serve)
        app.router.add_get("/{name:[a-zA-Z0-9.-]+}", self._asset)
        return app

    # ------------------------------------------------------------ files

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Another site's name for 127.0.0.1 (DNS rebinding) gets nothing, nor does another site's page."""
        here = {f"127.0.0.1:{self._port}", f"localhost:{self._port}"}
        origin = request.headers.get("Origin")
        if request.host not in here or origin not in {None, *(f"http://{each}" for each in here)}:
            raise web.HTTPForbidden(text="Not from here.")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(self._headers(request.host))
        return response

    def _headers(self, host: str) -> dict[str, str]:
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

    def _knows(self, request: web.Request) -> bool:
        given = request.query.get("token", "")
        return secrets.compare_digest(given.encode(), self._token.encode())

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if not self._knows(request):
            raise web.HTTPForbidden(text="Open the address that `make demo` printed: it ends with a token.")
        return web.FileResponse(ASSETS / "index.html")

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        file = ASSETS / request.match_info["name"]
        if file.name == "index.html" or not file.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(file)

    # ------------------------------------------------------------ pages

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if not self._knows(request) or "Origin" not in request.headers:
            raise web.HTTPForbidden(text="Not from here.")
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=MOST)
        await socket.prepare(request)
        session = Session(socket, self._servers.slack.workspace.members[self._servers.slack.seller.id])
        self._sessions.add(session)
        self._sockets.add(socket)
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(session.send())
                async for message in socket:
                    if message.type is WSMsgType.TEXT:
                        tasks.create_task(self._asked(session, message.data))
                sending.cancel()
        finally:
            self._sessions.discard(session)
            self._sockets.discard(socket)
        return socket

    async def _asked(self, session: Session, text: str) -> None:
        try:
            asked = json.loads(text)
            number, what = asked["id"], str(asked["do"])
        except (ValueError, KeyError, TypeError):
            session.answer(None, error="That is no request.")
            return
        try:
            session.answer(number, ok=True, **await self._do(session, what, asked))
        except (Refused, LookupError, TimeoutError, OSError) as error:
            session.answer(number, error=_words(error))

    async def _do(self, session: Session, what: str, asked: dict[str, Any]) -> scene.Json:
        match what:
            case "hello" | "as":
                if asked.get("member") or what == "as":
                    self._acts.as_(session, asked)
                session.push("scene", self._scene(session))
                return {}
            case "open":
                return self._open(session, asked)
            case "type":
                return await self._acts.type(session, asked)
            case "press":
                return await self._acts.press(session, asked)
            case "invite":
                return await self._acts.invite(session, asked)
        raise Refused(f"There is no such thing to do: {what}.")

    def _open(self, session: Session, asked: dict[str, Any]) -> scene.Json:
        session.place = self._acts.place(session, asked).id
        self._seen(session)
        return {}

    def _scene(self, session: Session) -> scene.Json:
        return scene.scene(self._servers, session.member, self._read)

    # ------------------------------------------------------------ what happens

    def _told(self, message: Message) -> None:
        """A message is new or changed: all who see it are told."""
        for session in list(self._sessions):
            if self._servers.slack.workspace.sees(session.member.id, message):
                session.push("message", scene.message(self._servers, message))
                self._seen(session)

    def _seen(self, session: Session) -> None:
        """What stands in the conversation that is open is read."""
        me = session.member
        messages = self._servers.slack.workspace.messages(session.place, me.id) if session.place else []
        for message in messages[-1:]:
            self._read.mark(me.id, session.place, message.ts)
        session.push("places", scene.places(self._servers, me, self._read))


def _words(error: Exception) -> str:
    said = str(error.args[0]) if error.args else ""
    return said or "No answer in time."
