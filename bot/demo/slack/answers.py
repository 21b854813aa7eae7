"""What comes back on a delivery: the acknowledgement, then answers by ``response_url``."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.demo.clock import Clock
from bot.demo.slack.errors import ApiError
from bot.demo.slack.workspace import Message, Workspace
from bot.demo.slack.writing import check_message

__all__ = ["Answer", "ResponseUrls"]

#: "5 uses within 30 minutes" (docs.slack.dev, "Handling user interaction").
USES = 5
LIFE = timedelta(minutes=30)


@dataclass
class Answer:
    """One delivery and what became of it."""

    #: What was delivered.
    payload: Mapping[str, Any]
    response_url: str
    trigger_id: str
    #: The HTTP status of the acknowledgement; 200 for one over Socket Mode; ``None``: there was none in time.
    status: int | None = None
    #: Milliseconds until the acknowledgement.
    ms: float = 0.0
    #: The acknowledgement's body: an object, a text, or ``""``.
    body: Any = ""
    #: What the user sees when there is no good acknowledgement: ``operation_timeout``, ``dispatch_failed``.
    error: str = ""
    #: Every message posted or changed by this delivery's answers, in order, as it stood then.
    messages: list[Message] = field(default_factory=list)
    _taken: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def acknowledged(self) -> bool:
        """Whether Slack got its 200 in time."""
        return self.status == 200 and not self.error

    @property
    def errors(self) -> Mapping[str, str]:
        """What is wrong with a submitted view, by the ids of its blocks."""
        said = self.body if isinstance(self.body, dict) else {}
        return dict(said.get("errors", {})) if said.get("response_action") == "errors" else {}

    async def next(self, timeout: float = 5) -> Message:  # noqa: ASYNC109
        """The next answer; what arrived before is not lost. Raises :class:`TimeoutError`."""
        async with asyncio.timeout(timeout):
            while self._taken >= len(self.messages):
                self._news.clear()
                await self._news.wait()
        self._taken += 1
        return self.messages[self._taken - 1]

    def add(self, message: Message) -> None:
        """An answer has arrived."""
        self.messages.append(message)
        self._news.set()

    def acknowledge(self, status: int, body: Any, ms: float) -> bool:
        """The bot acknowledged; a second time does not count."""
        if self.status is not None or self.error:
            return False
        self.status, self.body, self.ms = status, body, ms
        self.error = "" if status == 200 else "dispatch_failed"
        return True


@dataclass
class _ResponseUrl:
    workspace: Workspace
    answer: Answer
    channel: str
    user: str
    ends: datetime
    #: The message that was pressed, if one was.
    pressed: str | None
    #: The latest message that came by this address.
    latest: str | None = None
    uses: int = 0


class ResponseUrls:
    """The addresses that answers are posted to. ``failures`` are statuses to answer with, one each use."""

    def __init__(self, clock: Clock) -> None:
        self.failures: list[int] = []
        #: Every body that was posted, refused or not.
        self.received: list[Mapping[str, Any]] = []
        self._clock = clock
        self._known: dict[str, _ResponseUrl] = {}

    def issue(
        self, workspace: Workspace, answer: Answer, channel: str, user: str, pressed: str | None
    ) -> str:
        """A new address; its last part."""
        token = secrets.token_urlsafe(24)
        ends = self._clock.now() + LIFE
        self._known[token] = _ResponseUrl(workspace, answer, channel, user, ends, pressed)
        return token

    def acknowledge(self, token: str, body: Any) -> None:
        """A message in the acknowledgement itself, which is no use of the address."""
        if isinstance(body, str) and body:
            body = {"text": body}
        if isinstance(body, dict) and (body.get("text") or body.get("blocks")):
            self._apply(self._known[token], body, "ack")

    async def serve(self, request: web.Request) -> web.Response:
        """Take an answer."""
        body = await _body(request)
        self.received.append(body)
        if self.failures:
            return web.Response(status=self.failures.pop(0), text="no_service")
        known = self._known.get(request.match_info["token"])
        if known is None or self._clock.now() > known.ends:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        known.uses += 1
        if known.uses > USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            self._apply(known, body, "response_url")
        except ApiError as error:
            return web.json_response(error.body, status=400)
        return web.Response(text="ok")

    def _apply(self, known: _ResponseUrl, body: Mapping[str, Any], via: str) -> None:
        # What a command's response_url replaces is not documented; the latest it brought is the likely one.
        original = known.workspace.get(known.pressed or known.latest or "")
        if body.get("delete_original"):
            if original is None:
                raise ApiError("message_not_found")
            known.workspace.change(original.ts, deleted=True)
            return
        public = body.get("response_type", "ephemeral") == "in_channel"
        new = check_message(body, known.channel, None if public else known.user, via)
        if body.get("replace_original") and original is not None:
            # What only one person sees stays so: ephemeral and in_channel are never exchanged.
            message = known.workspace.change(original.ts, text=new.text, blocks=new.blocks, via=via)
        else:
            message = known.workspace.post(new)
            known.latest = message.ts
        known.answer.add(message)


async def _body(request: web.Request) -> Mapping[str, Any]:
    """The answer: JSON, or a form with JSON in ``payload``."""
    try:
        if request.content_type == "application/json":
            body = await request.json()
        else:
            body = json.loads(str((await request.post()).get("payload", "{}")))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
