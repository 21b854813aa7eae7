"""Who knows whom."""

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

import aiohttp
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette

from bot import store, web
from bot.app.channeldesk import channel_desk
from bot.app.channels import channel_parts
from bot.app.digests import digests
from bot.app.duties import Duties
from bot.app.gauges import Gauges
from bot.app.healthchecks import health_checks
from bot.app.home import home_tabs
from bot.app.pages import sign_in_pages
from bot.app.slackparts import slack_parts
from bot.app.tenants import guarded
from bot.app.tickets import tickets
from bot.config import Settings
from bot.core.replies import Reader
from bot.core.secret import Secret
from bot.metrics import PrometheusMetrics
from bot.runner import QueueRunner
from bot.server import ASGIApp
from bot.services.access import Access, Rights
from bot.services.activities import Activities
from bot.services.administration import Administration
from bot.services.answers import Answers
from bot.services.categories import Categories
from bot.services.commands import Commands
from bot.services.home.answering import HomeMessenger
from bot.services.leaving import Leaving
from bot.services.linking import Invited, LinkedNow, Linking, LinkPolicy
from bot.services.offers import Offers
from bot.services.ports import Clock
from bot.services.preferences import Preferences
from bot.services.privacy import Privacy
from bot.services.readers import Readers
from bot.services.seats import SharedSeats
from bot.services.sharing import Sharing
from bot.services.tenants import Tenant
from bot.services.uninstalling import Uninstalling
from bot.slack.channelevents import register_channel_events
from bot.slack.gateway import bolt_app
from bot.slack.home import register_home
from bot.slack.listeners import register
from bot.slack.removals import register_removals
from bot.slack.socketmode import SocketMode
from bot.slack.workspaces import Workspaces

__all__ = ["Wiring"]


