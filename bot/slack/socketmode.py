"""Slack's requests over a WebSocket that the bot opens: nothing has to reach it from outside.

Slack's client pings, and connects anew when no pong comes. A watchdog stands behind it for what it does not
get out of by itself: a handshake that is never answered, and an address that it tries again and again though
it is good for one try only. When nothing is heard for a while, it starts with a new client.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.core.secret import Secret
from bot.slack.sdk import socket_log

__all__ = ["SocketMode"]

log = logging.getLogger(__name__)

#: Seconds that the start waits for the first connection.
PATIENCE = 5.0
#: Seconds between pings; the client connects anew when no pong comes for half of that.
PINGS = 5.0
#: Seconds without a pong or a message after which a new client is made.
SILENCE = 45.0
#: Seconds that one has to say good-bye: a silent Slack does not answer that either.
GOOD_BYE = 1.0


class SocketMode:
    """The connection, for as long as the context lasts. ``monotonic`` is in seconds and never goes back."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: Secret,
        *,
        patience: float = PATIENCE,
        pings: float = PINGS,
        silence: float = SILENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._token = app_token
        self._patience = patience
        self._pings = pings
        self._silence = silence
        self._monotonic = monotonic
        #: How often a new client was made.
        self.restarts = 0

    async def __aenter__(self) -> "SocketMode":
        self._open()
        connected, _ = await asyncio.wait({self._connecting}, timeout=self._patience)
        if not connected:
            log.error(
                "Socket Mode does not connect, and goes on trying: Slack is down, or SLACK_APP_TOKEN is not "
                "an app-level token of this app with connections:write",
                extra={"action": "slack.socket-mode"},
            )
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watching.cancel()
        await self._close()

    async def check(self) -> None:
        """Raise :class:`ConnectionError` unless it is connected."""
        if not await self._handler.client.is_connected():
            raise ConnectionError("Socket Mode is not connected")

    def _open(self) -> None:
        self._handler = AsyncSocketModeHandler(
            self._app, self._token.reveal(), logger=socket_log(), ping_interval=self._pings
        )
        self._handler.client.on_message_listeners.append(self._hear)
        self._pong: float | None = None
        self._heard_at = self._monotonic()
        self._connecting = asyncio.create_task(self._handler.connect_async())  # type: ignore[no-untyped-call]

    async def _hear(self, message: WSMessage) -> None:
        self._heard_at = self._monotonic()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._pings)
            pong = self._handler.client.last_ping_pong_time  # by the wall's clock, which may be put right
            if pong != self._pong:
                self._pong, self._heard_at = pong, self._monotonic()
            if self._monotonic() - self._heard_at >= self._silence:
                log.warning(
                    "Socket Mode is silent: it is started anew", extra={"action": "slack.socket-mode-silent"}
                )
                self.restarts += 1
                await self._close()
                self._open()

    async def _close(self) -> None:
        """Close it, with all that its client began."""
        client = self._handler.client
        self._connecting.cancel()
        # A silent Slack answers no good-bye; what else is wrong with a connection is of no more interest.
        with suppress(Exception):
            async with asyncio.timeout(GOOD_BYE):
                await self._handler.close_async()  # type: ignore[no-untyped-call]
        client.closed = True
        for task in (client.message_processor, client.current_session_monitor, client.message_receiver):
            if task is not None:
                task.cancel()
        await client.aiohttp_client_session.close()
