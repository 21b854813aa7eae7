"""Whatever happens in whatever order: what SuperOffice tells is told once, and no slot is without a word."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.audit import Departure
from bot.core.digest import News, RowId, row_id
from bot.core.errors import CrmTooBusy
from bot.core.filters import EVERYTHING
from bot.core.people import Link
from bot.core.replies import Reader
from bot.core.secret import Secret
from bot.core.signin import Ending, Why
from bot.core.slots import next_due
from bot.core.subscription import Outcome, State
from bot.core.typed.digestcommands import SetDigest
from bot.core.typed.scheduletext import schedule_text
from tests.conftest import IN_MEMORY
from tests.databases import fresh_database
from tests.mortal import Killed
from tests.services.digests.conftest import (
    ME,
    MONDAY,
    OSLO,
    USER,
    Clock,
    Crm,
    Rig,
    rig_on,
)
from tests.services.posts import Posts

BUSY = CrmTooBusy(tenant="onsite", status=503)

READER = Reader(OSLO, "en", USER.user)
ZONES = ("Europe/Oslo", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Australia/Lord_Howe")

#: What may happen, as (what, how much).
STEPS = st.one_of(
    st.tuples(st.just("activity"), st.integers(1, 6)),
    st.tuples(st.just("activity"), st.integers(1, 60)),
    st.tuples(st.just("minutes"), st.integers(1, 59)),
    st.tuples(st.just("hours"), st.integers(1, 30)),
    st.tuples(st.just("crm down"), st.booleans()),
    st.tuples(st.just("fate"), st.sampled_from(["lost", "cut", "later", "killed before", "killed after"])),
    st.tuples(st.just("killed noting"), st.integers(0, 4)),
    st.tuples(st.just("times"), st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True)),
    st.tuples(st.just("snooze"), st.integers(1, 80)),
)
#: What happens less often.
RARE = st.one_of(
    st.tuples(st.just("zone"), st.sampled_from(ZONES)),
    st.tuples(st.just("on"), st.booleans()),
    st.tuples(st.just("filter"), st.sampled_from(["action:created", "by:others", "action:all by:anyone"])),
    st.tuples(st.just("signed out"), st.booleans()),
    st.tuples(st.just("unlink"), st.just(None)),
    st.tuples(st.just("bots"), st.integers(1, 2)),
    st.tuples(st.just("near"), st.tuples(st.integers(-5, 5), st.integers(-5, 5))),
    st.tuples(st.just("clock"), st.sampled_from([-7200, -60, 0, 60, 7200])),
)


class Story:
    """One bot after the other on one database, or two at once, and what happens to them."""

    def __init__(self, path: Path, *, may_look: bool) -> None:
        self.path = path
        self.clock = Clock()
        self.crm = Crm(self.clock)
        self.posts = Posts(self.clock, may_look=may_look)
        self.bots = 1
        #: What happened since then is told; what happened before was perhaps not to be told any more.
        self.owed_from = MONDAY - timedelta(days=3)
        #: How many messages there were when nothing was known any more of what was told.
        self.forgotten = 0
        fresh_database(path)

    async def run(self, steps: Sequence[tuple[str, object]]) -> None:
        with rig_on(self.path, self.clock, self.crm, self.posts) as rig:
            await rig.subscribe(time(8))
        for step in steps:
            with rig_on(self.path, self.clock, self.crm, self.posts) as rig:
                await self.step(rig, *step)
        with rig_on(self.path, self.clock, self.crm, self.posts) as rig:
            await self.calm_down(rig)

    async def step(self, rig: Rig, what: str, how: object) -> None:  # noqa: C901 - one line for each
        match what, how:
            case "activity", int(company):
                self.crm.happen(company)
                self.clock.time += timedelta(seconds=1)
            case "minutes", int(minutes):
                await self.pass_time(rig, timedelta(minutes=minutes))
            case "hours", int(hours):
                await self.pass_time(rig, timedelta(hours=hours))
            case "crm down", bool(down):
                self.crm.error = BUSY if down else None
            case "fate", str(fate):
                if fate == "killed after":
                    self.posts.after.append(Killed())
                else:
                    self.posts.fates.append(Killed() if fate == "killed before" else fate)
            case "killed noting", int(notes):
                self.posts.killed_noting += [False] * notes + [True]
            case "times", list(hours):
                await edit(rig, times=[time(hour) for hour in hours])
            case "snooze", int(hours):
                await edit(rig, snooze=timedelta(hours=hours))
            case "bots", int(bots):
                self.bots = bots
            case "clock", int(seconds):
                self.clock.off = timedelta(seconds=seconds)
            case _:
                await self.rare_step(rig, what, how)

    async def rare_step(self, rig: Rig, what: str, how: object) -> None:
        match what, how:
            case "zone", str(zone):
                await rig.made.settings.moved(USER, ZoneInfo(zone), "")
            case "on", bool(on):
                await self.switch(rig, on=on)
            case "filter", str(line):
                await self.filter(rig, line)
            case "signed out", True:
                await rig.store.sign_ins.end(USER, Ending(self.clock.now(), Why.REFUSED), told=True)
            case "signed out", _:
                await link(rig)
            case "unlink", _:
                await self.unlink(rig)
            case "near", (int(before), int(later)):
                await self.near(rig, before, later)

    async def switch(self, rig: Rig, *, on: bool) -> None:
        """What happens while it is off is not told."""
        await rig.made.settings.switch(USER, READER, on=on)
        self.owed_from = max(self.clock.now(), self.clock.shown())  # by the bot's own clock

    async def filter(self, rig: Rig, line: str) -> None:
        """What is left out now is not told later."""
        draft = await rig.made.settings.draft(USER, READER)
        schedule = schedule_text(replace(draft.schedule, zone=None))
        wanted = rig.made.settings.wanted(draft, SetDigest(f"at {schedule} {line}"), READER)
        await rig.made.settings.change(wanted, READER)
        self.owed_from = max(self.clock.now(), self.clock.shown())  # by the bot's own clock

    async def unlink(self, rig: Rig) -> None:
        """Everything is forgotten; then the user links again."""
        await rig.store.personal.forget(USER, Departure.UNLINKED, self.clock.now())
        await rig.subscribe(time(8))
        self.owed_from, self.forgotten = self.clock.now(), len(self.posts.posts)

    async def near(self, rig: Rig, before: int, later: int) -> None:
        """Some minutes before or after a fire, its time is moved by some minutes."""
        subscription = await rig.store.subscriptions.of(USER)
        assert subscription
        due = next_due(subscription.schedule, subscription.zone, self.clock.now())
        assert due
        await self.pass_time(rig, due + timedelta(minutes=before) - self.clock.now())
        new = (due + timedelta(minutes=later)).astimezone(subscription.zone)
        await edit(rig, times=[new.time().replace(second=0, microsecond=0)])

    async def pass_time(self, rig: Rig, span: timedelta) -> None:
        """In steps of half an hour, so that what is due is seen to."""
        with ExitStack() as more:
            rigs = [rig]
            if self.bots > 1:
                other = rig_on(self.path, self.clock, self.crm, self.posts)
                rigs.append(more.enter_context(other))
            until = self.clock.now() + span
            while self.clock.now() < until:
                self.clock.time = min(until, self.clock.now() + timedelta(minutes=30))
                ended = await asyncio.gather(*(each.go() for each in rigs), return_exceptions=True)
                for error in ended:
                    assert error is None or (isinstance(error, BaseExceptionGroup) and error.subgroup(Killed))

    async def calm_down(self, rig: Rig) -> None:
        """Everything works again, for long enough that nothing is owed any more."""
        self.crm.error, self.posts.fates, self.posts.after = None, [], []
        self.posts.killed_noting.clear()
        self.posts.visible_after = self.clock.off = timedelta(0)
        await link(rig)
        subscription = await rig.store.subscriptions.of(USER)
        assert subscription
        if subscription.state is not State.ON:
            await self.switch(rig, on=True)
        if subscription.filter != EVERYTHING:
            await self.filter(rig, "action:all by:anyone")
        await edit(rig, snooze=timedelta(0))
        await self.pass_time(rig, timedelta(days=5))


async def link(rig: Rig) -> None:
    """The user signs in, again: what waited for that is woken."""
    now = rig.clock.now()
    await rig.store.links.put(Link(USER, "onsite", ME, now, now, Secret("ticket")))
    await rig.made.settings.linked(USER, READER)


async def edit(rig: Rig, times: list[time] | None = None, snooze: timedelta | None = None) -> None:
    """As the settings do: what was due until now stays owed, the new schedule counts after it."""
    old = await rig.store.subscriptions.of(USER)
    assert old is not None
    now = rig.clock.shown()
    new = replace(old, schedule=old.schedule.replacing(times) if times else old.schedule)
    if snooze is not None:
        new = replace(new, snoozed_until=now + snooze if snooze else None)
    if times:
        new = replace(new, considered_until=now)
    await rig.store.subscriptions.put(new, next_due(new.schedule, new.zone, now))


def check(sequence: Story) -> None:
    posts = sequence.posts.posts[sequence.forgotten :]
    told = Counter(row_id(entry.activity) for post in posts for entry in post.entries)
    repeated = {
        row_id(entry.activity) for post in posts for entry in post.entries if entry.news is News.REPEATED
    }
    assert len({post.key for post in posts}) == len(posts), "sent twice"
    if sequence.posts.may_look:
        assert not repeated
    assert all(count == 1 for row, count in told.items() if row not in repeated), "told twice unmarked"
    latest = {company: (at, number) for number, (at, company, _) in enumerate(sequence.crm.events, 1)}
    owed = {
        RowId(company, at, number) for company, (at, number) in latest.items() if at >= sequence.owed_from
    }
    assert owed <= set(told), "not told at all"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS | STEPS | RARE, max_size=20), st.booleans())
def test_every_row_is_told_once(steps: list[tuple[str, object]], may_look: bool) -> None:
    told_once(steps, may_look=may_look)


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS | STEPS | RARE, min_size=5, max_size=40), st.booleans())
def test_a_thousand_sequences(steps: list[tuple[str, object]], may_look: bool) -> None:
    told_once(steps, may_look=may_look)


def told_once(steps: list[tuple[str, object]], *, may_look: bool) -> None:
    async def run(path: Path) -> None:
        sequence = Story(path, may_look=may_look)
        await sequence.run(steps)
        with rig_on(path, sequence.clock, sequence.crm, sequence.posts) as rig:
            rows = await rig.rows()
            assert not [row for row in rows if row.outcome is Outcome.CLAIMED], "never concluded"
            assert all(row.reason for row in rows if row.outcome is not Outcome.POSTED), "silent"
            check(sequence)

    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        asyncio.run(run(Path(folder) / "bot.db"))