class Wiring:
    """The parts of one bot."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        database: store.Store,
        session: aiohttp.ClientSession,
        runner: QueueRunner,
        tenants: Mapping[str, Tenant],
        workspaces: Workspaces,
        url: str,
        monotonic: Callable[[], float] = time.monotonic,
        seats: SharedSeats | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._database = database
        self._runner = runner
        self._public_url = settings.web.reached_at(url)
        self._session = session
        self._metrics = metrics = PrometheusMetrics()
        tenants, unhurried = guarded(tenants, metrics, settings.commands, monotonic, seats)
        self._tenants = tenants
        policy = settings.keep_alive.policy
        self._access = access = Access(
            list(tenants),
            workspaces,
            {id_: Rights(each.tenants, each.admins) for id_, each in settings.workspaces.items()},
            settings.admins,
        )
        #: What asks Slack, and posts there.
        self.slack = slack = slack_parts(
            settings=settings,
            clock=clock,
            database=database,
            session=session,
            workspaces=workspaces,
            access=access,
            metrics=metrics,
            monotonic=monotonic,
        )
        #: Who reads what is said.
        self.readers = readers = Readers(slack.people, self._zone)
        its = tickets(
            database=database,
            clock=clock,
            tenants=tenants,
            unhurried=unhurried,
            access=access,
            messenger=slack.messenger,
            readers=readers,
            admins=slack.admins,
            runner=runner,
            policy=policy,
        )
        self._linking = Linking(
            links=database.links,
            invitations=database.invitations,
            attempts=database.attempts,
            proofs=database.proofs,
            audit=database.audit,
            tenants=tenants,
            access=access,
            people=slack.people,
            clock=clock,
            token=_token,
            on_linked=self._linked,
            keep_at=its.sign_ins.keep_at,
            policy=LinkPolicy(
                settings.linking.email_must_match,
                settings.linking.require_slack_sign_in,
                settings.linking.lifetime,
            ),
        )
        self._leaving = Leaving(
            personal=database.personal,
            audit=database.audit,
            sign_ins=database.sign_ins,
            clock=clock,
            tenants=set(tenants),
            may_use=access.may_use,
            retention=settings.retention.policy,
            on_gone=lambda user: self._home.refresh(user),
        )
        preferences = Preferences(database.filters, database.mutes, Categories(clock), database.subscriptions)
        metrics.watch("commands", runner.waiting)
        #: What makes digests.
        self.digests = digests(
            database=database,
            clock=clock,
            runner=runner,
            tenants=unhurried,
            sign_ins=its.sign_ins,
            preferences=preferences,
            messenger=slack.messenger,
            admins=slack.admins,
            rights=slack.rights,
            posts=slack.posts,
            guard=slack.guard,
            default=settings.digests.schedule,
            automatic=settings.digests.automatic,
            metrics=metrics,
            monotonic=monotonic,
        )
        metrics.watch("digests", self.digests.waves.waiting)
        self._home = home_tabs(
            database=database,
            clock=clock,
            runner=runner,
            tenants=tenants,
            access=access,
            digests=self.digests,
            readers=readers,
            view=slack.home,
        )
        self._channel_parts = channel_parts(
            database=database,
            clock=clock,
            runner=runner,
            digests=self.digests,
            guard=slack.guard,
            people=slack.people,
            channels=slack.channels,
            posts=slack.posts,
        )
        answers = Answers(
            digests=self.digests.desk,
            channels=channel_desk(
                database=database,
                clock=clock,
                tenants=tenants,
                digests=self.digests,
                preferences=preferences,
                readers=readers,
                rights=slack.rights,
                guard=slack.guard,
                admins=slack.admins,
                messenger=slack.messenger,
                posts=slack.posts,
            ),
            activities=Activities(tenants, database.links, database.mutes, preferences),
            preferences=preferences,
            sharing=Sharing(slack.channels, slack.audience, database.audit, clock),
            administration=Administration(
                store=database.sign_ins,
                overviews=database.overviews,
                leaving=self._leaving,
                people=slack.people,
                readers=readers,
                messenger=slack.messenger,
                clock=clock,
                access=access,
                rights=slack.rights,
            ),
            tenants=tenants,
            access=access,
            linking=self._linking,
            leaving=self._leaving,
            privacy=Privacy(database.personal, slack.messenger, database.audit, clock),
            links=database.links,
            sign_ins=its.sign_ins,
            readers=readers,
            clock=clock,
            offers=Offers(
                tenants=tenants,
                access=access,
                linking=self._linking,
                links=database.links,
                readers=readers,
                link_url=self._link_url,
            ),
        )
        self._commands = Commands(
            answers=answers,
            readers=readers,
            deliveries=database.deliveries,
            messenger=HomeMessenger(slack.messenger, self._home),
            runner=runner,
            clock=clock,
            reference=_reference,
            on_linked=self.digests.settings.linked,
            patience=timedelta(seconds=settings.commands.seconds),
            metrics=metrics,
        )

        #: What it does by the clock.
        self.duties = Duties(
            tenants=tenants,
            keep_alive=its.keep_alive,
            keep_alive_every=policy.tick,
            renewal=its.renewal,
            notices=its.notices,
            leaving=self._leaving,
            roster=slack.roster,
            stewarding=self._channel_parts.stewarding,
            waves=self.digests.waves,
            gauges=Gauges(database, metrics, tenants, clock),
            home=self._home,
            workspaces=workspaces,
        )

    def bolt(self) -> AsyncApp:
        """Bolt, with every listener."""
        app = bolt_app(self.slack.workspaces, self.slack.refusals)
        register(
            app,
            command=self._settings.slack.command,
            commands=self._commands,
            people=self.slack.people,
            roster=self.slack.roster,
            leaving=self._leaving,
            moving=self.digests.settings,
            home=self._home,
            default_reader=Reader(self._zone("")),
        )
        register_home(app, self._home)
        register_channel_events(app, self._channel_parts.watch)
        removing = Uninstalling(
            self.slack.workspaces, self._leaving, self._database.audit, self._clock, self._runner
        )
        register_removals(app, removing)
        return app

    def pages(
        self, scheduler: AsyncIOScheduler, socket_mode: SocketMode | None, *, people: bool = True
    ) -> ASGIApp:
        """The bot's own pages: those for people, if any, and those for whoever runs it."""
        settings = self._settings
        pages = sign_in_pages(
            settings=settings,
            public_url=self._public_url,
            clock=self._clock,
            database=self._database,
            session=self._session,
            linking=self._linking,
            access=self._access,
            workspaces=self.slack.workspaces,
            token=_token,
        )
        starlette = Starlette(
            routes=[
                *(pages if people else ()),
                *web.health_routes(
                    health_checks(
                        scheduler,
                        self._database,
                        self.slack.workspaces,
                        self._tenants,
                        self._clock,
                        socket_mode,
                    )
                ),
                web.metrics_route(self._metrics.expose, self._metrics.content_type),
            ]
        )
        return web.referenced(starlette, _reference)

    async def _linked(self, done: LinkedNow) -> None:
        self._runner.spawn(lambda: self._commands.linked(done))

    def _zone(self, workspace: str) -> ZoneInfo:
        """That of the first tenant that a workspace may use, else of the first there is."""
        may_use = self._access.tenants(workspace)
        return self._tenants[next(iter(may_use or self._tenants))].zone

    def _link_url(self, invited: Invited) -> Secret:
        return Secret(f"{self._public_url}/link/{invited.url_nonce.reveal()}")


def _reference() -> str:
    return secrets.token_hex(4)


def _token() -> Secret:
    return Secret(secrets.token_urlsafe(32))
