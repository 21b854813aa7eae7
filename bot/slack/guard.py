"""What stands before Bolt: nothing unsigned, stale, oversized or unreadable comes through."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier

from bot.core.secret import Secret
from bot.services.ports import Clock
from bot.slack.refusals import Refusal, Refusals

__all__ = ["UNREADABLE", "Guard"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

#: What reading a payload raises that is not as Slack describes it.
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)

#: Slack's own requests are a few kilobytes.
MAX_BODY = 1 << 20
#: Seconds for it to arrive.
PATIENCE = 5
#: Seconds that a signature is good for, either way: as long as Slack's own verifier takes it.
FRESH = 300

#: Slack sends some twenty.
_FIELDS = 100
#: A form in which nothing is a ``payload``, whatever its values are.
_COMMAND = re.compile("(?:(?!payload=)[a-z_]+=[^&]*(?:&|$))+", re.ASCII)

STATUS: Mapping[Refusal, int] = {
    Refusal.UNSIGNED: 401,
    Refusal.STALE: 401,
    Refusal.TOO_LARGE: 413,
    Refusal.TOO_SLOW: 408,
    Refusal.UNREADABLE: 400,
}


class Guard:
    """An ASGI application that verifies Slack's signature, then hands the request on.

    Slack's verifier raises on a timestamp that is no number and on a body that is not UTF-8, which Bolt
    answers with 500; and Bolt reads a payload before it verifies it. Here each is a 4xx.
    Source: docs.slack.dev, "Verifying requests from Slack".
    """

    def __init__(
        self,
        app: ASGIApp,
        signing_secret: Secret,
        clock: Clock,
        refusals: Refusals,
        patience: float = PATIENCE,
    ) -> None:
        self._app = app
        self._refusals = refusals
        self._patience = patience
        self._seconds = _Seconds(clock)
        self._verifier = SignatureVerifier(signing_secret.reveal(), self._seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 405, 408, 413, 401 or 400, or let the request through."""
        if scope["method"] != "POST":
            await _refuse(send, 405, (b"allow", b"POST"))
            return
        try:
            async with asyncio.timeout(self._patience):
                body = await _read(receive)
        except (TimeoutError, EOFError):
            why: Refusal | None = Refusal.TOO_SLOW
        else:
            why = self._why_not(scope, body)
            if body is not None and why is None:
                await self._hand_on(scope, body, send)
        if why:
            self._refusals.refused(why)
            await _refuse(send, STATUS[why])

    async def _hand_on(self, scope: Scope, body: bytes, send: Send) -> None:
        """Bolt reads parts of a payload outside its own error handling, before it answers anything."""
        try:
            await self._app(scope, _replay(body), send)
        except UNREADABLE as error:
            self._refusals.unread(error)
            await _refuse(send, 400)

    def _why_not(self, scope: Scope, body: bytes | None) -> Refusal | None:
        if body is None:
            return Refusal.TOO_LARGE
        timestamp, signature = _signed(scope)
        # The verifier takes int()'s word for a timestamp, which takes " 1", "1_0" and other scripts' digits.
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
            return Refusal.UNSIGNED
        if abs(self._seconds.now() - int(timestamp)) > FRESH:
            return Refusal.STALE
        try:
            if not self._verifier.is_valid(body, timestamp, signature):
                return Refusal.UNSIGNED
        except (ValueError, TypeError):
            return Refusal.UNSIGNED
        return None if _is_readable(scope, body) else Refusal.UNREADABLE


def _signed(scope: Scope) -> tuple[str, str]:
    """The timestamp and the signature."""
    timestamp = signature = b""
    for name, value in scope["headers"]:
        if name == b"x-slack-request-timestamp":
            timestamp = value
        elif name == b"x-slack-signature":
            signature = value
    return timestamp.decode("latin-1"), signature.decode("latin-1")


class _Seconds(SignatureClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


async def _read(receive: Receive) -> bytes | None:
    """The whole body; ``None`` if it is too large. Raises :class:`EOFError` for one that is cut off."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise EOFError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _is_readable(scope: Scope, body: bytes) -> bool:
    """Whether Bolt can parse it: a form, whose ``payload`` (if any) is a JSON object, or a JSON object.

    A command's form has none, and is not parsed here: Bolt does it once more.
    """
    content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    try:
        text = body.decode()
        if content_type.partition(b";")[0].strip().lower() == b"application/json":
            return isinstance(json.loads(text), dict)
        if text.count("&") < _FIELDS and _COMMAND.fullmatch(text):
            return True
        payload = parse_qs(text, max_num_fields=_FIELDS).get("payload")
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
