"""Slack's limits for messages, on a clock of the tests' own."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.limits import SPACING, WINDOW, PostLimits

TEAM = "T1"


class FakeTime:
    """Time that passes when everybody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._asleep: list[tuple[float, int, asyncio.Future[None]]] = []
        self.sleeps = 0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Sleep, until the time is moved that far."""
        self.sleeps += 1
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._asleep, (self.now + seconds, self.sleeps, waking))
        await waking

    async def run(self, *work: Awaitable[object]) -> None:
        """Do the work to its end, time passing as it is slept away."""
        tasks = [asyncio.ensure_future(each) for each in work]
        while not all(task.done() for task in tasks):
            for _ in range(20):
                await asyncio.sleep(0)
            if self._asleep:
                self.now, _, waking = heappop(self._asleep)
                if not waking.done():
                    waking.set_result(None)
        await asyncio.gather(*tasks)


@dataclass
class Sender:
    """Posts through the limits, and notes when."""

    time: FakeTime
    limits: PostLimits
    #: When, to which channel, and which of the wishes it was.
    sent: list[tuple[float, str, int]] = field(default_factory=list)

    async def post(self, at: float, channel: str, number: int, team: str = TEAM) -> None:
        """Want to post at a time."""
        await self.time.sleep(at)
        await self.limits.ready(team, channel)
        self.sent.append((self.time.now, channel, number))

    async def refuse(self, at: float, seconds: float) -> None:
        """Slack refuses at a time."""
        await self.time.sleep(at)
        self.limits.refused(TEAM, seconds)


def sender(per_minute: int) -> Sender:
    time = FakeTime()
    return Sender(time, PostLimits(per_minute, time.monotonic, time.sleep))


def send(
    per_minute: int, wishes: Sequence[tuple[float, str]], refusals: Sequence[tuple[float, int]] = ()
) -> Sender:
    """Every wish is fulfilled; in which order, and when."""
    one = sender(per_minute)

    async def everything() -> None:
        posts = [one.post(at, channel, number) for number, (at, channel) in enumerate(wishes)]
        await one.time.run(*posts, *(one.refuse(at, seconds) for at, seconds in refusals))

    asyncio.run(everything())
    return one


times = st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)
wishes = st.lists(st.tuples(times, st.sampled_from("abcdef")), min_size=1, max_size=60)
refusals = st.lists(st.tuples(times, st.integers(0, 90)), max_size=3)
budgets = st.integers(1, 40)


@given(per_minute=budgets, wishes=wishes, refusals=refusals)
def test_the_limits_hold_and_everybody_is_served(
    per_minute: int, wishes: list[tuple[float, str]], refusals: list[tuple[float, int]]
) -> None:
    one = send(per_minute, wishes, refusals)
    when = [at for at, _, _ in one.sent]
    assert sorted(number for _, _, number in one.sent) == list(range(len(wishes)))
    for start in when:
        assert sum(start <= at < start + 60 for at in when) <= per_minute
    by_channel = defaultdict(list)
    for at, channel, _ in one.sent:
        by_channel[channel].append(at)
    for mine in by_channel.values():
        assert all(after - before >= SPACING - 1e-6 for before, after in pairwise(mine))
    for at, seconds in refusals:
        assert not [each for each in when if 1000 + at < each < 1000 + at + seconds - 1e-6]


@given(wishes=wishes)
def test_one_conversation_is_served_in_order(wishes: list[tuple[float, str]]) -> None:
    one = send(30, wishes)
    for channel in "abcdef":
        mine = [number for _, each, number in one.sent if each == channel]
        assert [wishes[number][0] for number in mine] == sorted(wishes[number][0] for number in mine)


@given(per_minute=budgets, wishes=wishes, refusals=refusals)
def test_nobody_waits_longer_than_those_before_need(
    per_minute: int, wishes: list[tuple[float, str]], refusals: list[tuple[float, int]]
) -> None:
    """No starvation: each message ahead costs its share of the budget, or the second of its conversation."""
    one = send(per_minute, wishes, refusals)
    closed = sum(seconds for _, seconds in refusals)
    for at, channel, number in one.sent:
        asked = 1000 + wishes[number][0]
        ahead = [each for each, _, _ in one.sent if asked - WINDOW - 1 <= each < at]
        mine = [each for each, other, _ in one.sent if other == channel and asked - 1 <= each < at]
        most = (len(ahead) + 1) * WINDOW / per_minute + (len(mine) + 1) * SPACING + closed
        assert at - asked <= most + 1e-6


def test_a_wave_takes_the_time_that_the_budget_needs() -> None:
    one = send(240, [(0, f"U{number}") for number in range(1200)])
    assert [number for _, _, number in one.sent] == list(range(1200)), "first come, first served"
    assert one.time.now - 1000 < 300 * 1.05


def test_who_wakes_up_late_makes_up_for_it() -> None:
    """On a busy machine every sleep takes 50 ms longer; the budget is used up all the same."""
    one = sender(240)

    async def late(seconds: float) -> None:
        await one.time.sleep(seconds + 0.05)

    one.limits = PostLimits(240, one.time.monotonic, late)
    asyncio.run(_all(one, *(one.post(0, f"U{number}", number) for number in range(480))))
    assert one.time.now - 1000 < 120 * 1.05


async def _all(one: Sender, *work: Awaitable[object]) -> None:
    await one.time.run(*work)


def test_a_busy_channel_keeps_nobody_else_waiting() -> None:
    one = send(600, [(0, "busy")] * 50 + [(0, f"U{number}") for number in range(50)])
    others = [at for at, channel, _ in one.sent if channel != "busy"]
    assert max(others) - 1000 < 12
    assert one.time.now - 1000 < 55


def test_everybody_waits_for_retry_after_and_nobody_asks_meanwhile() -> None:
    one = sender(240)
    one.limits.refused(TEAM, 300)
    asyncio.run(_all(one, *(one.post(0, f"U{number}", number) for number in range(20))))
    assert min(at for at, _, _ in one.sent) == 1300
    assert one.time.sleeps < 20 + 25, "one sleeps for all of them, then one for each"


def test_another_workspace_goes_on() -> None:
    one = sender(60)
    one.limits.refused(TEAM, 300)
    asyncio.run(_all(one, one.post(0, "U1", 1, "T2")))
    assert one.time.now == 1000


def test_a_429_that_does_not_say_how_long_is_waited_out_too() -> None:
    one = sender(60)
    one.limits.refused(TEAM, None)
    asyncio.run(_all(one, one.post(0, "U1", 1)))
    assert one.time.now > 1005


def test_who_gives_up_holds_up_nobody() -> None:
    one = sender(60)

    async def some_give_up() -> None:
        tasks = [asyncio.ensure_future(one.post(0, "C1", number)) for number in range(9)]
        for _ in range(30):
            await asyncio.sleep(0)
        await one.time.run(one.time.sleep(0))
        for task in tasks[::2]:
            task.cancel()
        await one.time.run(*tasks[1::2])
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(some_give_up())
    assert {1, 3, 5, 7} <= {number for _, _, number in one.sent}
    assert one.limits.waiting() == 0


def test_what_was_sent_late_counts_from_then() -> None:
    """Between being ready and being posted the attempt is written down."""
    one = sender(240)

    async def slow() -> None:
        await one.limits.ready(TEAM, "C1")
        await one.time.sleep(0.8)
        one.limits.sent(TEAM, "C1")
        await one.limits.ready(TEAM, "C1")

    asyncio.run(_all(one, slow()))
    assert one.time.now - 1000 > 1.79


def test_idle_conversations_are_forgotten() -> None:
    one = send(6000, [(number / 100, f"U{number}") for number in range(2000)])
    assert len(one.limits._workspaces[TEAM].channels) < 500
