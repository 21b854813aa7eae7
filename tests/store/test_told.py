"""Many rows: others have their turn on the loop while they are hashed."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.digest import RowId
from bot.core.slots import SlotKey
from bot.core.subscription import Delivery, Outcome
from bot.core.window import Window
from bot.services.ports import Telling
from bot.store import Store
from bot.store.database import micros
from bot.store.hashing import Hasher
from bot.store.sealing import joined
from bot.store.told import SLICE, Hashes
from tests.conftest import NOW
from tests.store.conftest import USER

ROWS = tuple(RowId(number, None, number) for number in range(1_000))


class Others:
    """How often they had their turn."""

    def __init__(self) -> None:
        self.turns = 0

    async def run(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)


@asynccontextmanager
async def others() -> AsyncIterator[Others]:
    found = Others()
    running = asyncio.create_task(found.run())
    yield found
    running.cancel()


async def turns_of(work: Awaitable[object]) -> int:
    async with others() as found:
        await work
        return found.turns


async def test_a_thousand_rows_are_hashed_few_at_a_time(store: Store, now: datetime) -> None:
    assert await turns_of(store.told.known(1, "onsite", ROWS, USER)) >= 10
    row = Delivery(1, 1, "T1", SlotKey(now.date(), 1), now, now + timedelta(hours=4))
    telling = Telling(USER, "onsite", now, ROWS, ROWS)
    window = Window(now - timedelta(days=1), now)
    assert await turns_of(store.ledger.attempt(row, window, [telling], now)) >= 10
    assert await turns_of(store.ledger.finish(row, Outcome.POSTED, "", [telling], now)) >= 10


class Counting(Hasher):
    """Counts what it hashes."""

    hashed = 0

    def begun(self, purpose: str, *parts: str) -> Callable[[bytes], bytes]:
        digest = super().begun(purpose, *parts)

        def counted(more: bytes) -> bytes:
            self.hashed += 1
            return digest(more)

        return counted


async def test_of_digests_at_once_few_rows_are_hashed_in_a_turn_of_the_loop(now: datetime) -> None:
    """A command waits for some turns: each must be short, however many digests there are."""
    hasher, turns = Counting(b"k" * 32), list[int]()
    hashes = Hashes(hasher)
    rows = tuple(RowId(company, NOW, 1) for company in range(350))
    telling = Telling(USER, "onsite", now, rows)
    digests = [
        Delivery(number, number, "T1", SlotKey(now.date(), 1), now, now + timedelta(hours=4))
        for number in range(3)
    ]
    at_work = asyncio.gather(*(hashes.of(digest.id, [(telling, rows)]) for digest in digests))
    while not at_work.done():
        before = hasher.hashed
        await asyncio.sleep(0)
        turns.append(hasher.hashed - before)
    assert hasher.hashed == sum(turns) == 3 * 2 * len(rows), "each row and its company"
    assert max(turns) <= 2 * SLICE


async def test_what_a_digest_of_few_rows_looked_up_is_not_hashed_again(now: datetime) -> None:
    """Nor do very many rows push it out: they would all be new to the garbage collector at once."""
    hasher = Counting(b"k" * 32)
    hashes, rows = Hashes(hasher), [RowId(company, NOW, 1) for company in range(5_000)]

    async def looked_up(count: int) -> dict[RowId, tuple[bytes, bytes]]:
        sliced = hashes.sliced(1, "onsite", rows[:count])
        return {row: each async for few in sliced for row, each in few.items()}

    few, many = await looked_up(20), await looked_up(5_000)
    assert hasher.hashed == 2 * (20 + 5_000)
    assert await looked_up(20) == few == {row: many[row] for row in rows[:20]}
    assert hasher.hashed == 2 * (20 + 5_000)


@given(st.integers(0), st.none() | st.datetimes(timezones=st.just(UTC)), st.integers())
def test_a_row_is_known_by_what_it_always_was(company: int, time: datetime | None, action: int) -> None:
    """What was told before an update of the bot is told after it."""
    key, row = b"k" * 32, RowId(company, time, action)
    stamp = "" if time is None else str(micros(time))

    def known_by(*parts: str) -> bytes:
        return hmac.digest(key, joined(parts), "sha256")[:16]

    hashes = Hashes(Hasher(key))
    its_company = known_by("told-company", "7", "onsite", str(company))
    itself = known_by("told-row", "7", "onsite", str(company), stamp, str(action))
    assert hashes.rows(7, "onsite", [row]) == {row: (itself, its_company)}
    assert hashes.company(7, "onsite", company) == its_company
