"""A signed command to its acknowledgement: this bot's way, Bolt's default way, and a bare ASGI handler."""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SystemClock
from bot.core.replies import Reader, Reply
from bot.core.requests import Request
from bot.core.secret import Secret
from bot.slack.gateway import bolt_app
from bot.slack.guard import Guard
from bot.slack.listeners import register
from bot.slack.people import SlackPeople
from bot.slack.workspace import Workspace
from tests.bench.timing import interleaved, verdict

__all__ = ["measure"]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = urlencode(
    {
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "command": "/superoffice",
        "text": "since monday",
        "response_url": "https://hooks.slack.com/commands/T1/1/x",
        "trigger_id": "1.2.3",
        "api_app_id": "A1",
    }
).encode()
BOLT = "Bolt's default"
ASGIApp = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


class Taker:
    """Takes every request."""

    async def take(self, request: Request) -> Reply | None:
        """Take it."""
        return None


class Known(Workspace):
    """A workspace that is known."""

    async def id(self) -> str | None:
        """Its id."""
        return "T1"


def ours() -> ASGIApp:
    """The bot's own path: guard, Bolt, listener."""
    client = AsyncWebClient("xoxb-bench")
    app = bolt_app(client, Known(client))
    register(
        app,
        command="/superoffice",
        commands=Taker(),
        people=SlackPeople(client, SystemClock()),
        default_reader=Reader(ZoneInfo("UTC")),
    )
    handler: ASGIApp = AsyncSlackRequestHandler(app)  # type: ignore[assignment] # Bolt's own ASGI types
    return Guard(handler, Secret(SECRET), SystemClock())


def bolts_default() -> ASGIApp:
    """Bolt as its documentation sets it up."""

    async def authorize(team_id: str) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token="xoxb-bench")

    app = AsyncApp(signing_secret=SECRET, authorize=authorize)

    @app.command("/superoffice")
    async def on_command(ack: AsyncAck) -> None:
        await ack()

    handler: ASGIApp = AsyncSlackRequestHandler(app)  # type: ignore[assignment]
    return handler


async def bare(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """The least there is: the signature checked, the form parsed."""
    body = (await receive())["body"]
    headers = dict(scope["headers"])
    signed = b"v0:" + headers[b"x-slack-request-timestamp"] + b":" + body
    digest = b"v0=" + hmac.digest(SECRET.encode(), signed, "sha256").hex().encode()
    status = 200 if hmac.compare_digest(digest, headers[b"x-slack-signature"]) else 401
    parse_qs(body.decode())
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def acknowledged(app: ASGIApp) -> None:
    """Send one genuinely signed command and wait for the 200."""
    timestamp = str(int(time.time())).encode()
    digest = hmac.digest(SECRET.encode(), b"v0:" + timestamp + b":" + BODY, "sha256").hex()
    headers = [
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"x-slack-request-timestamp", timestamp),
        (b"x-slack-signature", f"v0={digest}".encode()),
    ]
    statuses: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/slack/events",
        "query_string": b"",
        "headers": headers,
    }
    await app({**scope, "headers": headers}, receive, send)
    assert statuses == [200]


def measure(rounds: int) -> Iterator[str]:
    """A table: from a signed command to its acknowledgement, in process, without the HTTP server."""
    apps = {"ours": ours(), BOLT: bolts_default(), "bare ASGI": bare}
    runner = asyncio.Runner()
    with runner:

        def acknowledge(app: ASGIApp) -> None:
            runner.run(acknowledged(app))

        cases = {name: partial(acknowledge, app) for name, app in apps.items()}
        wall = interleaved(cases, rounds, time.perf_counter)
        cpu = interleaved({name: cases[name] for name in ("ours", "bare ASGI")}, rounds)
    yield "Signed command to acknowledgement (one at a time, in process)"
    for name in cases:
        yield f"{name:16}{wall.median(name) * 1e3:>9.3f} ms"
    yield f"Bolt ÷ ours, wall {verdict(wall.ratio(BOLT, 'ours'), '>= 20')}"
    yield f"ours ÷ bare, CPU  {verdict(cpu.ratio('ours', 'bare ASGI'), '<= 2.6')}"
