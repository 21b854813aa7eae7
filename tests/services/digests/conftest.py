"""Digests on a real store, between a SuperOffice that keeps events and a Slack that may lose messages."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app.channels import channel_guard
from bot.app.digests import Digests, digests
from bot.core.activity import Action, Activity
from bot.core.channeldigest import SHARES_ALL, ChannelSettings, Narrowing
from bot.core.digest import RowId
from bot.core.people import Link, Principal, SlackUser
from bot.core.schedule import Schedule
from bot.core.secret import DatabaseUrl, Secret
from bot.core.signin import KeepAlivePolicy
from bot.core.slots import next_due
from bot.core.subscription import Delivery, Outcome, Subscription
from bot.core.typed.scheduletext import DEFAULT
from bot.metrics import PrometheusMetrics
from bot.services.access import Access
from bot.services.audience import Audience
from bot.services.categories import Categories
from bot.services.channels.rights import ChannelRights
from bot.services.notices import Notices
from bot.services.ports import ActivityQuery, Category, Snapshot
from bot.services.preferences import Preferences
from bot.services.readers import Readers
from bot.services.refreshing import Refresher
from bot.services.signins import SignIns
from bot.services.tenants import Tenant
from bot.store import Store, connected, ledger
from tests.mortal import mortal
from tests.services.conftest import Admins, AtOnce, Channels, Messenger, People, Places
from tests.services.posts import Posts
from tests.sqlite import opened

OSLO = ZoneInfo("Europe/Oslo")
USER = SlackUser("T1", "U1")
ME = Principal(528, 419, "Kianna Ledner", "KLED")
KEY = Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
#: A Monday, in winter time.
MONDAY = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test moves, and one that is wrong by ``off``: the machine's own."""

    time: datetime = MONDAY
    off: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.time

    def shown(self) -> datetime:
        return self.time + self.off


@dataclass
class Machine:
    """The bot's own view of the time: it may be wrong, and is put right now and then."""

    true: Clock

    def now(self) -> datetime:
        return self.true.shown()


@dataclass
class Crm:
    """A SuperOffice that keeps what happened, and tells the latest of each company as SuperOffice does."""

    clock: Clock
    tenant: str = "onsite"
    web_url: str = "https://crm.example.com"
    warnings: Sequence[object] = ()
    events: list[tuple[datetime, int, Action]] = field(default_factory=list)
    error: Exception | None = None
    asked: list[ActivityQuery] = field(default_factory=list)
    #: Which companies a ticket sees; all where it is not there.
    sees: dict[str, set[int]] = field(default_factory=dict)
    #: What goes wrong with a ticket.
    errors: dict[str, Exception] = field(default_factory=dict)
    #: How many ask right now, and how many at most did at once.
    asking: int = 0
    most_at_once: int = 0
    #: How much more than it is asked for it tells.
    overlap: timedelta = timedelta(hours=2)

    def happen(self, company: int, action: Action = Action.UPDATED, at: datetime | None = None) -> RowId:
        """Something happens on a company; what its row is known by."""
        self.events.append((at or self.clock.now(), company, action))
        return RowId(company, self.events[-1][0], len(self.events))

    async def now(self) -> datetime:
        return self.clock.now()

    async def activities(self, ticket: Secret, query: ActivityQuery) -> Snapshot:
        self.asked.append(query)
        self.asking += 1
        self.most_at_once = max(self.most_at_once, self.asking)
        await asyncio.sleep(0)
        self.asking -= 1
        if error := self.error or self.errors.get(ticket.reveal()):
            raise error
        sees = self.sees.get(ticket.reveal())
        since = (query.since or MONDAY) - self.overlap
        latest: dict[int, Activity] = {}
        for number, (at, company, action) in enumerate(self.events, 1):
            if at < since or not action & query.actions or (sees is not None and company not in sees):
                continue
            so_far = latest[company].action if company in latest else Action(0)
            latest[company] = _row(company, at, so_far | action, number)
        return Snapshot(tuple(latest.values()), self.clock.now())

    async def me(self, ticket: Secret) -> Principal:
        if error := self.errors.get(ticket.reveal()):
            raise error
        return ME

    async def categories(self, ticket: Secret) -> Sequence[Category]:
        return (Category(1, "Customer"),)


def _row(company: int, at: datetime, action: Action, number: int) -> Activity:
    return Activity(company, f"C{company}", "", "", "", "", "", 0, action, (), at, "Ida Holm", 7, number, 0)


