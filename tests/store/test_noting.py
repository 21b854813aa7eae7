"""Very many rows are noted a few at a time, ahead: wherever that ends, none is told twice or lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.digest import RowId
from bot.core.people import SlackUser
from bot.core.subscription import Delivery, Outcome, Subscription
from bot.core.window import Window
from bot.services.ports import Posted, Telling
from bot.store import Store, ledger
from tests.mortal import Killed, mortal
from tests.store.conftest import USER
from tests.store.test_channel_digests import EIGHT, claimed, made, telling

WINDOW = Window(EIGHT - timedelta(days=1), EIGHT)
ROWS = tuple(RowId(number, EIGHT - timedelta(minutes=number), number) for number in range(1, 12))
#: In doubt since the digest before.
DOUBTED = ROWS[:3]
#: Of eleven rows, two at a time are noted five times, and then the last.
NOTES = range(1, 6)


@pytest.fixture(autouse=True)
def _two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "AT_A_TIME", 2)


async def begun(store: Store) -> tuple[Subscription, Delivery]:
    """A row that is taken up; some of what it tells is in doubt."""
    digest = await made(store, USER)
    row = await claimed(store, digest)
    assert await store.ledger.attempt(row, WINDOW, [telling(USER, *DOUBTED)], EIGHT)
    assert await store.ledger.conclude(row, Outcome.UNCERTAIN, "", EIGHT)
    return digest, await claimed(store, digest, EIGHT + timedelta(days=1))


async def noted_and_killed(store: Store, row: Delivery, notes: int, *rows: RowId) -> None:
    with pytest.raises(Killed):
        await killed(store, notes).ledger.attempt(row, WINDOW, [telling(USER, *rows)], EIGHT)


def killed(store: Store, notes: int) -> Store:
    """The same for somebody who is gone after so many notes."""
    return mortal(store, [False] * (notes - 1) + [True])


async def taken_again(store: Store, row: Delivery) -> Delivery:
    """Its lease is over."""
    assert await store.ledger.wait(row, row.reason, EIGHT)
    (again,) = await store.ledger.take(row.workspace, EIGHT, 1)
    return again


async def states(store: Store, digest: Subscription) -> tuple[set[RowId], set[RowId]]:
    """What is told, and what is in doubt."""
    known = await store.told.known(digest.id, "onsite", ROWS, USER)
    return set(known.told), set(known.uncertain)


async def count(store: Store, *states: str) -> int:
    places = ", ".join("?" * len(states))
    (found,) = await store.db.only(f"SELECT count(*) FROM told WHERE state IN ({places})", states)
    return int(found)


@pytest.mark.parametrize("notes", NOTES)
async def test_an_attempt_that_never_began_is_as_if_nothing_was_noted(store: Store, notes: int) -> None:
    digest, row = await begun(store)
    await noted_and_killed(store, row, notes, *ROWS)
    assert await count(store, "pending") == 2 * notes
    again = await taken_again(store, row)
    assert again.attempted_at is None
    assert await count(store, "pending") == 0
    assert await states(store, digest) == (set(), set(DOUBTED))
    assert await store.ledger.attempt(again, WINDOW, [telling(USER, *ROWS)], EIGHT)
    assert await states(store, digest) == (set(), set())
    assert await store.ledger.confirm(again, "C1", "1.1")
    assert await states(store, digest) == (set(ROWS), set())
    (seen, _) = await store.ledger.latest(digest.id, 2)
    assert seen.rows == len(ROWS)


async def test_what_was_noted_for_an_attempt_that_never_began_is_not_told_by_the_next(store: Store) -> None:
    digest, row = await begun(store)
    await noted_and_killed(store, row, 3, *ROWS)
    again = await taken_again(store, row)
    assert await store.ledger.attempt(again, WINDOW, [telling(USER, ROWS[-1])], EIGHT)
    assert await store.ledger.confirm(again, "C1", "1.1")
    assert await states(store, digest) == ({ROWS[-1]}, set(DOUBTED))


async def test_whoever_was_taken_for_dead_notes_nothing_any_more(store: Store) -> None:
    _, row = await begun(store)
    await noted_and_killed(store, row, 1, *ROWS)
    again = await taken_again(store, row)
    assert not await store.ledger.attempt(row, WINDOW, [telling(USER, *ROWS)], EIGHT)
    ending = replace(telling(USER), silent=ROWS)
    assert not await store.ledger.finish(row, Outcome.POSTED, "", [ending], EIGHT)
    assert await count(store, "pending", "hidden") == 0
    assert await store.ledger.attempt(again, WINDOW, [telling(USER, *ROWS)], EIGHT)


async def test_what_is_not_sent_is_forgotten_whenever_it_was_noted(store: Store) -> None:
    digest, row = await begun(store)
    twice: Telling = telling(USER, *ROWS, *ROWS)  # SuperOffice should not
    assert await store.ledger.attempt(row, WINDOW, [twice], EIGHT)
    assert await count(store, "pending") == len(ROWS)
    assert await store.ledger.unsent(row)
    assert await states(store, digest) == (set(), set(DOUBTED))
    assert await count(store, "pending", "told", "silent") == 0


@pytest.mark.parametrize("is_posted", [True, False])
@pytest.mark.parametrize("notes", [1, 2, 3])
async def test_an_end_that_is_cut_off_leaves_nothing_out_yet(
    store: Store, notes: int, is_posted: bool
) -> None:
    digest, row = await begun(store)
    said, silent = ROWS[:4], ROWS[4:]
    about = Outcome.SKIPPED, "", [replace(telling(USER), silent=silent)], EIGHT
    if is_posted:
        assert await store.ledger.attempt(row, WINDOW, [telling(USER, *said)], EIGHT)
    posted = Posted("C1", "1.1") if is_posted else None
    with pytest.raises(Killed):
        await killed(store, notes).ledger.finish(row, *about, posted=posted)
    assert await count(store, "hidden") == 2 * notes
    again = await taken_again(store, row)
    assert await count(store, "hidden") == 0
    assert bool(again.attempted_at) is is_posted, "its part is in doubt still"
    assert await states(store, digest) == (set(), set() if is_posted else set(DOUBTED))
    if is_posted:
        assert await store.ledger.confirm(again, "C1", "1.1")
        assert await states(store, digest) == (set(said), set())
    assert await store.ledger.finish(again, *about)
    assert await count(store, "pending", "hidden") == 0
    assert await states(store, digest) == ((set(ROWS), set()) if is_posted else (set(silent), set(DOUBTED)))


async def test_what_is_left_out_is_not_left_to_others_who_share(store: Store) -> None:
    """For whom it may be none of what is left out."""
    other, ending = SlackUser("T1", "U2"), replace(telling(USER), silent=ROWS)
    digest = await made(store, USER, other)
    row = await claimed(store, digest)
    with pytest.raises(Killed):
        await killed(store, 3).ledger.finish(row, Outcome.POSTED, "", [ending], EIGHT)
    assert await store.participants.leave(digest.id, USER, EIGHT, "left")
    assert await count(store, "hidden") == 0
    assert (await store.told.known(digest.id, "onsite", ROWS, other)).told == set()
