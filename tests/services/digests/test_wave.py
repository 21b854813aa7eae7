"""Ten thousand digests at eight: how long they take, in a time that only passes where somebody waits."""

import asyncio
import gc
import selectors
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.people import Link, SlackUser
from bot.core.replies import DigestPart, Reader, Reply
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.subscription import Outcome, Subscription
from bot.demo.slack.rates import Rates
from bot.runner import QueueRunner
from bot.services.digests.waves import AT_ONCE
from bot.services.ports import ActivityQuery, Place, Posted, PostKey, Snapshot
from bot.slack.limits import PostLimits
from bot.store import migrate
from tests.services.digests.conftest import ME, MONDAY, OSLO, Clock, Crm, Rig, rig_on
from tests.services.posts import Posts
from tests.sqlite import connection

#: Eight in Oslo.
EIGHT = MONDAY + timedelta(hours=7)
CRM_SECONDS, SLACK_SECONDS = 0.2, 0.1
PER_MINUTE = 240


class Loop(asyncio.SelectorEventLoop):
    """Where everybody waits, time jumps to the first who wakes up."""

    def __init__(self) -> None:
        self.passed = 0.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.passed


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self._its = loop

    def select(self, timeout: float | None = None) -> Any:
        self._its.passed += timeout or 0
        return super().select(0)


@dataclass
class LoopClock(Clock):
    """The loop's time."""

    loop: Loop | None = None

    def now(self) -> datetime:
        return EIGHT + timedelta(seconds=self.loop.passed if self.loop else 0)

    def shown(self) -> datetime:
        return self.now()


@dataclass
class SlowCrm(Crm):
    """Something happened on one company of everybody."""

    in_flight: int = 0
    peak: int = 0

    async def activities(self, ticket: Secret, query: ActivityQuery) -> Snapshot:
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        await asyncio.sleep(CRM_SECONDS)
        self.in_flight -= 1
        return await super().activities(ticket, query)


@dataclass
class LimitedPosts(Posts):
    """A Slack that refuses whoever comes too soon, and a bot that does not."""

    limits: PostLimits = field(default_factory=PostLimits)
    rates: Rates | None = None
    #: What was sent to whom; messages themselves are not kept.
    sent: list[PostKey] = field(default_factory=list)
    #: Seconds from when SuperOffice was asked until Slack was, at most.
    ahead: float = 0.0
    report: Callable[[int], None] = lambda _: None
    last: datetime = EIGHT

    async def ready(self, place: Place) -> None:
        await self.limits.ready(place.workspace, place.channel)

    async def post(self, place: Place, message: Reply, reader: Reader, key: PostKey) -> Posted:
        assert self.rates
        self.rates.post(place.channel)  # raises, and the digest fails, if it is too soon
        assert isinstance(message, DigestPart)
        asked = message.digest.window.end or EIGHT
        self.ahead = max(self.ahead, (self.clock.now() - asked).total_seconds())
        await asyncio.sleep(SLACK_SECONDS)
        self.limits.sent(place.workspace, place.channel)
        self.sent.append(key)
        self.last = self.clock.now()
        self.report(len(self.sent))
        return Posted(f"D{place.channel}", str(len(self.sent)))


async def subscribe(rig: Rig, count: int) -> None:
    before = EIGHT - timedelta(hours=1)
    for number in range(count):
        user = SlackUser("T1", f"U{number}")
        await rig.store.links.put(Link(user, "onsite", ME, before, before, Secret("ticket")))
        new = Subscription(
            0, user, Schedule.at(time(8)), OSLO, since=before, considered_until=before, quiet_looked_at=before
        )
        await rig.store.subscriptions.put(new, EIGHT)


def held_now() -> float:
    """Megabytes that the process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def wave_of(count: int, folder: Path) -> tuple[LimitedPosts, SlowCrm, list[float], list[Outcome]]:
    """See to so many digests; and how much memory that took, after each tenth of them."""
    loop = Loop()
    clock, held = LoopClock(loop=loop), list[float]()
    crm = SlowCrm(clock, events=[(EIGHT - timedelta(hours=2), 1, 2)])  # type: ignore[list-item]
    limits = PostLimits(PER_MINUTE, lambda: loop.passed)
    posts = LimitedPosts(clock, limits=limits, rates=Rates(clock, PER_MINUTE))

    def report(sent: int) -> None:
        if sent % (count // 10) == 0:
            held.append(held_now())

    posts.report = report

    async def run() -> list[Outcome]:
        migrate(folder / "bot.db", datetime.now(UTC))
        with rig_on(folder / "bot.db", clock, crm, posts) as rig:
            await subscribe(rig, count)
            async with QueueRunner(4, 4) as runner:
                rig.made.waves._runner = runner
                while len(posts.sent) < count:
                    await rig.made.waves.tick()
                    await asyncio.sleep(10)
            rows = [(await rig.store.ledger.latest(each, 2)) for each in range(1, count + 1)]
            assert {len(each) for each in rows} == {1}
            return [row.outcome for (row,) in rows]

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        outcomes = runner.run(run())
    return posts, crm, held, outcomes


@pytest.mark.long
def test_ten_thousand_at_eight(memory: Path, record_property: Callable[[str, object], None]) -> None:
    count = 10_000
    posts, crm, held, outcomes = wave_of(count, memory)
    needed, took = count * 60 / PER_MINUTE, (posts.last - EIGHT).total_seconds()
    record_property(
        "wave",
        f"{took:.0f} s of {needed:.0f} s; memory {held} MB; {posts.ahead:.1f} s ahead; {crm.peak} in flight",
    )
    assert set(outcomes) == {Outcome.POSTED}
    assert len(set(posts.sent)) == count
    assert took <= 1.05 * needed
    assert posts.ahead <= 30
    assert crm.peak <= 8
    assert max(held[1:]) - held[1] < 10


@dataclass
class Together(Posts):
    """A Slack that answers several at once."""

    unanswered: list[asyncio.Future[None]] = field(default_factory=list)

    async def post(self, place: Place, message: Reply, reader: Reader, key: PostKey) -> Posted:
        self.unanswered.append(answered := asyncio.get_running_loop().create_future())
        if len(self.unanswered) == AT_ONCE:
            for each in self.unanswered:
                each.set_result(None)
            self.unanswered.clear()
        await answered
        return await super().post(place, message, reader, key)


async def test_no_two_digests_are_put_on_the_disk_in_one_turn_of_the_loop(tmp_path: Path) -> None:
    """Whoever has a command to acknowledge would wait for all of them."""
    clock, turn, written = Clock(), 0, list[int]()

    def trace(statement: str) -> None:
        if statement.startswith("UPDATE ledger SET") and "tries + 1" not in statement:
            written.append(turn)

    migrate(tmp_path / "bot.db", MONDAY)
    with rig_on(tmp_path / "bot.db", clock, Crm(clock), Together(clock)) as rig:
        await subscribe(rig, 2 * AT_ONCE)
        rig.crm.happen(1, at=EIGHT - timedelta(minutes=30))
        clock.time = EIGHT
        connection(rig.store).set_trace_callback(trace)
        going = asyncio.create_task(rig.go())
        while not going.done():
            await asyncio.sleep(0)
            turn += 1
        assert len(rig.posts.posts) == 2 * AT_ONCE
    assert len(set(written)) == 2 * 2 * AT_ONCE, "an attempt each, and a confirmation"
