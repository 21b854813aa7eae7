"""Seats that processes share, on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from random import Random

import psycopg
import pytest

from bot.core.secret import DatabaseUrl
from bot.store import Store, connected
from bot.store.seats import StoredSeats
from tests.postgres import emptied
from tests.store.conftest import KEY

LONG, OVER = 1000.0, -1.0


@pytest.fixture
def url(migrated: DatabaseUrl) -> DatabaseUrl:
    return emptied(migrated)


@pytest.fixture
async def processes(url: DatabaseUrl) -> AsyncIterator[list[StoredSeats]]:
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(connected(url, KEY)) for _ in range(3)]
        yield [store.seats for store in stores if store.seats]


def held(url: DatabaseUrl) -> int:
    """How many all together have."""
    with psycopg.connect(url.reveal()) as connection:
        return int(connection.execute("SELECT coalesce(sum(held), 0) FROM seats").fetchall()[0][0])


@pytest.mark.sqlite
async def test_on_sqlite_there_are_none(store: Store) -> None:
    assert store.seats is None


async def test_never_more_than_there_are(url: DatabaseUrl, processes: list[StoredSeats]) -> None:
    chance = Random(3)
    has = [0] * len(processes)
    for _ in range(40):

        async def settle(number: int) -> None:
            in_use, wanted = chance.randint(0, has[number]), chance.randint(0, 12)
            has[number] = await processes[number].settle("one", 8, max(in_use, wanted), in_use, LONG)

        await asyncio.gather(*map(settle, range(len(processes))))
        assert sum(has) <= held(url) <= 8


async def test_who_comes_later_gets_a_share_once_it_is_free(processes: list[StoredSeats]) -> None:
    one, two, _ = processes
    assert await one.settle("T", 8, 8, 0, LONG) == 8
    assert await two.settle("T", 8, 8, 0, LONG) == 0
    assert await two.settle("another", 8, 8, 0, LONG) == 8
    assert (await one.short(), await two.short()) == (["T"], [])
    assert await one.settle("T", 8, 8, 6, LONG) == 4, "it may begin with no more"
    assert await two.settle("T", 8, 8, 0, LONG) == 2, "what is in use is nobody else's yet"
    assert await one.settle("T", 8, 8, 2, LONG) == 4
    assert await two.settle("T", 8, 8, 2, LONG) == 4
    await one.leave(["T"])
    assert await two.settle("T", 8, 8, 4, LONG) == 8


async def test_whose_time_is_over_has_none(processes: list[StoredSeats]) -> None:
    one, two, _ = processes
    assert await one.settle("T", 8, 8, 0, OVER) == 8
    assert await two.settle("T", 8, 8, 0, LONG) == 8
    assert await one.renew(["T"], LONG) == []
    assert await two.renew(["T", "never had"], LONG) == ["T"]
    assert await one.settle("T", 8, 8, 0, LONG) == 0
    assert await two.prune() == 0
    await two.settle("T", 8, 8, 0, OVER)
    assert await one.prune() == 1
