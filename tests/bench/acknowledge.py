"""A signed command to its acknowledgement: this bot's way, Bolt's default way, and a bare ASGI handler."""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import AsyncExitStack
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import uvloop
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import settle
from bot.clock import SystemClock
from bot.core.people import SlackUser
from bot.core.replies import Reader, Reply
from bot.core.requests import Request
from bot.core.secret import Secret
from bot.server import listening, serving
from bot.slack.budgets import Budgets
from bot.slack.gateway import bolt_app
from bot.slack.guard import Guard
from bot.slack.listeners import register
from bot.slack.people import SlackPeople
from bot.slack.refusals import Refusals
from bot.slack.roster import Roster
from bot.slack.workspaces import Workspaces
from tests.bench.lean import SIGNING_SECRET, Lean, lean
from tests.bench.timing import figure, ratios, verdict

__all__ = ["bolts_default", "measure"]

#: Of each, a round.
COMMANDS = 150
BOLT = "Bolt's default"
Figures = dict[str, list[float]]
ASGIApp = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


class Taker:
    """Takes every request."""

    async def take(self, request: Request) -> Reply | None:
        """Take it."""
        return None

    async def changed(self, user: SlackUser, *, deactivated: bool, guest: bool) -> None:
        """Nobody changes here."""

    async def moved(self, user: SlackUser, zone: ZoneInfo | None, locale: str) -> None:
        """Nor travels."""

    async def user_changed(self, user: SlackUser) -> None:
        """Nor looks."""


class Known(Workspaces):
    """One workspace, which is known."""

    def __init__(self) -> None:
        self._client = AsyncWebClient("xoxb-bench")
        self.tokenless = AsyncWebClient()

    async def client(self, workspace: str, *, posting: bool = False) -> AsyncWebClient:
        """Its client."""
        return self._client


def ours() -> ASGIApp:
    """The bot's own path: guard, Bolt, listener."""
    workspaces = Known()
    refusals = Refusals(SystemClock())
    app = bolt_app(workspaces, refusals)
    register(
        app,
        command="/superoffice",
        commands=Taker(),
        people=SlackPeople(workspaces, SystemClock()),
        roster=Roster(workspaces, SystemClock(), Budgets()),
        leaving=Taker(),
        moving=Taker(),
        home=Taker(),
        default_reader=Reader(ZoneInfo("UTC")),
    )
    handler: ASGIApp = AsyncSlackRequestHandler(app)  # type: ignore[assignment] # as below
    return Guard(handler, Secret(SIGNING_SECRET), SystemClock(), refusals)


def bolts_default() -> AsyncApp:
    """Bolt as its documentation sets it up, without listeners."""

    async def authorize(team_id: str) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token="xoxb-bench")

    return AsyncApp(signing_secret=SIGNING_SECRET, authorize=authorize)


def _acknowledging() -> ASGIApp:
    app = bolts_default()

    @app.command("/superoffice")
    async def on_command(ack: AsyncAck) -> None:
        await ack()

    handler: ASGIApp = AsyncSlackRequestHandler(app)  # type: ignore[assignment] # Bolt's own ASGI types
    return handler


async def bare(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """The least there is: the signature checked, the form parsed."""
    body = (await receive())["body"]
    headers = dict(scope["headers"])
    signed = b"v0:" + headers[b"x-slack-request-timestamp"] + b":" + body
    digest = b"v0=" + hmac.digest(SIGNING_SECRET.encode(), signed, "sha256").hex().encode()
    status = 200 if hmac.compare_digest(digest, headers[b"x-slack-signature"]) else 401
    parse_qs(body.decode())
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def measure(rounds: int) -> Iterator[str]:
    """A table: over HTTP, by the bot's own server, from another process."""
    with lean() as server:
        wall, cpu = uvloop.run(_rounds(server, rounds))
    yield "Signed command to acknowledgement over HTTP (wall: one at a time; CPU of the server's process)"
    for name, taken in wall.items():
        yield f"{name:16}{figure(taken, 3, 1e3)} ms {figure(cpu[name], 0, 1e6)} µs"
    yield f"Bolt ÷ ours, p50{verdict(ratios(wall[BOLT], wall['ours']), '>= 20')}"
    yield f"ours ÷ bare, CPU{verdict(ratios(cpu['ours'], cpu['bare ASGI']), '<= 2.6')}"


async def _rounds(server: Lean, rounds: int) -> tuple[Figures, Figures]:
    """The p50, and the CPU seconds of a command, of each round."""
    wall: Figures = {"ours": [], BOLT: [], "bare ASGI": []}
    cpu: Figures = {name: [] for name in wall}
    async with AsyncExitStack() as stack:
        urls = {}
        for name, app in (("ours", ours()), (BOLT, _acknowledging()), ("bare ASGI", bare)):
            opened = stack.enter_context(listening("127.0.0.1", 0))
            await stack.enter_async_context(serving(app, opened))
            urls[name] = f"http://127.0.0.1:{opened.getsockname()[1]}"
        settle()
        for _ in range(max(rounds, 2)):
            for name, url in urls.items():
                used = time.process_time()
                taken = await _load(server, url, COMMANDS)
                cpu[name].append((time.process_time() - used) / COMMANDS)
                wall[name].append(median(taken))
    return wall, cpu


async def _load(server: Lean, url: str, commands: int) -> list[float]:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, partial(server.load, url, 1, commands, answered=False))