@dataclass
class Rig:
    """Everything, on one store."""

    clock: Clock
    crm: Crm
    posts: Posts
    messenger: Messenger
    store: Store
    made: Digests
    metrics: PrometheusMetrics
    channels: Channels
    notices: Notices

    async def subscribe(self, *times: time, zone: ZoneInfo = OSLO, **more: object) -> Subscription:
        """Link the user and set up a digest, now."""
        now = self.clock.now()
        await self.store.links.put(Link(USER, "onsite", ME, now, now, Secret("ticket")))
        schedule = Schedule.at(*(times or (time(8),)))
        subscription = Subscription(
            0,
            USER,
            schedule,
            zone,
            since=now,
            considered_until=now,
            quiet_looked_at=now,
            **more,  # type: ignore[arg-type]
        )
        return await self.store.subscriptions.put(subscription, next_due(schedule, zone, now))

    async def personal(self, name: str) -> Subscription:
        """Link somebody else and set up a digest at eight, now."""
        await self.link(name)
        now, schedule, user = self.clock.now(), Schedule.at(time(8)), SlackUser("T1", name)
        digest = Subscription(0, user, schedule, OSLO, since=now, considered_until=now, quiet_looked_at=now)
        return await self.store.subscriptions.put(digest, next_due(schedule, OSLO, now))

    async def team(self, *names: str, **more: object) -> Subscription:
        """Set up a channel's digest, now, with these who share."""
        values = {"channel": "C1", "team": ChannelSettings(), **more}
        found = await self.subscribe(**values)  # type: ignore[arg-type]
        for name in names:
            await self.join(found, name)
        return found

    async def join(self, subscription: Subscription, name: str, narrowing: Narrowing = SHARES_ALL) -> None:
        """Link a user, whose ticket is their name, and have them share."""
        await self.link(name)
        assert await self.store.participants.join(
            subscription.id, SlackUser("T1", name), self.clock.now(), narrowing
        )

    async def link(self, name: str) -> None:
        """Link a user, again perhaps."""
        now, number = self.clock.now(), sum(map(ord, name))
        principal = Principal(number, number, f"{name} Dahl", name)
        await self.store.links.put(Link(SlackUser("T1", name), "onsite", principal, now, now, Secret(name)))

    def step(self, **time: float) -> None:
        """The machine's clock jumps, and no time passes."""
        self.clock.off += timedelta(**time)

    async def at(self, hour: int, minute: int = 0, *, days: int = 0) -> None:
        """Move the clock to that time in Oslo, so many days on, and see to what is due."""
        today = self.clock.now().astimezone(OSLO) + timedelta(days=days)
        self.clock.time = today.replace(hour=hour, minute=minute, second=0).astimezone(UTC)
        await self.go()

    async def later(self, **time: float) -> None:
        """Let time pass, and see to what is due then."""
        self.clock.time += timedelta(**time)
        await self.go()

    async def go(self) -> None:
        """See to what is due now."""
        if await self.store.subscriptions.workspaces_due(self.clock.shown()):
            await self.made.waves.see_to(USER.workspace)

    async def rows(self) -> Sequence[Delivery]:
        """The ledger, in order."""
        return [*reversed(await self.store.ledger.latest(1, 10_000))]

    async def outcomes(self) -> list[tuple[Outcome, str]]:
        """What became of each slot, and why."""
        return [(row.outcome, row.reason) for row in await self.rows()]


@contextmanager
def rig_on(path: Path, clock: Clock, crm: Crm, posts: Posts) -> Iterator[Rig]:
    """A bot on an SQLite file."""
    with opened(path, KEY) as store:
        yield rig_of(store, clock, crm, posts)


def rig_of(store: Store, clock: Clock, crm: Crm, posts: Posts) -> Rig:
    """A bot on a database."""
    store = mortal(store, posts.killed_noting)
    tenants = {"onsite": Tenant(crm, OSLO)}  # type: ignore[arg-type]
    messenger, machine, channels = Messenger(), Machine(clock), Channels()
    notices = Notices(store.sign_ins, messenger, Readers(People(), lambda _: OSLO), Admins(), AtOnce())
    access = Access(list(tenants), Places(), admins=["UADMIN"])
    sign_ins = SignIns(
        links=store.links,
        store=store.sign_ins,
        tenants={"onsite": crm},  # type: ignore[dict-item]
        access=access,
        refresher=Refresher(store.links, store.sign_ins, {}, machine, notices),
        clock=machine,
        chance=lambda: 0.5,
        policy=KeepAlivePolicy(),
    )
    metrics = PrometheusMetrics()
    made = digests(
        database=store,
        clock=machine,
        runner=AtOnce(),
        tenants=tenants,
        sign_ins=sign_ins,
        preferences=Preferences(store.filters, store.mutes, Categories(machine), store.subscriptions),
        messenger=messenger,
        admins=Admins(),
        rights=ChannelRights(People(), channels, access),
        posts=posts,
        guard=channel_guard(store, Audience(channels), People(), access),
        default=DEFAULT,
        automatic=False,
        metrics=metrics,
        monotonic=lambda: clock.now().timestamp(),
    )
    return Rig(clock, crm, posts, messenger, store, made, metrics, channels, notices)


@pytest.fixture(autouse=True)
def _a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearly every digest here has so many rows that some are noted ahead."""
    monkeypatch.setattr(ledger, "AT_A_TIME", 2)


@pytest.fixture
async def rig(database: Path | DatabaseUrl) -> AsyncIterator[Rig]:
    """A bot on a new database, on Monday, midnight UTC."""
    clock = Clock()
    async with connected(database, KEY) as store:
        yield rig_of(store, clock, Crm(clock), Posts(clock))
