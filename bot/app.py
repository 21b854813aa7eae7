"""The composition root: the only module that knows every concrete part.

:func:`running` starts a bot and stops it again; the command line, the demo and the tests all call it.
"""

import asyncio
import gc
import logging
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial
from urllib.parse import urlsplit

import aiohttp
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot import server, store, web
from bot.clock import SystemClock
from bot.config import Settings
from bot.config import Tenant as TenantConfig
from bot.core.replies import Reader
from bot.core.secret import Secret
from bot.crm.client import connect
from bot.crm.settings import ActionTimeZone, TenantSettings
from bot.crm.soap.services import UnusableWsdl
from bot.crm.soap.transport import Limits
from bot.runner import QueueRunner
from bot.server import ASGIApp
from bot.services.activities import Activities, Tenant
from bot.services.answers import Answers
from bot.services.categories import Categories
from bot.services.commands import Commands
from bot.services.linking import Invited, Linked, Linking, LinkPolicy
from bot.services.ports import Clock
from bot.services.preferences import Preferences
from bot.services.readers import Readers
from bot.services.sharing import Sharing
from bot.slack.channels import SlackChannels
from bot.slack.gateway import bolt_app
from bot.slack.guard import Guard
from bot.slack.listeners import register
from bot.slack.messenger import SlackMessenger
from bot.slack.people import SlackPeople
from bot.slack.sdk import web_client
from bot.slack.socketmode import SocketMode
from bot.slack.workspace import TokenRefused, Workspace

__all__ = ["CANNOT_START", "Bot", "migrate", "running", "settle"]

log = logging.getLogger(__name__)

#: What keeps a bot from starting and can be mended by whoever runs it; each says how.
CANNOT_START = (store.DatabaseUnusable, store.BadKey, UnusableWsdl, TokenRefused, OSError)

HOUSEKEEPING = timedelta(minutes=5)
BEAT = timedelta(minutes=1)


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
    lines = [f"Applied {name}" for name in done.applied] or ["Up to date"]
    return [*([f"Back-up: {done.backup}"] if done.backup else []), *lines]


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """Start a bot; in the end stop it: take nothing more, finish what is under way, close what is open."""
    clock = clock or SystemClock()
    for warning in settings.warnings:
        log.warning("a setting: %s", warning, extra={"action": "start.setting"})
    async with AsyncExitStack() as stack:
        # First of all the port: a second bot at the same one must not touch the database.
        opened = stack.enter_context(server.listening(*settings.web.listen))
        await asyncio.to_thread(migrate, settings, clock)
        url = settings.web.listen._replace(port=opened.getsockname()[1]).url
        database = stack.enter_context(store.opened(settings.database, settings.secret_key))
        await stack.enter_async_context(_known(database, clock))
        session = await stack.enter_async_context(_session())
        runner = await stack.enter_async_context(
            QueueRunner(settings.commands.workers, settings.commands.queue_size)
        )
        scheduler = stack.enter_context(_housekeeping(database, clock))
        client = web_client(settings.slack.bot_token, settings.slack.api_url, session)
        tenants = await _tenants(settings, session, clock)
        workspace = Workspace(client)
        await workspace.start()
        bot = _Wiring(settings, clock, database, session, client, runner, tenants, workspace, url)
        bolt = bot.bolt()
        socket_mode = SocketMode(bolt, settings.slack.app_token) if settings.slack.app_token else None
        events = None if socket_mode else _events(settings, bolt, clock)
        front = server.front(events, bot.pages(scheduler, socket_mode))
        serving = await stack.enter_async_context(server.serving(front, opened))
        if socket_mode:
            await stack.enter_async_context(socket_mode)
        log.info("running at %s", url, extra={"action": "start.done"})
        yield Bot(url, serving)


def settle() -> None:
    """Keep the garbage collector from what was made at start, and stays.

    Looking through zeep's schemas time and again would stop the loop for tens of milliseconds. For a process
    that runs one bot until it ends.
    """
    gc.collect()
    gc.freeze()


