"""Turns and leases of one limit, however many processes take them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.secret import DatabaseUrl
from bot.services.ports import Limit
from bot.store import Store, connected
from bot.store.rates import StoredRates
from tests.postgres import Cluster, emptied
from tests.store.conftest import KEY

LONG = 1000.0
LIMIT = Limit(10, 60.0, 5.0)


@pytest.fixture
async def rates(migrated: DatabaseUrl) -> AsyncIterator[tuple[StoredRates, StoredRates]]:
    """Those of two processes."""
    url = emptied(migrated)
    async with connected(url, KEY) as one, connected(url, KEY) as two:
        assert one.rates
        assert two.rates
        yield one.rates, two.rates


@pytest.mark.sqlite
async def test_on_sqlite_there_are_none(store: Store) -> None:
    assert store.rates is None


async def test_no_two_get_the_same_turn(rates: tuple[StoredRates, StoredRates]) -> None:
    waits = await asyncio.gather(*(each.take("T1", 1, LONG, 0) for _ in range(10) for each in rates))
    turns = sorted(round(wait / LONG) for wait in waits)
    assert turns == list(range(20))


async def test_several_turns_are_taken_at_once(rates: tuple[StoredRates, StoredRates]) -> None:
    firsts = await asyncio.gather(*(each.take("T1", 5, LONG, 0) for _ in range(4) for each in rates))
    assert sorted(round(first / LONG) for first in firsts) == list(range(0, 40, 5))


async def test_what_nobody_took_is_made_up_for_a_little(rates: tuple[StoredRates, StoredRates]) -> None:
    waits = [await rates[number % 2].take("T1", 1, LONG, 2.5 * LONG) for number in range(5)]
    assert [wait > 0 for wait in waits] == [False, False, False, True, True]


async def test_each_limit_is_its_own(rates: tuple[StoredRates, StoredRates]) -> None:
    await rates[0].take("T1", 1, LONG, 0)
    assert await rates[1].take("T2", 1, LONG, 0) <= 0
    assert await rates[1].take("T1", 1, LONG, 0) > 0


async def test_what_slack_closed_is_closed_for_all(rates: tuple[StoredRates, StoredRates]) -> None:
    await rates[0].close("T1", LONG)
    await rates[1].close("T1", 1)
    assert await rates[1].take("T1", 1, 1, 0) > LONG / 2
    calls, wait = await rates[0].lease("T1", 1, LIMIT)
    assert calls == 0
    assert wait > LONG / 2
    assert await rates[1].left("T1", LIMIT) == 0
    assert await rates[0].prune() == 0


async def test_no_more_calls_are_leased_than_there_are(rates: tuple[StoredRates, StoredRates]) -> None:
    leases = await asyncio.gather(*(each.lease("T1", 3, LIMIT) for _ in range(4) for each in rates))
    assert sorted(calls for calls, _ in leases) == [0, 0, 0, 0, 1, 3, 3, 3]
    assert all((calls == 0) == (0 < wait <= LIMIT.lease + LIMIT.window) for calls, wait in leases)
    assert await rates[0].left("T1", LIMIT) == 0
    assert await rates[0].left("T2", LIMIT) == 10
    assert (await rates[1].lease("T2", 11, LIMIT))[0] == 10


async def test_a_lease_counts_until_its_last_call_is_out_of_the_window(
    rates: tuple[StoredRates, StoredRates], migrated: DatabaseUrl
) -> None:
    assert await rates[0].lease("T1", 10, LIMIT) == (10, 0)
    go_by(migrated, LIMIT.window)
    assert (await rates[1].lease("T1", 1, LIMIT))[0] == 0
    go_by(migrated, LIMIT.lease)
    assert await rates[1].lease("T1", 1, LIMIT) == (1, 0)
    assert await rates[0].left("T1", LIMIT) == 9
    go_by(migrated, 4 * LONG)
    assert await rates[0].prune() == 1


def go_by(url: DatabaseUrl, seconds: float) -> None:
    """As if so much time had gone by since whatever there is."""
    Cluster.sql(url, f"UPDATE leases SET until = until - {round(seconds * 1e6)}")
    Cluster.sql(url, f"UPDATE rates SET next_at = next_at - {round(seconds * 1e6)}")
