"""The pages that are open: what they ask for is done, and each is told what its member sees happen."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web

from bot.demo.playground import scene
from bot.demo.playground.acts import Acts, Refused
from bot.demo.playground.panel import Panel
from bot.demo.playground.scene import Json
from bot.demo.playground.session import Session
from bot.demo.playground.wire import Wire
from bot.demo.servers import Servers
from bot.demo.slack.views import View
from bot.demo.slack.workspace import Message

__all__ = ["Hub"]

Asked = Mapping[str, Any]
#: The longest line from a page, in bytes: more than a form full of text.
MOST = 1 << 18
HOME = "home"
NO_REQUEST = "That is no request."


class Hub:
    """One for all pages."""

    def __init__(self, servers: Servers) -> None:
        self._servers, self._workspace = servers, servers.slack.workspace
        self._acts, self._panel, self._read = Acts(servers), Panel(servers), scene.Read()
        self._wire = Wire(servers.clock, self._sent)
        self._sessions: dict[Session, web.WebSocketResponse] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        acts = self._acts
        self._deeds: dict[str, Callable[[Session, Asked], Awaitable[Json]]] = {
            "hello": self._hello,
            "as": self._be,
            "open": self._open,
            "panel": self._behind,
            "type": acts.type,
            "press": acts.press,
            "submit": acts.submit,
            "close": acts.close,
            "invite": acts.invite,
            "login": acts.login,
        }

    # ------------------------------------------------------------ life

    def start(self) -> None:
        """Hear of what happens from now on."""
        self._workspace.listeners.append(self._told)
        self._workspace.views.listeners.append(self._viewed)
        self._servers.slack.seen = self._servers.crm.soap.seen = self._wire.started

    async def stop(self) -> None:
        """Close every page's connection, and hear no more."""
        self._workspace.listeners.remove(self._told)
        self._workspace.views.listeners.remove(self._viewed)
        for socket in list(self._sessions.values()):
            await socket.close()
        for task in list(self._tasks):
            task.cancel()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One page, until it is closed."""
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=MOST)
        await socket.prepare(request)
        session = Session(socket, self._servers.slack.seller)
        self._sessions[session] = socket
        sending = asyncio.create_task(session.send())
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._begin(self._asked(session, message.data))
        finally:
            del self._sessions[session]
            sending.cancel()
        return socket

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ what is asked for

    async def _asked(self, session: Session, text: str) -> None:
        try:
            asked = json.loads(text)
            number, what = asked["id"], asked["do"]
        except (ValueError, KeyError, TypeError):
            session.answer(None, error=NO_REQUEST)
            return
        try:
            deed = self._deeds.get(str(what))
            if deed is None:
                raise Refused(f"There is no such thing to do: {what}.")
            session.answer(number, ok=True, **await deed(session, asked))
        except (Refused, LookupError, TimeoutError, OSError, aiohttp.ClientError) as error:
            session.answer(number, error=_words(error))
        except (TypeError, ValueError, AttributeError):
            session.answer(number, error=NO_REQUEST)

    async def _hello(self, session: Session, asked: Asked) -> Json:
        """A page that comes back may have forgotten who was there, or know somebody from another demo."""
        known = self._workspace.members.get(str(asked.get("member")))
        session.member = known if known and not known.is_bot else session.member
        return self._set(session)

    async def _be(self, session: Session, asked: Asked) -> Json:
        session.member = self._acts.member(asked)
        return self._set(session)

    def _set(self, session: Session) -> Json:
        session.place = ""
        session.push("scene", self._scene(session))
        return {}

    def _scene(self, session: Session) -> Json:
        return scene.scene(self._servers, session.member, self._read) | {
            "panel": self._panel.state(session.member),
            "wire": self._wire.latest,
        }

    async def _open(self, session: Session, asked: Asked) -> Json:
        if asked.get("place") == HOME:
            session.place = ""
            self._begin(self._acts.opened(session.member, "home"))
            return {}
        place = self._acts.place(session, asked)
        session.place = place.id
        self._seen(session)
        if place.user:
            self._begin(self._acts.opened(session.member, "messages"))
        return {}

    async def _behind(self, session: Session, asked: Asked) -> Json:
        done = await self._panel.do(session.member, asked)
        for each in self._sessions:
            each.push("clock", scene.clock(self._servers, each.member))
            each.push("panel", self._panel.state(each.member))
        return done

    # ------------------------------------------------------------ what happens

    def _told(self, message: Message) -> None:
        """A message is new or changed: all who see it are told."""
        for session in self._sessions:
            if self._workspace.sees(session.member.id, message):
                session.push("message", scene.message(self._servers, message))
                self._seen(session)

    def _viewed(self, user: str, view: View | str) -> None:
        for session in self._sessions:
            if session.member.id != user:
                continue
            if isinstance(view, str):
                session.push("view_closed", view)
            else:
                session.push("home" if view["type"] == "home" else "view", view)

    def _seen(self, session: Session) -> None:
        """What stands in the conversation that is open is read."""
        me, place = session.member.id, session.place
        for message in (self._workspace.messages(place, me) if place else [])[-1:]:
            self._read.mark(me, place, message.ts)
        session.push("places", scene.places(self._servers, session.member, self._read))

    def _sent(self, entry: Json) -> None:
        for session in self._sessions:
            session.push("wire", entry)


def _words(error: Exception) -> str:
    said = str(error.args[0]) if error.args else ""
    return said or "No answer in time."