class _Wiring:
    """Who knows whom."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        database: store.Store,
        session: aiohttp.ClientSession,
        client: AsyncWebClient,
        runner: QueueRunner,
        tenants: Mapping[str, Tenant],
        workspace: Workspace,
        url: str,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._database = database
        self._runner = runner
        derived = settings.web.public_url == settings.web.listen.url
        self._public_url = url if derived else settings.web.public_url
        self._client = client
        self._workspace = workspace
        self._people = SlackPeople(self._client, clock)
        self._tenants = tenants
        self._linking = Linking(
            links=database.links,
            invitations=database.invitations,
            attempts=database.attempts,
            crm=next(iter(tenants.values())).crm,
            people=self._people,
            clock=clock,
            token=_token,
            on_linked=self._linked,
            policy=LinkPolicy(settings.linking.email_must_match, settings.linking.lifetime),
        )
        readers = Readers(self._people, settings.tenant.timezone)
        preferences = Preferences(database.filters, database.mutes, Categories(clock))
        posting = web_client(settings.slack.bot_token, settings.slack.api_url, session, repeating=False)
        channels = SlackChannels(client, posting, self._people, workspace)
        answers = Answers(
            activities=Activities(tenants, database.links, database.mutes, preferences, clock),
            preferences=preferences,
            sharing=Sharing(channels),
            tenants=tenants,
            linking=self._linking,
            links=database.links,
            readers=readers,
            clock=clock,
            link_url=self._link_url,
            admins=settings.admins,
        )
        self._commands = Commands(
            answers=answers,
            readers=readers,
            deliveries=database.deliveries,
            messenger=SlackMessenger(client, session, settings.slack.command),
            runner=runner,
            clock=clock,
            reference=_reference,
            patience=timedelta(seconds=settings.commands.seconds),
        )

    def bolt(self) -> AsyncApp:
        """Bolt, with every listener."""
        app = bolt_app(self._client, self._workspace)
        register(
            app,
            command=self._settings.slack.command,
            commands=self._commands,
            people=self._people,
            default_reader=Reader(self._settings.tenant.timezone),
        )
        return app

    def pages(self, scheduler: AsyncIOScheduler, socket_mode: SocketMode | None) -> ASGIApp:
        """The bot's own pages."""
        settings = self._settings
        link_page = web.LinkPage(
            linking=self._linking,
            settings=web.PageSettings(
                public_url=self._public_url,
                zone=settings.tenant.timezone,
                workspaces=self._workspace.names,
                command=settings.slack.command,
                superoffice=urlsplit(settings.tenant.url).hostname or "",
            ),
            sign=self._database.hasher.digest,
            token=_token,
            reference=_reference,
            trusted_proxies=settings.web.trusted_proxies,
        )
        return Starlette(
            routes=[*link_page.routes(), *web.health_routes(self._checks(scheduler, socket_mode))]
        )

    def _checks(self, scheduler: AsyncIOScheduler, socket_mode: SocketMode | None) -> list[web.Check]:
        async def ticking() -> None:
            if not scheduler.running:
                raise RuntimeError

        async def slack() -> None:
            await self._client.auth_test()

        async def crm(tenant: Tenant) -> None:
            await tenant.crm.system_info()

        tenants = [
            web.Check(f"tenant {name}", web.Remembered(partial(crm, tenant), self._clock), essential=False)
            for name, tenant in self._tenants.items()
        ]
        return [
            web.Check("database", self._database.check),
            web.Check("scheduler", ticking),
            web.Check("slack", web.Remembered(slack, self._clock), essential=False),
            *([web.Check("socket-mode", socket_mode.check, essential=False)] if socket_mode else []),
            *tenants,
        ]

    async def _linked(self, done: Linked) -> None:
        self._runner.spawn(lambda: self._commands.linked(done))

    def _link_url(self, invited: Invited) -> Secret:
        return Secret(f"{self._public_url}/link/{invited.url_nonce.reveal()}")


def _token() -> Secret:
    return Secret(secrets.token_urlsafe(32))


def _reference() -> str:
    return secrets.token_hex(4)


@asynccontextmanager
async def _session() -> AsyncIterator[aiohttp.ClientSession]:
    """The one session for SuperOffice and Slack. It keeps no cookies: they would be shared between users."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=10, sock_connect=5),  # for Slack; see Limits for the CRM
    ) as session:
        yield session


async def _tenants(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Mapping[str, Tenant]:
    seconds = settings.commands.seconds
    limits = Limits(command=seconds, attempt=seconds)
    clients = await connect(map(_described, settings.tenants.values()), session, clock, limits)
    return {
        name: Tenant(clients[name], tenant.web_url or "", tenant.timezone)
        for name, tenant in settings.tenants.items()
    }


def _described(tenant: TenantConfig) -> TenantSettings:
    return TenantSettings(
        id=tenant.id,
        url=tenant.url,
        zone=tenant.timezone,
        application_token=tenant.application_token,
        action_time_zone=ActionTimeZone(tenant.action_time_zone),
        wsdl=tenant.wsdl.by_service,
        proxy=tenant.proxy,
        ca_bundle=str(tenant.ca_bundle) if tenant.ca_bundle else None,
    )


@asynccontextmanager
async def _known(database: store.Store, clock: Clock) -> AsyncIterator[None]:
    """Until nothing is written any more, `keys rotate` knows that this process runs, and its keys."""
    await database.processes.beat(clock.now())
    try:
        yield
    finally:
        await database.processes.leave()


@contextmanager
def _housekeeping(database: store.Store, clock: Clock) -> Iterator[AsyncIOScheduler]:
    """APScheduler ticks: what has expired is deleted every few minutes; each minute says that this runs."""

    async def prune() -> None:
        await database.prune(clock.now())

    async def beat() -> None:
        await database.processes.beat(clock.now())

    scheduler = AsyncIOScheduler(timezone=UTC)
    for job, every in ((prune, HOUSEKEEPING), (beat, BEAT)):
        scheduler.add_job(job, "interval", seconds=every.total_seconds(), misfire_grace_time=None)
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.shutdown(wait=False)


def _events(settings: Settings, bolt: AsyncApp, clock: Clock) -> ASGIApp:
    """Slack's requests over HTTP. The settings see to it that there is a signing secret."""
    secret = settings.slack.signing_secret or Secret("")
    handler: ASGIApp = AsyncSlackRequestHandler(bolt, path=server.EVENTS)  # type: ignore[assignment] # Bolt's own ASGI types
    return Guard(handler, secret, clock)
