"""A desk to ask at: a real store, between a SuperOffice and a Slack that say what a test wants."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.app.channeldesk import channel_desk
from bot.app.channels import channel_guard
from bot.app.digests import Digests, digests
from bot.core.activity import Action, Activity
from bot.core.audience import Channel, Crowd
from bot.core.audit import Retention
from bot.core.channeldigest import ChannelSettings
from bot.core.errors import BotBusy, TicketRefused
from bot.core.people import Link, Principal, Profile, SlackChannel, SlackUser
from bot.core.replies import (
    MyData,
    Reader,
    Reply,
    SharedPage,
)
from bot.core.requests import (
    FIRST,
    Ask,
    Conversation,
    Page,
    Request,
    Wish,
)
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.core.signin import KeepAlivePolicy
from bot.core.subscription import Subscription
from bot.core.typed.scheduletext import DEFAULT
from bot.services.access import Access
from bot.services.activities import Activities
from bot.services.administration import Administration
from bot.services.answers import Answers
from bot.services.audience import Audience
from bot.services.categories import Categories
from bot.services.channels.rights import ChannelRights
from bot.services.commands import NOBODY, Commands
from bot.services.digests.guarding import ChannelGuard
from bot.services.keepalive import KeepAlive
from bot.services.leaving import Leaving
from bot.services.linking import LinkedNow, Linking
from bot.services.notices import Notices
from bot.services.offers import Offers
from bot.services.ports import ActivityQuery, Category, SignedIn, Snapshot, SystemInfo
from bot.services.preferences import Preferences
from bot.services.privacy import Privacy
from bot.services.readers import Readers
from bot.services.refreshing import Refresher
from bot.services.sharing import Sharing
from bot.services.signins import SignIns
from bot.services.tenants import Tenant
from bot.store import Store
from tests.conftest import NOW, StoppedClock
from tests.databases import fresh_database
from tests.services.posts import Posts
from tests.sqlite import opened

USER = SlackUser("T1", "U1")
ADMIN = SlackUser("T1", "UADMIN")
ME = Principal(528, 419, "Kianna Ledner", "KLED")
OSLO = ZoneInfo("Europe/Oslo")


def activity(company: int, time: datetime | None = NOW) -> Activity:
    return Activity(company, f"C{company}", "", "", "", "", "", 0, Action.UPDATED, (), time, "", 0, 0, 0)


@dataclass
class Crm:
    """A SuperOffice that says what a test wants."""

    tenant: str = "onsite"
    web_url: str = "https://crm.example.com"
    rows: Sequence[Activity] = ()
    error: Exception | None = None
    delay: float = 0
    asked: list[ActivityQuery] = field(default_factory=list)
    ahead: timedelta = timedelta(0)
    warnings: Sequence[ServerWarning] = ()
    probes: list[str] = field(default_factory=list)
    probe_error: Exception | None = None
    #: Tickets that it takes no more.
    dead: set[str] = field(default_factory=set)
    lists: int = 0
    list_error: Exception | None = None

    async def now(self) -> datetime:
        return NOW + self.ahead

    async def activities(self, ticket: Secret, query: ActivityQuery) -> Snapshot:
        self.asked.append(query)
        await asyncio.sleep(self.delay)
        if self.error:
            raise self.error
        return Snapshot(self.rows, NOW + self.ahead)

    async def sign_in(self, username: str, password: Secret) -> SignedIn:
        return SignedIn(ME, Secret("ticket"))

    async def me(self, ticket: Secret) -> Principal:
        self.probes.append(ticket.reveal())
        if self.probe_error:
            raise self.probe_error
        if ticket.reveal() in self.dead:
            raise TicketRefused(tenant=self.tenant, exception_type="SoSessionException")
        return ME

    async def categories(self, ticket: Secret) -> Sequence[Category]:
        self.lists += 1
        await asyncio.sleep(0)
        if self.list_error:
            raise self.list_error
        if ticket.reveal() in self.dead:
            raise TicketRefused(tenant=self.tenant, exception_type="SoSessionException")
        return (Category(1, "Customer"), Category(2, 'US:"Prospect";NO:"Emne"'))

    async def system_info(self) -> SystemInfo:
        return SystemInfo("", "")


@dataclass
class People:
    """A Slack with one user."""

    zone: str | None = "Europe/Oslo"
    is_admin: bool = False
    is_guest: bool = False
    error: Exception | None = None

    async def profile(self, user: SlackUser) -> Profile:
        if self.error:
            raise self.error
        return Profile(user, "kianna", self.zone, is_admin=self.is_admin, is_guest=self.is_guest)

    def known(self, user: SlackUser) -> Profile | None:
        return None


@dataclass
class Messenger:
    """Keeps what it is told to say."""

    said: list[tuple[Reply, Reader, bool]] = field(default_factory=list)
    told: list[tuple[SlackUser, Reply]] = field(default_factory=list)
    sending: asyncio.Event = field(default_factory=asyncio.Event)
    files: list[MyData] = field(default_factory=list)
    file_error: Exception | None = None
    delay: float = 0
    error: Exception | None = None
    #: Messages that were to be sent unasked.
    tried: int = 0

    async def reply(self, to: Conversation, reply: Reply, reader: Reader, *, replace: bool = False) -> None:
        if self.error:
            raise self.error
        self.sending.set()
        await asyncio.sleep(self.delay)
        self.said.append((reply, reader, replace))

    async def open(self, to: Conversation, reader: Reader) -> str:
        return ""

    async def tell(self, user: SlackUser, notice: Reply, reader: Reader) -> None:
        self.tried += 1
        if self.error:
            raise self.error
        self.told.append((user, notice))

    async def hand_over(self, data: MyData, reader: Reader) -> None:
        if self.file_error:
            raise self.file_error
        self.files.append(data)


@dataclass
class Places:
    """One workspace, or those of organisations."""

    own: str | None = "T1"
    organizations: Mapping[str, str] = field(default_factory=dict)

    def organization(self, workspace: str) -> str | None:
        return self.organizations.get(workspace)


@dataclass
class Admins:
    """One admin."""

    async def of(self, tenant: str) -> Sequence[SlackUser]:
        return [ADMIN]

    async def of_workspace(self, workspace: str) -> Sequence[SlackUser]:
        return [ADMIN]


@dataclass
class AtOnce:
    """Runs nothing until told; or is full: each SuperOffice's queue, or what asks none as well."""

    full: bool = False
    altogether: bool = False
    jobs: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    #: Which SuperOffice each job asks.
    asked: list[str] = field(default_factory=list)
    #: What is to be done later.
    timers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    def submit(self, job: Callable[[], Awaitable[None]], whose: object, asks: str = "") -> None:
        if self.altogether or (self.full and asks != NOBODY):
            raise BotBusy
        self.jobs.append(job)
        self.asked.append(asks)

    def spawn(self, job: Callable[[], Awaitable[None]]) -> None:
        self.jobs.append(job)

    def later(self, seconds: float, job: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        self.timers.append(job)
        return lambda: self.timers.remove(job)

    async def all_late(self) -> None:
        """Run what is to be done later, and then the jobs."""
        for job in [*self.timers, *self.jobs]:
            await job()


@dataclass
class Channels:
    """A Slack whose channels are what a test wants."""

    channel: Channel = field(default_factory=lambda: Channel("C1", is_member=True))
    guests: bool = False
    members: set[str] = field(default_factory=lambda: {USER.user, ADMIN.user})
    posted: list[SharedPage] = field(default_factory=list)
    delay: float = 0
    look_delay: float = 0
    error: Exception | None = None

    async def look(self, place: SlackChannel) -> Channel:
        await asyncio.sleep(self.look_delay)
        return self.channel

    async def is_in(self, place: SlackChannel, user: SlackUser) -> bool:
        return user.user in self.members

    async def crowd(self, place: SlackChannel) -> Crowd:
        return Crowd(guests=int(self.guests))

    async def post(self, place: SlackChannel, page: SharedPage, reader: Reader) -> str:
        if self.error:
            raise self.error
        await asyncio.sleep(self.delay)
        self.posted.append(page)
        return "1.2"

    async def delete(self, place: SlackChannel, ts: str) -> None:
        self.posted.clear()


@dataclass
class Desk:
    """The use case with what surrounds it."""

    crm: Crm
    people: People
    messenger: Messenger
    runner: AtOnce
    channels: Channels
    clock: StoppedClock
    store: Store
    commands: Commands
    keep_alive: KeepAlive
    leaving: Leaving
    posts: Posts
    digests: Digests

    async def ask(self, text: str, page: Page = FIRST, delivery: str = "") -> Reply:
        """Ask, and read the last reply."""
        return await self.wish(Ask(text, page), delivery)

    async def wish(self, wish: Wish, delivery: str = "") -> Reply:
        """Type or press something, and read the last reply."""
        taken = await self.commands.take(request(wish, delivery or f"d{len(self.messenger.said)}"))
        assert taken is None
        await self.runner.jobs.pop(0)()
        self.runner.jobs.clear()  # the note that it takes longer
        return self.messenger.said[-1][0]

    async def channel_digest(self, channel: str) -> None:
        """One at eight, which the admin set up."""
        digest = Subscription(
            *(0, ADMIN, Schedule.at(time(8)), OSLO),
            channel=channel,
            team=ChannelSettings(),
            since=NOW,
            considered_until=NOW,
        )
        await self.store.subscriptions.put(digest, None)


def request(wish: Wish, delivery: str = "d") -> Request:
    conversation = Conversation(USER, "C1", Secret("https://slack.example/response"))
    return Request(delivery, conversation, wish, pressed=not isinstance(wish, Ask))


@pytest.fixture
def desk(request, tmp_path, clock: StoppedClock):  # type: ignore[no-untyped-def]
    """A desk on a real store; its parameter may be other tenants, and what workspaces may."""
    names, rights = getattr(request, "param", (("onsite",), None))
    fresh_database(tmp_path / "bot.db")
    with opened(tmp_path / "bot.db", Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")) as store:
        crm, people, messenger, runner, channels = Crm(), People(), Messenger(), AtOnce(), Channels()
        tenants = {name: Tenant(crm, OSLO, host=f"{name}.example.com") for name in names}
        access = Access(names, Places(), rights, admins=["UADMIN"])

        async def on_linked(done: LinkedNow) -> None:
            runner.spawn(lambda: commands.linked(done))

        policy = KeepAlivePolicy()
        readers = Readers(people, lambda _: OSLO)
        notices = Notices(store.sign_ins, messenger, readers, Admins(), runner)
        sign_ins = SignIns(
            links=store.links,
            store=store.sign_ins,
            tenants=dict.fromkeys(names, crm),
            access=access,
            refresher=Refresher(store.links, store.sign_ins, {}, clock, notices),
            clock=clock,
            chance=lambda: 0.5,
            policy=policy,
        )
        linking = Linking(
            links=store.links,
            invitations=store.invitations,
            attempts=store.attempts,
            proofs=store.proofs,
            audit=store.audit,
            tenants=tenants,
            access=access,
            people=people,
            clock=clock,
            token=lambda: Secret("nonce" + "0" * 38),
            on_linked=on_linked,
            keep_at=sign_ins.keep_at,
        )
        leaving = Leaving(
            personal=store.personal,
            audit=store.audit,
            sign_ins=store.sign_ins,
            clock=clock,
            tenants=set(names),
            may_use=access.may_use,
            retention=Retention(),
        )
        preferences = Preferences(store.filters, store.mutes, Categories(clock), store.subscriptions)
        posts, channel_rights = Posts(clock), ChannelRights(people, channels, access)
        made = digests(
            database=store,
            clock=clock,
            runner=runner,
            tenants=tenants,
            sign_ins=sign_ins,
            preferences=preferences,
            messenger=messenger,
            admins=Admins(),
            rights=channel_rights,
            guard=channel_guard(store, Audience(channels), People(), access),
            posts=posts,
            default=DEFAULT,
            automatic=False,
        )
        answers = Answers(
            digests=made.desk,
            channels=channel_desk(
                database=store,
                clock=clock,
                tenants=tenants,
                digests=made,
                preferences=preferences,
                readers=readers,
                rights=channel_rights,
                guard=ChannelGuard(
                    audience=Audience(channels),
                    people=people,
                    subscriptions=store.subscriptions,
                    access=access,
                ),
                admins=Admins(),
                messenger=messenger,
                posts=posts,
            ),
            activities=Activities(tenants, store.links, store.mutes, preferences),
            preferences=preferences,
            sharing=Sharing(channels, Audience(channels), store.audit, clock),
            administration=Administration(
                store=store.sign_ins,
                overviews=store.overviews,
                leaving=leaving,
                people=people,
                readers=readers,
                messenger=messenger,
                clock=clock,
                access=access,
                rights=channel_rights,
            ),
            tenants=tenants,
            access=access,
            linking=linking,
            leaving=leaving,
            privacy=Privacy(store.personal, messenger, store.audit, clock),
            links=store.links,
            sign_ins=sign_ins,
            readers=readers,
            clock=clock,
            offers=Offers(
                tenants=tenants,
                access=access,
                linking=linking,
                links=store.links,
                readers=readers,
                link_url=lambda invited: Secret(f"https://bot.example.com/link/{invited.url_nonce.reveal()}"),
            ),
        )
        commands = Commands(
            answers=answers,
            readers=readers,
            deliveries=store.deliveries,
            messenger=messenger,
            runner=runner,
            clock=clock,
            reference=lambda: "ref",
            on_linked=made.settings.linked,
            patience=timedelta(seconds=1),
        )
        keep_alive = KeepAlive(
            tenants=dict.fromkeys(names, crm),
            sign_ins=sign_ins,
            store=store.sign_ins,
            notices=notices,
            clock=clock,
            policy=policy,
        )
        yield Desk(
            crm,
            people,
            messenger,
            runner,
            channels,
            clock,
            store,
            commands,
            keep_alive,
            leaving,
            posts,
            made,
        )


@pytest.fixture
async def linked(desk: Desk) -> Desk:
    """A desk whose user is linked."""
    await desk.store.links.put(Link(USER, "onsite", ME, NOW, NOW, Secret("ticket")))
    return desk


def by(company: int, person: int, **changes: object) -> Activity:
    return activity(company)._replace(actor=f"Person {person}", actor_id=person, **changes)  # type: ignore[arg-type]
