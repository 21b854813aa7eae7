"""How Slack reaches the app: over Socket Mode where a bot is connected, else signed over HTTP."""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.demo.clock import Clock, SystemClock
from bot.demo.slack.answers import Answer, ResponseUrls
from bot.demo.slack.socketmode import SocketMode
from bot.demo.watching import Watched

__all__ = ["Delivery"]

FORM = "application/x-www-form-urlencoded"


class Delivery(Watched):
    """Deliveries, and what can be wrong with them. Signatures carry the clock's time."""

    def __init__(self, clock: Clock | None = None, bot_url: str = "") -> None:
        super().__init__()
        self.clock = clock or SystemClock()
        #: The bot's root; everything is posted to ``/slack/events`` below it.
        self.bot_url = bot_url
        self.signing_secret = secrets.token_hex(16)
        #: Deliver everything twice, as happens after a reconnection.
        self.twice = False
        #: Seconds that the bot has to acknowledge.
        self.patience = 3.0
        self.sockets = SocketMode()
        self.response_urls = ResponseUrls(self.clock)
        self._session: aiohttp.ClientSession | None = None

    def sign(self, body: bytes, timestamp: int | None = None) -> dict[str, str]:
        """The headers of a genuine delivery. Source: docs.slack.dev, "Verifying requests from Slack"."""
        seconds = int(self.clock.now().timestamp()) if timestamp is None else timestamp
        digest = hmac.new(self.signing_secret.encode(), f"v0:{seconds}:".encode() + body, hashlib.sha256)
        return {
            "X-Slack-Request-Timestamp": str(seconds),
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    async def _deliver(self, kind: str, answer: Answer, token: str | None, retry: int = 0) -> Answer:
        loop = asyncio.get_running_loop()
        started = loop.time()
        over: Callable[[str, Answer, int], Awaitable[tuple[int, Any]]]
        over = self._by_socket if self.sockets.sockets else self._by_http
        ended = self.seen("Slack", "bot", _name(kind, answer.payload), answer.payload)
        try:
            async with asyncio.timeout(self.patience):
                status, body = await over(kind, answer, retry)
        except TimeoutError:
            answer.error = "operation_timeout"
            return answer
        except (aiohttp.ClientError, ConnectionError):
            answer.error = "dispatch_failed"
            return answer
        finally:
            answer.ms = (loop.time() - started) * 1000
            if answer.error:
                ended(answer.error, "")
        ended(status, body)
        if answer.acknowledge(status, body, answer.ms) and token is not None and answer.acknowledged:
            self.response_urls.acknowledge(token, body)
        return answer

    async def _by_socket(self, kind: str, answer: Answer, retry: int) -> tuple[int, Any]:
        retried = {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        headers = retried if kind == "events_api" else {}
        return 200, await self.sockets.deliver(kind, answer.payload, twice=self.twice, headers=headers)

    async def _by_http(self, kind: str, answer: Answer, retry: int) -> tuple[int, Any]:
        body, content_type = _encode(kind, answer.payload)
        headers = self.sign(body) | {"Content-Type": content_type}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        if self.twice:
            both = await asyncio.gather(self._post(body, headers), self._post(body, headers))
            return both[0]
        return await self._post(body, headers)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        if self._session is None:
            raise RuntimeError("not started")
        url = f"{self.bot_url.rstrip('/')}/slack/events"
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            text = await response.text()
            return response.status, _decode(text)


def _name(kind: str, payload: Mapping[str, Any]) -> str:
    """What a delivery is called, in a few words."""
    match kind:
        case "slash_commands":
            return f"{payload['command']} {payload['text']}".strip()
        case "events_api":
            return f"event {payload['event']['type']}"
    actions = [str(each["action_id"]) for each in payload.get("actions", ())]
    return " ".join(
        (str(payload["type"]), *actions, str(payload.get("view", {}).get("callback_id", "")))
    ).strip()


def _encode(kind: str, payload: Mapping[str, Any]) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), FORM


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
