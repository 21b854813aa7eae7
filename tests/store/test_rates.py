"""Turns of one limit, however many processes take them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.secret import DatabaseUrl
from bot.store import Store, connected
from bot.store.rates import StoredRates
from tests.postgres import emptied
from tests.store.conftest import KEY

LONG = 1000.0


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
    waits = await asyncio.gather(*(each.take("T1", LONG, 0) for _ in range(10) for each in rates))
    turns = sorted(round(wait / LONG) for wait in waits)
    assert turns == list(range(20))


async def test_what_nobody_took_is_made_up_for_a_little(rates: tuple[StoredRates, StoredRates]) -> None:
    waits = [await rates[number % 2].take("T1", LONG, 2.5 * LONG) for number in range(5)]
    assert [wait > 0 for wait in waits] == [False, False, False, True, True]


async def test_each_limit_is_its_own(rates: tuple[StoredRates, StoredRates]) -> None:
    await rates[0].take("T1", LONG, 0)
    assert await rates[1].take("T2", LONG, 0) <= 0
    assert await rates[1].take("T1", LONG, 0) > 0


async def test_what_slack_closed_is_closed_for_all(rates: tuple[StoredRates, StoredRates]) -> None:
    await rates[0].close("T1", LONG)
    await rates[1].close("T1", 1)
    assert await rates[1].take("T1", 1, 0) > LONG / 2
    assert await rates[0].prune() == 0
