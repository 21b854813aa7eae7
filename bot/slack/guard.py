"""What stands before Bolt: nothing unsigned, stale, oversized or unreadable comes through."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier

from bot.core.secret import Secret
from bot.services.ports import Clock

__all__ = ["UNREADABLE", "Guard"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)

#: What reading a payload raises that is not as Slack describes it.
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)

#: Slack's own requests are a few kilobytes.
MAX_BODY = 1 << 20
#: Seconds for it to arrive.
PATIENCE = 5


class Guard:
    """An ASGI application that verifies Slack's signature, then hands the request on.

    Slack's verifier raises on a timestamp that is no number and on a body that is not UTF-8, which Bolt
    answers with 500; and Bolt reads a payload before it verifies it. Here each is a 4xx.
    Source: docs.slack.dev, "Verifying requests from Slack".
    """

    def __init__(
        self, app: ASGIApp, signing_secret: Secret, clock: Clock, patience: float = PATIENCE
    ) -> None:
        self._app = app
        self._patience = patience
        self._verifier = SignatureVerifier(signing_secret.reveal(), _Seconds(clock))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 405, 408, 413, 401 or 400, or let the request through."""
        if scope["method"] != "POST":
            await _refuse(send, 405, (b"allow", b"POST"))
            return
        try:
            async with asyncio.timeout(self._patience):
                body = await _read(receive)
        except TimeoutError:
            await _refuse(send, 408)
            return
        if body is None:
            await _refuse(send, 413)
        elif not self._is_signed(scope, body):
            await _refuse(send, 401)
        elif not _is_readable(scope, body):
            await _refuse(send, 400)
        else:
            await self._hand_on(scope, body, send)

    async def _hand_on(self, scope: Scope, body: bytes, send: Send) -> None:
        """Bolt reads parts of a payload outside its own error handling, before it answers anything."""
        try:
            await self._app(scope, _replay(body), send)
        except UNREADABLE as error:
            log.warning("not read: %s", type(error).__name__, extra={"action": "slack.not-read"})
            await _refuse(send, 400)

    def _is_signed(self, scope: Scope, body: bytes) -> bool:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        timestamp = headers.get(b"x-slack-request-timestamp", "")
        signature = headers.get(b"x-slack-signature", "")
        # The verifier takes int()'s word for a timestamp, which takes " 1", "1_0" and other scripts' digits.
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
            return False
        try:
            return bool(self._verifier.is_valid(body, timestamp, signature))
        except (ValueError, TypeError):
            return False


class _Seconds(SignatureClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


async def _read(receive: Receive) -> bytes | None:
    """The whole body; ``None`` if it is too large or cut off."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _is_readable(scope: Scope, body: bytes) -> bool:
    """Whether Bolt can parse it: a form, whose ``payload`` (if any) is a JSON object, or a JSON object."""
    content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    try:
        text = body.decode()
        if content_type.partition(b";")[0].strip().lower() == b"application/json":
            return isinstance(json.loads(text), dict)
        payload = parse_qs(text, max_num_fields=100).get("payload")
        return payload is None or isinstance(json.loads(payload[0]), dict)
    except (ValueError, RecursionError):
        return False


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _refuse(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    start = {"type": "http.response.start", "status": status}
    await send({**start, "headers": [(b"content-length", b"0"), *headers]})
    await send({"type": "http.response.body", "body": b""})
