"""A year of four digests a day in sixteen zones, with all that happens to clocks and processes in a year."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.core.people import Link, SlackUser
from bot.core.recurrence import EVERY_DAY
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.slots import SlotKey, next_due
from bot.core.subscription import Outcome, Subscription
from bot.store import migrate
from bot.store.database import moment
from tests.mortal import Killed
from tests.services.digests.conftest import ME, MONDAY, Clock, Crm, Rig, rig_on
from tests.services.posts import Posts
from tests.sqlite import connection

#: Gaps at midnight, of half an hour, in Ramadan; offsets of 45 minutes, of +14 and -11 hours.
ZONES = (
    *("Europe/Oslo", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia"),
    *("Africa/Cairo", "Asia/Beirut", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Casablanca"),
    "America/Sao_Paulo",
)
#: The first of four times a day, six hours apart: together every hour.
FIRST = range(6)


@dataclass
class Year:
    """Two bots at once on one database, on a machine whose clock is put right now and then."""

    path: Path
    clock: Clock = field(default_factory=Clock)
    dice: Random = field(default_factory=lambda: Random(5))
    happened: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.crm, self.posts = Crm(self.clock), Posts(self.clock)
        migrate(self.path, self.clock.now())

    async def go_by(self, days: int) -> None:
        """Live through them, with a restart each few hours."""
        with self.bots() as (bot, _):
            await subscribe(bot)
        end = self.clock.now() + timedelta(days=days)
        while self.clock.now() < end:
            with self.bots() as bots:
                await self.some_hours(bots, min(end, self.clock.now() + timedelta(hours=40)))
        self.clock.off = timedelta(0)
        self.posts.after, self.posts.fates = [], []
        with self.bots() as bots:
            await self.some_hours(bots, end + timedelta(days=2), calm=True)

    def bots(self) -> "Bots":
        return Bots(self)

    async def some_hours(self, bots: tuple[Rig, Rig], until: datetime, *, calm: bool = False) -> None:
        while self.clock.now() < until:
            self.next_moment(bots[0])
            if not calm:
                self.something_happens()
            done = await asyncio.gather(*(bot.go() for bot in bots), return_exceptions=True)
            for error in done:
                assert error is None or isinstance(error, BaseExceptionGroup), error

    def next_moment(self, bot: Rig) -> None:
        """When something is due next by the machine's clock; six hours on at most."""
        execute = connection(bot.store).execute
        (due,) = execute("SELECT min(next_due) FROM subscriptions").fetchone()
        (waits,) = execute("SELECT min(wait_until) FROM ledger WHERE outcome = 'claimed'").fetchone()
        shown = min(moment(each) for each in (due, waits) if each is not None)
        span = max(shown - self.clock.shown(), timedelta(0)) + timedelta(seconds=self.dice.randrange(1, 60))
        self.clock.time += min(span, timedelta(hours=6))

    def something_happens(self) -> None:
        chance = self.dice.random()
        if chance < 0.03:
            self.crm.happen(self.dice.randrange(1, 40))
            del self.crm.events[:-60]
        if chance < 0.004:
            self.happened["clock steps"] += 1
            steps = (0, 0, 0, -1, 1, 600, -600, 3600, -3600, 10_000, -10_000, 200_000)
            self.clock.off = timedelta(seconds=self.dice.choice(steps))
        elif chance < 0.014:
            self.happened["kills"] += 1
            (self.posts.after if chance < 0.009 else self.posts.fates).append(Killed())
        elif chance < 0.03:
            self.posts.fates.append(self.dice.choice(("lost", "cut", "later")))


@dataclass
class Bots:
    """Two of them, from a start to a stop."""

    year: Year
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> tuple[Rig, Rig]:
        self.year.happened["restarts"] += 2
        year = self.year
        one, two = (rig_on(year.path, year.clock, year.crm, year.posts) for _ in range(2))
        return self.stack.enter_context(one), self.stack.enter_context(two)

    def __exit__(self, *_: object) -> None:
        self.stack.close()


async def subscribe(bot: Rig) -> None:
    for number, (zone, hour) in enumerate((zone, hour) for zone in ZONES for hour in FIRST):
        user, now = SlackUser("T1", f"U{number}"), MONDAY
        await bot.store.links.put(Link(user, "onsite", ME, now, now, Secret("ticket")))
        times = (time(hour + each, 30 if number % 2 else 0) for each in (0, 6, 12, 18))
        schedule = Schedule.at(*times, days=EVERY_DAY, zone=zone)
        new = Subscription(
            0,
            user,
            schedule,
            ZoneInfo(zone),
            since=now,
            considered_until=now,
            quiet_looked_at=now,
        )
        await bot.store.subscriptions.put(new, next_due(schedule, ZoneInfo(zone), now))


def wanted(days: int) -> Iterator[SlotKey]:
    """Every slot but those of the first two days and the last two, which are not whole in every zone."""
    for number in range(2, days - 1):
        day: date = (MONDAY + timedelta(days=number)).date()
        yield from (SlotKey(day, id_) for id_ in (1, 2, 3, 4))


@pytest.mark.long
async def test_a_year_has_one_row_for_each_day_and_slot_and_at_most_one_digest(
    memory: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    days = int(request.config.getoption("--days"))
    year = Year(memory / "bot.db")
    await year.go_by(days)
    with year.bots() as (bot, _):
        outcomes: Counter[Outcome] = Counter()
        for subscription in range(1, len(ZONES) * len(FIRST) + 1):
            rows = await bot.store.ledger.latest(subscription, 10_000)
            slots = Counter(row.slot for row in rows)
            assert [slot for slot in wanted(days) if slots[slot] != 1] == []
            assert all(row.reason for row in rows if row.outcome is not Outcome.POSTED)
            outcomes.update(row.outcome for row in rows)
    keys = Counter(post.key for post in year.posts.posts)
    assert [key for key, count in keys.items() if count > 1] == []
    assert outcomes[Outcome.CLAIMED] == 0
    record_property("year", f"{dict(year.happened)}, {dict(outcomes)}, {len(keys)} messages")
