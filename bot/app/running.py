"""Start a bot, and stop it again."""

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp

from bot import eager, holidays, server, silence, store, text
from bot.app.clockwork import known
from bot.app.roles import Role, RoleNeedsPostgres, at_work, of_url
from bot.app.tenants import tenants
from bot.app.wiring import Wiring
from bot.clock import SystemClock
from bot.config import Settings
from bot.core.secret import DatabaseUrl, Secret
from bot.core.typed.zonenames import zone_names
from bot.crm.soap.services import UnusableWsdl
from bot.runner import QueueRunner
from bot.server import ASGIApp
from bot.services.failures import log_unexpected
from bot.services.ports import Clock
from bot.services.seats import SharedSeats
from bot.slack.guard import Guard
from bot.slack.refusals import Refusals
from bot.slack.socketmode import SocketMode
from bot.slack.workspaces import TokenRefused, Workspaces

__all__ = ["CANNOT_START", "Bot", "known_workspaces", "migrate", "running", "session", "settle"]

log = logging.getLogger(__name__)

#: After so many new objects the garbage collector looks through them, for nearly a microsecond each; after so
#: many times, through all that is under way and that it has seen once, which takes milliseconds. Of 1,500
#: digests some 200 objects are garbage. Python's own numbers are 700 and 10.
GARBAGE = 1_000, 1_000
#: Seconds that a thread keeps Python to itself while another wants it; its own number is 0.005.
SWITCH = 0.0005

#: What keeps a bot from starting and can be mended by whoever runs it; each says how.
CANNOT_START = (
    server.CannotListen,
    store.DatabaseUnusable,
    store.BadKey,
    UnusableWsdl,
    TokenRefused,
    RoleNeedsPostgres,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Bot:
    """A running bot."""

    #: The root of its own HTTP server.
    url: str
    _server: asyncio.Task[None]

    async def ended(self) -> None:
        """Return when the HTTP server has ended by itself, which it should not."""
        await asyncio.wait({self._server})


def migrate(settings: Settings, clock: Clock | None = None) -> list[str]:
    """Bring the database up to date, after a back-up; say what was done."""
    done = store.migrate(settings.database, (clock or SystemClock()).now())
    if isinstance(settings.database, DatabaseUrl):
        from bot.jobs import prepare  # whoever uses SQLite needs nothing of it

        prepare(settings.database)
    lines = [f"Applied {name}" for name in done.applied] or ["Up to date"]
    return [*([f"Back-up: {done.backup}"] if done.backup else []), *lines]


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock | None = None, role: Role = Role.RUN
) -> AsyncIterator[Bot]:
    """Start a bot; in the end stop it: take nothing more, finish what is under way, close what is open."""
    clock = clock or SystemClock()
    of_url(settings, role)
    for warning in settings.warnings:
        log.warning("a setting: %s", warning, extra={"action": "start.setting"})
    async with AsyncExitStack() as stack:
        # First of all the port and the lock: a second bot must not touch the database.
        opened = stack.enter_context(server.listening(*settings.web.listen))
        stack.enter_context(store.alone(settings.database))
        await asyncio.to_thread(migrate, settings, clock)
        url = settings.web.listen._replace(port=opened.getsockname()[1]).url
        database = await stack.enter_async_context(
            store.connected(settings.database, settings.secret_key, settings.retention.policy)
        )
        await stack.enter_async_context(known(database, clock))
        web = await stack.enter_async_context(session())
        runner = await stack.enter_async_context(
            QueueRunner(settings.commands.workers, settings.commands.queue_size)
        )
        runner.spawn(_warm_up)
        crm = await tenants(settings, web, clock)
        workspaces = await known_workspaces(settings, web, database)
        seats = SharedSeats(database.seats) if database.seats else None
        if seats:
            await stack.enter_async_context(seats.kept())
        bot = Wiring(settings, clock, database, web, runner, crm, workspaces, url, seats=seats)
        scheduler = await stack.enter_async_context(at_work(role, settings, bot, database, clock))
        runner.spawn(bot.duties.gauges.tick)
        socket_mode, events = None, None
        if role in (Role.RUN, Role.WEB):
            bolt = bot.bolt()
            socket_mode = SocketMode(bolt, settings.slack.app_token) if settings.slack.app_token else None
            events = None if socket_mode else _events(settings, bolt, clock, bot.slack.refusals)
        front = server.front(events, bot.pages(scheduler, socket_mode, people=role in (Role.RUN, Role.WEB)))
        serving = await stack.enter_async_context(server.serving(front, opened))
        if socket_mode:
            await stack.enter_async_context(socket_mode)
        stack.callback(runner.close)  # first of all: what ends before it takes of the same ten seconds
        log.info("%s at %s", "running" if role is Role.RUN else role, url, extra={"action": "start.done"})
        yield Bot(url, serving)


def settle() -> None:
    """For a process that runs one bot until it ends, in its loop.

    The garbage collector leaves alone what was made at start, and stays: looking through zeep's schemas time
    and again would stop the loop for tens of milliseconds. And a thread that goes through many rows makes way
    for the loop sooner than by itself, each time that the loop comes back from a socket or the database.
    """
    loop = asyncio.get_running_loop()
    sys.setswitchinterval(SWITCH)
    loop.set_exception_handler(_unheard)
    eager.write_at_once(loop)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _unheard(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waits for was raised. asyncio's own line would hold the error's text."""
    if error := context.get("exception"):
        log_unexpected(error, "loop.failed")
    else:
        log.error("%s", context.get("message"), extra={"action": "loop.failed"})


async def known_workspaces(
    settings: Settings, web: aiohttp.ClientSession, database: store.Store
) -> Workspaces:
    """Those that the bot is installed in. Raises :class:`~bot.slack.workspaces.TokenRefused`."""
    slack = settings.slack
    workspaces = Workspaces(slack.bot_token, slack.api_url, web, database.installations)
    await workspaces.start()
    return workspaces


async def _warm_up() -> None:
    """Load in a thread what would stop the loop when it is first asked for: words, holidays, zones."""
    await asyncio.to_thread(text.load)
    await asyncio.to_thread(holidays.load)
    await asyncio.to_thread(zone_names)


@asynccontextmanager
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The one session for SuperOffice and Slack. It keeps no cookies: they would be shared between users."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=0, socket_factory=silence.watchful_socket),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=10, sock_connect=5),  # for Slack; see Limits for the CRM
    ) as session:
        yield session


def _events(settings: Settings, bolt: AsyncApp, clock: Clock, refusals: Refusals) -> ASGIApp:
    """Slack's requests over HTTP. The settings see to it that there is a signing secret."""
    secret = settings.slack.signing_secret or Secret("")
    handler: ASGIApp = AsyncSlackRequestHandler(bolt, path=server.EVENTS)  # type: ignore[assignment] # Bolt's own ASGI types
    return Guard(handler, secret, clock, refusals)
