"""The simulation of a day: nothing is lost in it, it is the same each time, and its limiter is the bot's."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.signin import KeepAlivePolicy
from bot.services.ports import Limit
from bot.slack.limits import PostLimits
from tests.bench.scale.costs import COSTS
from tests.bench.scale.sign_ins import keep_alives
from tests.bench.scale.summary import REFRESH_WRITES, load, summary
from tests.bench.scale.turns import Turns
from tests.bench.scale.waves import OVER, Day, Setup, simulate
from tests.bench.scale.world import DAY, World, world
from tests.slack.test_limits import TEAM, FakeTime

USERS = 1_000
SETUPS = [
    Setup(name="plenty", workers=4, workspaces_at_once=64),
    Setup(name="one place", workers=1, workspaces_at_once=1),
    Setup(name="early", workers=2, early=900),
    Setup(name="too slow", workers=1, workspaces_at_once=1, costs=replace(COSTS, digest_cpu=60.0)),
]


@pytest.fixture(scope="module")
def small() -> World:
    return world(50, USERS)


@pytest.mark.parametrize("setup", SETUPS, ids=lambda each: each.name)
def test_each_digest_that_is_due_is_sent_or_said_to_be_late(small: World, setup: Setup) -> None:
    day = simulate(small, setup)
    assert day.due == small.users == USERS
    assert len(day.lateness) + day.over == day.due
    assert sum(day.sent) == len(day.lateness)
    assert len(day.lateness) <= day.messages <= 2 * len(day.lateness)
    assert (day.over > 0) == (setup.name == "too slow")
    if not day.over:
        theirs = Counter(len(each.due) for each in small.workspaces for _ in each.due)
        assert Counter(size for _, size in day.lateness) == theirs
    # Who is begun with before the slot is over is sent, if only after it.
    assert max(late for late, _ in day.lateness) < OVER + 8 * 60 + 100


def test_it_is_the_same_each_time_and_not_with_another_seed(small: World) -> None:
    assert world(50, USERS) == small != world(50, USERS, seed=2)
    one, again, other = (simulate(small, SETUPS[0], seed) for seed in (1, 1, 2))
    assert one == again != other


def test_more_of_what_is_short_never_makes_it_later(small: World) -> None:
    def latest(day: Day) -> float:
        return max(late for late, _ in day.lateness)

    narrow, wide = simulate(small, SETUPS[1]), simulate(small, SETUPS[0])
    assert latest(wide) < latest(narrow)
    assert summary(narrow).bottleneck == "a place at a worker"
    slack = replace(SETUPS[0], per_minute=6)
    assert summary(simulate(small, slack)).bottleneck == "Slack's limit"


def test_no_workspace_ever_gets_more_messages_a_minute_than_slack_takes() -> None:
    day = simulate(world(1, USERS), SETUPS[0])
    assert max(day.sent) <= 240


def test_tickets_are_used_as_often_as_the_policy_says(small: World) -> None:
    onsite = sum(len(each.due) for each in small.workspaces if each.onsite)
    policy = KeepAlivePolicy()
    times = sum(keep_alives(small)) / onsite
    assert 11 <= times <= 24 * 3600 / policy.interval.total_seconds()
    refreshed = 60 * sum(load(small, simulate(small, SETUPS[0]).sent).refreshes)
    assert refreshed == pytest.approx(USERS - onsite)


def test_what_is_asked_of_the_database_is_the_sum_of_what_is_done(small: World) -> None:
    day = simulate(small, SETUPS[0])
    whole = load(small, day.sent)
    done = USERS * COSTS.digest_writes + 60 * sum(whole.keep_alives)
    done += 60 * sum(whole.refreshes) * REFRESH_WRITES
    jobs = 60 * sum(whole.jobs)
    assert sum(whole.writes()) * 60 == pytest.approx(done + jobs * COSTS.job_writes)
    assert 0 < jobs <= min(60 * sum(whole.keep_alives), len(small.workspaces) * DAY / 60)


# ------------------------------------------------------------------ the limiter is the bot's


@dataclass
class SharedTurns:
    """The port ``Rates``, as ``bot/store/rates.py`` reckons."""

    time: FakeTime
    next_at: float | None = None

    async def take(self, name: str, turns: int, interval: float, credit: float) -> float:
        now = self.time.now
        turn = now - credit if self.next_at is None else max(self.next_at, now - credit)
        self.next_at = turn + turns * interval
        return turn - now

    async def lease(self, name: str, calls: int, limit: Limit) -> tuple[int, float]:
        raise AssertionError("a message is no question")

    async def left(self, name: str, limit: Limit) -> int:
        raise AssertionError("a message is no question")

    async def close(self, name: str, seconds: float) -> None:
        raise AssertionError("nobody refuses here")

    async def prune(self) -> int:
        return 0


def by_the_bot(per_minute: int, ready: list[float], *, shared: bool) -> list[float]:
    """When the real one lets messages pass, each to a conversation of its own."""
    time, sent = FakeTime(), list[float]()
    rates = SharedTurns(time) if shared else None
    limits = PostLimits(per_minute, time.monotonic, lambda seconds: time.sleep(max(0.0, seconds)), rates)
    start = time.now

    async def post(number: int, at: float) -> None:
        await time.sleep(at)
        await limits.ready(TEAM, f"D{number}")
        sent.append(time.now - start)

    async def all_of_them() -> None:
        await time.run(*(post(number, at) for number, at in enumerate(ready)))

    asyncio.run(all_of_them())
    return sent


moments = st.lists(st.integers(0, 90_000).map(lambda each: each / 1000), min_size=1, max_size=60).map(sorted)


@pytest.mark.parametrize("shared", [False, True], ids=["one process", "several"])
@settings(max_examples=25, deadline=None)
@given(per_minute=st.integers(1, 40), ready=moments)
def test_the_models_limiter_is_the_bots(per_minute: int, ready: list[float], shared: bool) -> None:
    turns = Turns(per_minute, shared=shared)
    real = by_the_bot(per_minute, ready, shared=shared)
    assert [turns.take(at) for at in ready] == pytest.approx(real, abs=1e-3)
