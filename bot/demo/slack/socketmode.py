"""Slack's side of Socket Mode: envelopes out, acknowledgements in."""

import asyncio
import json
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import WSMsgType, web

from bot.demo.slack.workspace import APP

__all__ = ["SocketMode"]


class SocketMode:
    """The open connections. Each envelope goes to one of them, in turn."""

    def __init__(self) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        #: How many connections were ever opened.
        self.opened = 0
        #: How it is silent: ``handshake``: no WebSocket comes of it; ``hello``: nobody says anything;
        #: ``pings``: after the hello nobody does, as when a connection is half-open.
        self.silent = ""
        self._silence = asyncio.Event()
        self._links: set[str] = set()
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._changed = asyncio.Event()
        self._turn = 0

    def issue(self) -> str:
        """The one-time part of a new connection's address."""
        link = secrets.token_urlsafe(16)
        self._links.add(link)
        return link

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, until either side closes it."""
        link = request.query.get("ticket", "")
        if link not in self._links:
            return web.Response(status=404)
        self._links.discard(link)
        if self.silent == "handshake":
            await self._silence.wait()
            return web.Response(status=503)
        socket = web.WebSocketResponse(heartbeat=None if self.silent else 10, autoping=not self.silent)
        await socket.prepare(request)
        if self.silent == "hello":
            await self._silence.wait()
            return socket
        self.sockets.append(socket)
        self.opened += 1
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.sockets),
                "debug_info": {"host": "applink-demo", "approximate_connection_time": 18060},
                "connection_info": {"app_id": APP},
            }
        )
        self._changed.set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self.sockets.remove(socket)
            self._changed.set()
        return socket

    async def connected(self, count: int = 1, timeout: float = 5, opened: int = 0) -> None:  # noqa: ASYNC109
        """Wait until so many connections are open, and so many were ever opened."""
        async with asyncio.timeout(timeout):
            while len(self.sockets) < count or self.opened < opened:
                self._changed.clear()
                await self._changed.wait()

    async def deliver(
        self, kind: str, payload: Mapping[str, Any], *, twice: bool, headers: Mapping[str, Any]
    ) -> Any:
        """Send an envelope; the acknowledgement's payload. Who waits sets the time-out."""
        envelope_id = str(uuid.uuid4())
        envelope = {
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            **headers,
        }
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._acks[envelope_id] = future
        try:
            for _ in range(2 if twice else 1):
                await self._pick().send_json(envelope)
            return await future
        finally:
            del self._acks[envelope_id]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go and come again, as Slack does every few hours."""
        for socket in list(self.sockets):
            await socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-demo"}}
            )

    async def cut(self) -> None:
        """Cut every connection, without a word."""
        for socket in list(self.sockets):
            transport = socket.get_extra_info("socket")
            if transport is not None:
                transport.shutdown(2)

    async def close(self) -> None:
        """Close every connection."""
        self._silence.set()
        for socket in list(self.sockets):
            await socket.close()

    def _pick(self) -> web.WebSocketResponse:
        self._turn += 1
        return self.sockets[self._turn % len(self.sockets)]

    def _acknowledged(self, text: str) -> None:
        try:
            ack = json.loads(text)
        except ValueError:
            return
        future = self._acks.get(ack.get("envelope_id", ""))
        if future is not None and not future.done():
            future.set_result(ack.get("payload", ""))
