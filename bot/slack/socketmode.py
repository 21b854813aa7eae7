"""Slack's requests over a WebSocket that the bot opens: nothing has to reach it from outside."""

import asyncio
import logging
from types import TracebackType

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.core.secret import Secret
from bot.slack.sdk import socket_log

__all__ = ["SocketMode"]

log = logging.getLogger(__name__)

#: Seconds that the start waits for the first connection.
PATIENCE = 5


class SocketMode:
    """The connection, for as long as the context lasts; Slack's client renews it."""

    def __init__(self, app: AsyncApp, app_token: Secret) -> None:
        self._handler = AsyncSocketModeHandler(app, app_token.reveal(), logger=socket_log())

    async def __aenter__(self) -> "SocketMode":
        self._connecting = asyncio.create_task(self._handler.connect_async())  # type: ignore[no-untyped-call]
        connected, _ = await asyncio.wait({self._connecting}, timeout=PATIENCE)
        if not connected:
            log.error(
                "Socket Mode does not connect, and goes on trying: Slack is down, or SLACK_APP_TOKEN is not "
                "an app-level token of this app with connections:write",
                extra={"action": "slack.socket-mode"},
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connecting.cancel()
        await self._handler.close_async()  # type: ignore[no-untyped-call]

    async def check(self) -> None:
        """Raise :class:`ConnectionError` unless it is connected."""
        if not await self._handler.client.is_connected():
            raise ConnectionError("Socket Mode is not connected")
