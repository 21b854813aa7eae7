"""Digests on a real store, between a SuperOffice that keeps events and a Slack that may lose messages."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.activity import Action, Activity
from bot.core.digest import Entry, RowId, row_id
from bot.core.errors import MissingScope, SlackFailed
from bot.core.people import Link, Principal, SlackUser
from bot.core.replies import Reader, Reply
from bot.core.replies.digests import DigestPart
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.signin import KeepAlivePolicy
from bot.core.slots import next_due
from bot.core.subscription import Delivery, Outcome, Subscription
from bot.services.activities import Tenant
from bot.services.categories import Categories
from bot.services.digests.composing import Composer
from bot.services.digests.delivering import Delivering
from bot.services.digests.pausing import Pausing
from bot.services.digests.waves import Waves
from bot.services.notices import Notices
from bot.services.ports import ActivityQuery, Category, Snapshot
from bot.services.ports.posts import Place, Posted, PostKey
from bot.services.preferences import Preferences
from bot.services.readers import Readers
from bot.services.refreshing import Refresher
from bot.services.signins import SignIns
from bot.store import Store, migrate, opened
from tests.services.conftest import Admins, AtOnce, Messenger, People

OSLO = ZoneInfo("Europe/Oslo")
USER = SlackUser("T1", "U1")
ME = Principal(528, 419, "Kianna Ledner", "KLED")
KEY = Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
#: A Monday, in winter time.
MONDAY = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test moves."""

    time: datetime = MONDAY

    def now(self) -> datetime:
        return self.time


class Killed(BaseException):
    """The process is gone, as by kill -9: nothing after it happens."""


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
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        since = (query.since or MONDAY) - self.overlap
        latest: dict[int, Activity] = {}
        for number, (at, company, action) in enumerate(self.events, 1):
            if at < since or not action & query.actions:
                continue
            so_far = latest[company].action if company in latest else Action(0)
            latest[company] = _row(company, at, so_far | action, number)
        return Snapshot(tuple(latest.values()), self.clock.now())

    async def me(self, ticket: Secret) -> Principal:
        return ME

    async def categories(self, ticket: Secret) -> Sequence[Category]:
        return (Category(1, "Customer"),)


def _row(company: int, at: datetime, action: Action, number: int) -> Activity:
    return Activity(company, f"C{company}", "", "", "", "", "", 0, action, (), at, "Ida Holm", 7, number, 0)


@dataclass(frozen=True)
class Post:
    """A message that Slack took."""

    at: datetime
    place: Place
    key: PostKey
    message: Reply

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.message.entries if isinstance(self.message, DigestPart) else ()


@dataclass
class Posts:
    """A Slack. ``fate`` says what becomes of the next message; what it took is to be seen some time later."""

    clock: Clock
    posts: list[Post] = field(default_factory=list)
    #: ``ok``, ``lost`` (taken, but the answer is lost), ``cut`` (never arrived, but nobody can know),
    #: ``later``, ``refused``, or an exception to raise before it is taken.
    fates: list[str | BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    visible_after: timedelta = timedelta(seconds=30)
    may_look: bool = True
    looks: int = 0

    async def ready(self, place: Place) -> None:
        await asyncio.sleep(0)

    async def post(self, place: Place, message: Reply, reader: Reader, key: PostKey) -> Posted:
        fate = self.fates.pop(0) if self.fates else "ok"
        if isinstance(fate, BaseException):
            raise fate
        if fate == "later":
            raise SlackFailed(error="ratelimited", passing=True, retry_after=30)
        if fate == "refused":
            raise SlackFailed(error="account_inactive", permanent="somebody")  # type: ignore[arg-type]
        if fate == "cut":
            raise SlackFailed(error="TimeoutError", in_doubt=True)
        self.posts.append(Post(self.clock.now(), place, key, message))
        if self.after:
            raise self.after.pop(0)
        if fate == "lost":
            raise SlackFailed(error="TimeoutError", in_doubt=True)
        return Posted(f"D{place.channel}", str(len(self.posts)))

    async def find(self, place: Place, key: PostKey, since: datetime) -> Posted | None:
        self.looks += 1
        if not self.may_look:
            raise MissingScope(error="missing_scope")
        for number, post in enumerate(self.posts, 1):
            if post.key == key and post.at + self.visible_after <= self.clock.now() and post.at >= since:
                return Posted(f"D{place.channel}", str(number))
        return None

    @property
    def told(self) -> list[RowId]:
        """Every row that stands in Slack, as often as it does."""
        return [row_id(entry.activity) for post in self.posts for entry in post.entries]


@dataclass
class Rig:
    """Everything, on one store; a second bot on the same store is another rig's ``waves``."""

    clock: Clock
    crm: Crm
    posts: Posts
    messenger: Messenger
    store: Store
    composer: Composer
    waves: Waves
    sign_ins: SignIns

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
        if await self.store.subscriptions.workspaces_due(self.clock.now()):
            await self.waves.see_to(USER.workspace)

    async def rows(self) -> Sequence[Delivery]:
        """The ledger, in order."""
        return await self.store.ledger.since(1, None)

    async def outcomes(self) -> list[tuple[Outcome, str]]:
        """What became of each slot, and why."""
        return [(row.outcome, row.reason) for row in await self.rows()]


@contextmanager
def rig_on(path: Path, clock: Clock, crm: Crm, posts: Posts) -> Iterator[Rig]:
    """A bot on a database."""
    with opened(path, KEY) as store:
        tenants = {"onsite": Tenant(crm, OSLO)}  # type: ignore[arg-type]
        messenger = Messenger()
        notices = Notices(store.sign_ins, messenger, Readers(People(), OSLO), Admins())
        sign_ins = SignIns(
            links=store.links,
            store=store.sign_ins,
            tenants={"onsite": crm},  # type: ignore[dict-item]
            refresher=Refresher(store.links, store.sign_ins, {}, clock, notices),
            clock=clock,
            chance=lambda: 0.5,
            policy=KeepAlivePolicy(),
        )
        composer = Composer(
            tenants=tenants,
            sign_ins=sign_ins,
            mutes=store.mutes,
            preferences=Preferences(store.filters, store.mutes, Categories(clock)),
            ledger=store.ledger,
            told=store.told,
        )
        pausing = Pausing(
            subscriptions=store.subscriptions,
            links=store.links,
            sign_ins=store.sign_ins,
            messenger=messenger,
            clock=clock,
        )
        delivering = Delivering(
            subscriptions=store.subscriptions,
            ledger=store.ledger,
            composer=composer,
            posts=posts,
            pausing=pausing,
            clock=clock,
        )
        waves = Waves(
            subscriptions=store.subscriptions,
            ledger=store.ledger,
            delivering=delivering,
            runner=AtOnce(),
            clock=clock,
        )
        yield Rig(clock, crm, posts, messenger, store, composer, waves, sign_ins)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A bot on a new database, on Monday, midnight UTC."""
    clock = Clock()
    migrate(tmp_path / "bot.db", clock.now())
    with rig_on(tmp_path / "bot.db", clock, Crm(clock), Posts(clock)) as made:
        yield made
