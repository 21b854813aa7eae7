"""One page that is open: who looks from it, at which conversation, and what it is told."""

import asyncio
from typing import Any

from aiohttp import web

from bot.demo.slack.workspace import Member

__all__ = ["Session"]


class Session:
    """Frames go out in the order in which they were put in."""

    def __init__(self, socket: web.WebSocketResponse, member: Member) -> None:
        self.member = member
        #: The conversation that is open; ``home``: the app's Home tab.
        self.place = ""
        self._socket = socket
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def push(self, what: str, content: object) -> None:
        """Tell the page something by itself."""
        self._frames.put_nowait({"push": what, what: content})

    def answer(self, number: object, **said: object) -> None:
        """Answer what the page asked for."""
        self._frames.put_nowait({"re": number, **said})

    async def send(self) -> None:
        """Send frames until the connection is closed."""
        while not self._socket.closed:
            frame = await self._frames.get()
            try:
                await self._socket.send_json(frame)
            except ConnectionError:
                return
