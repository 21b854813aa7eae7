"""Slack's limits for methods that ask: of one process on SQLite, of two together on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.core.errors import SlackFailed
from bot.core.secret import DatabaseUrl
from bot.services.ports import Limit
from bot.slack.budgets import LEASE, WINDOW, Budgets
from bot.slack.limits import PostLimits
from bot.store import Store, connected
from bot.store.rates import StoredRates
from tests.postgres import Cluster, emptied
from tests.store.conftest import KEY

TEAM, METHOD = "T1", "users.info"
PER_MINUTE = 20


@dataclass
class Processes:
    """Their budgets. Time goes by when somebody waits, in the database as well."""

    database: Path | DatabaseUrl
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    all: list[Budgets] = field(default_factory=list)
    rates: list[StoredRates] = field(default_factory=list)
    #: When each call was made.
    calls: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Seconds go by."""
        self.slept.append(seconds)
        self.now += seconds
        if isinstance(self.database, DatabaseUrl):
            span = round(seconds * 1e6)
            Cluster.sql(self.database, f"UPDATE leases SET until = until - {span}")
            Cluster.sql(self.database, f"UPDATE rates SET next_at = next_at - {span}")

    async def call(self, one: Budgets) -> None:
        """Make one when it may be made."""
        await one.take(TEAM, METHOD)
        self.calls.append(self.now)


@pytest.fixture
async def processes(database: Path | DatabaseUrl) -> AsyncIterator[Processes]:
    found = Processes(database)
    async with AsyncExitStack() as stack:
        for _ in range(1 if isinstance(database, Path) else 2):
            store: Store = await stack.enter_async_context(connected(database, KEY))
            per_minute = {METHOD: PER_MINUTE, "users.list": 2}
            found.all.append(Budgets(per_minute, found.monotonic, found.sleep, store.rates))
            if store.rates:
                found.rates.append(store.rates)
        yield found


async def test_all_of_it_may_be_used_at_once_and_no_more(processes: Processes) -> None:
    share = PER_MINUTE // len(processes.all)
    await asyncio.gather(*(processes.call(each) for each in processes.all for _ in range(share)))
    assert processes.slept == []
    assert [await each.left(TEAM, METHOD) for each in processes.all] == [0] * len(processes.all)
    assert await processes.all[-1].left(TEAM, "users.list") == 2, "each method has its own"
    assert await processes.all[-1].left("T2", METHOD) == PER_MINUTE, "and each workspace"
    await processes.call(processes.all[-1])
    assert 0 < sum(processes.slept) <= WINDOW + LEASE


async def test_never_more_than_slack_allows_in_any_minute(processes: Processes) -> None:
    chance = Random(7)
    for _ in range(60):
        one = chance.choice(processes.all)
        await asyncio.gather(*(processes.call(one) for _ in range(chance.choice([1, 1, 2, 6]))))
        await processes.sleep(chance.choice([0, 0.1, 0.5, 4]))
    for start in processes.calls:
        assert sum(start <= at < start + 60 for at in processes.calls) <= PER_MINUTE
    least = len(processes.calls) / PER_MINUTE * WINDOW
    assert processes.now - 1000 < 2 * least, "and not much less, either"


async def test_what_slack_refuses_is_refused_to_all(processes: Processes) -> None:
    asked = 0

    async def refuse(**_: object) -> None:
        nonlocal asked
        asked += 1
        answer = AsyncSlackResponse(
            client=None,
            http_verb="POST",
            api_url="",
            req_args={},
            data={"ok": False},
            headers={"Retry-After": "30"},
            status_code=429,
        )
        raise SlackApiError("", answer)  # type: ignore[no-untyped-call]

    with pytest.raises(SlackFailed):
        await processes.all[0].paced(TEAM, METHOD, refuse)()  # type: ignore[arg-type]
    assert asked == 3
    assert sum(processes.slept) == pytest.approx(60, abs=5)
    assert await processes.all[-1].left(TEAM, METHOD) == 0
    began = processes.now
    await processes.call(processes.all[-1])
    assert processes.now - began == pytest.approx(30, abs=5)


class Counted:
    """Counts what is asked of the rates."""

    def __init__(self, rates: StoredRates) -> None:
        self._rates = rates
        self.asked = 0

    async def take(self, name: str, turns: int, interval: float, credit: float) -> float:
        """Turns."""
        self.asked += 1
        return await self._rates.take(name, turns, interval, credit)

    async def lease(self, name: str, calls: int, limit: Limit) -> tuple[int, float]:
        """Calls."""
        self.asked += 1
        return await self._rates.lease(name, calls, limit)

    async def left(self, name: str, limit: Limit) -> int:
        """What is left."""
        return await self._rates.left(name, limit)

    async def close(self, name: str, seconds: float) -> None:
        """It is closed."""
        await self._rates.close(name, seconds)


@pytest.fixture
async def counted(migrated: DatabaseUrl) -> AsyncIterator[Counted]:
    async with connected(emptied(migrated), KEY) as store:
        assert store.rates
        yield Counted(store.rates)


async def test_not_each_call_is_a_transaction(counted: Counted) -> None:
    budgets = Budgets({METHOD: 80}, rates=counted)
    for _ in range(40):
        await budgets.take(TEAM, METHOD)
    assert counted.asked <= 8, "1, 2, 4, 8, then ten at a time"


async def test_not_each_message_is_a_transaction(counted: Counted) -> None:
    limits = PostLimits(60_000, rates=counted)
    await asyncio.gather(*(limits.ready(TEAM, f"D{number}") for number in range(40)))
    assert counted.asked <= 4, "whoever is first takes a turn for all in line"
