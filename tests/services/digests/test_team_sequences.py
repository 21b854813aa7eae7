"""Whatever happens to a team in whatever order: a row is told once, whoever sees it, and none is lost."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.channeldigest import ChannelSettings, Layout
from bot.core.digest import RowId
from bot.core.errors import CrmTooBusy
from bot.core.people import SlackUser
from bot.core.subscription import Outcome, Subscription
from tests.databases import fresh_database
from tests.mortal import Killed
from tests.services.digests.conftest import Clock, Crm, Rig, rig_on
from tests.services.posts import Posts

BUSY = CrmTooBusy(tenant="onsite", status=503)
#: Who sees which companies. The first one stays, the others come and go.
SEES = {"Kari": {1, 2, 3, 4}, "Ola": {3, 4, 5, 6}, "Per": {1, 4, 6, 7}}
OTHERS = ("Ola", "Per")

STEPS = st.one_of(
    st.tuples(st.just("activity"), st.integers(1, 7)),
    st.tuples(st.just("hours"), st.integers(1, 30)),
    st.tuples(st.just("down"), st.sampled_from(tuple(SEES))),
    st.tuples(st.just("up"), st.sampled_from(tuple(SEES))),
    st.tuples(st.just("leave"), st.sampled_from(OTHERS)),
    st.tuples(st.just("join"), st.sampled_from(OTHERS)),
    st.tuples(st.just("fate"), st.sampled_from(["lost", "cut", "later", "killed before", "killed after"])),
    st.tuples(st.just("killed noting"), st.integers(0, 4)),
)


class Story:
    """One bot after the other on one database, and what happens to a team."""

    def __init__(self, path: Path, layout: Layout, quorum: int) -> None:
        self.path = path
        self.team = ChannelSettings(layout=layout, quorum=quorum)
        self.clock = Clock()
        self.crm = Crm(self.clock, sees=dict(SEES))
        self.posts = Posts(self.clock)
        fresh_database(path)

    async def run(self, steps: Sequence[tuple[str, object]]) -> None:
        with rig_on(self.path, self.clock, self.crm, self.posts) as rig:
            subscription = await rig.team(*SEES, team=self.team)
        for what, how in steps:
            with rig_on(self.path, self.clock, self.crm, self.posts) as rig:
                await self.step(rig, subscription, what, how)
        self.crm.errors, self.posts.fates, self.posts.after = {}, [], []
        self.posts.killed_noting.clear()
        self.posts.visible_after = timedelta(0)
        with rig_on(self.path, self.clock, self.crm, self.posts) as rig:
            await self.pass_time(rig, timedelta(days=4))

    async def step(self, rig: Rig, subscription: Subscription, what: str, how: object) -> None:
        match what, how:
            case "activity", int(company):
                self.crm.happen(company)
                self.clock.time += timedelta(seconds=1)
            case "hours", int(hours):
                await self.pass_time(rig, timedelta(hours=hours))
            case "down", str(name):
                self.crm.errors[name] = BUSY
            case "up", str(name):
                self.crm.errors.pop(name, None)
            case "leave", str(name):
                user = SlackUser("T1", name)
                await rig.store.participants.leave(subscription.id, user, self.clock.now(), "left")
            case "join", str(name):
                user = SlackUser("T1", name)
                await rig.store.participants.join(subscription.id, user, self.clock.now())
            case "killed noting", int(notes):
                self.posts.killed_noting += [False] * notes + [True]
            case "fate", "killed after":
                self.posts.after.append(Killed())
            case "fate", str(fate):
                self.posts.fates.append(Killed() if fate == "killed before" else fate)

    async def pass_time(self, rig: Rig, span: timedelta) -> None:
        """In steps of half an hour, so that what is due is seen to."""
        until = self.clock.now() + span
        while self.clock.now() < until:
            self.clock.time = min(until, self.clock.now() + timedelta(minutes=30))
            try:
                await rig.go()
            except BaseExceptionGroup as group:
                assert group.subgroup(Killed)


def told_once(steps: Sequence[tuple[str, object]], layout: Layout, quorum: int) -> None:
    async def run(path: Path) -> None:
        story = Story(path, layout, quorum)
        await story.run(steps)
        with rig_on(path, story.clock, story.crm, story.posts) as rig:
            rows = await rig.rows()
        assert not [row for row in rows if row.outcome is Outcome.CLAIMED], "never concluded"
        assert all(row.reason for row in rows if row.outcome is not Outcome.POSTED), "silent"
        assert all(count == 1 for count in Counter(story.posts.told).values()), "told twice"
        latest = {company: (at, number) for number, (at, company, _) in enumerate(story.crm.events, 1)}
        owed = {RowId(each, *latest[each]) for each in SEES["Kari"] if each in latest}
        assert owed <= set(story.posts.told), "not told at all"
        assert {id_.company_id for id_ in story.posts.told} <= set().union(*SEES.values())

    with TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder) / "bot.db"))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, max_size=20), st.sampled_from(Layout), st.sampled_from([0, 50, 100]))
def test_every_row_is_told_once(steps: list[tuple[str, object]], layout: Layout, quorum: int) -> None:
    told_once(steps, layout, quorum)


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=5, max_size=40), st.sampled_from(Layout), st.sampled_from([0, 50, 100]))
def test_a_thousand_sequences(steps: list[tuple[str, object]], layout: Layout, quorum: int) -> None:
    told_once(steps, layout, quorum)
