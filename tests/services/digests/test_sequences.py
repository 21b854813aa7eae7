"""Whatever happens in whatever order: what SuperOffice tells is told once, and no slot is without a word."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.digest import News, RowId, row_id
from bot.core.errors import CrmTooBusy
from bot.core.slots import next_due
from bot.core.subscription import Outcome
from bot.store import migrate
from tests.services.digests.conftest import MONDAY, USER, Clock, Crm, Killed, Rig, rig_on
from tests.services.posts import Posts

BUSY = CrmTooBusy(tenant="onsite", status=503)

#: What may happen, as (what, how much).
STEPS = st.one_of(
    st.tuples(st.just("activity"), st.integers(1, 6)),
    st.tuples(st.just("activity"), st.integers(1, 60)),
    st.tuples(st.just("minutes"), st.integers(1, 59)),
    st.tuples(st.just("hours"), st.integers(1, 30)),
    st.tuples(st.just("crm down"), st.booleans()),
    st.tuples(st.just("fate"), st.sampled_from(["lost", "cut", "later", "killed before", "killed after"])),
    st.tuples(st.just("times"), st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True)),
    st.tuples(st.just("snooze"), st.integers(1, 80)),
)


class Story:
    """One bot after the other on one database, and what happens to them."""

    def __init__(self, path: Path, *, may_look: bool) -> None:
        self.path = path
        self.clock = Clock()
        self.crm = Crm(self.clock)
        self.posts = Posts(self.clock, may_look=may_look)
        migrate(path, self.clock.now())

    async def run(self, steps: Sequence[tuple[str, object]]) -> None:
        with rig_on(self.path, self.clock, self.crm, self.posts) as rig:
            await rig.subscribe(time(8))
        for step in steps:
            with rig_on(self.path, self.clock, self.crm, self.posts) as rig:
                await self.step(rig, *step)
        with rig_on(self.path, self.clock, self.crm, self.posts) as rig:
            await self.calm_down(rig)

    async def step(self, rig: Rig, what: str, how: object) -> None:
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
            case "times", list(hours):
                await edit(rig, times=[time(hour) for hour in hours])
            case "snooze", int(hours):
                await edit(rig, snooze=timedelta(hours=hours))

    async def pass_time(self, rig: Rig, span: timedelta) -> None:
        """In steps of half an hour, so that what is due is seen to."""
        until = self.clock.now() + span
        while self.clock.now() < until:
            self.clock.time = min(until, self.clock.now() + timedelta(minutes=30))
            try:
                await rig.go()
            except BaseExceptionGroup as group:
                assert group.subgroup(Killed)

    async def calm_down(self, rig: Rig) -> None:
        """Everything works again, for long enough that nothing is owed any more."""
        self.crm.error, self.posts.fates, self.posts.after = None, [], []
        self.posts.visible_after = timedelta(0)
        await edit(rig, snooze=timedelta(0))
        await self.pass_time(rig, timedelta(days=5))


async def edit(rig: Rig, times: list[time] | None = None, snooze: timedelta | None = None) -> None:
    """As the settings do: what was due until now stays owed, the new schedule counts after it."""
    old = await rig.store.subscriptions.of(USER)
    assert old is not None
    now = rig.clock.now()
    new = replace(old, schedule=old.schedule.replacing(times) if times else old.schedule)
    if snooze is not None:
        new = replace(new, snoozed_until=now + snooze if snooze else None)
    if times:
        new = replace(new, considered_until=now)
    await rig.store.subscriptions.put(new, next_due(new.schedule, new.zone, now))


def check(sequence: Story, rows: Sequence[object]) -> None:
    posts = sequence.posts
    again = Counter(posts.told)
    repeated = {
        row_id(entry.activity)
        for post in posts.posts
        for entry in post.entries
        if entry.news is News.REPEATED
    }
    if posts.may_look:
        assert not repeated
        assert all(count == 1 for count in again.values()), "told twice"
        assert len({(post.key.key, post.key.part) for post in posts.posts}) == len(posts.posts)
    else:
        assert all(count == 1 for row, count in again.items() if row not in repeated), "told twice unmarked"
    latest = {company: (at, number) for number, (at, company, _) in enumerate(sequence.crm.events, 1)}
    first = MONDAY - timedelta(hours=24 * 3)
    owed = {RowId(company, at, number) for company, (at, number) in latest.items() if at >= first}
    assert owed <= set(posts.told), "not told at all"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, max_size=25), st.booleans())
def test_every_row_is_told_once(steps: list[tuple[str, object]], may_look: bool) -> None:
    told_once(steps, may_look=may_look)


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=5, max_size=40), st.booleans())
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
            check(sequence, rows)

    with TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder) / "bot.db"))
