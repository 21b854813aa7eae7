"""Rows of the ledger are begun for all who are alike at once: just as if each were alone."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.core.people import SlackUser
from bot.core.plan import Due, plan
from bot.core.recurrence import Weekly
from bot.core.schedule import Schedule
from bot.core.subscription import State, Subscription
from bot.core.typed.scheduletext import parse
from bot.holidays import holidays_in
from bot.store import Store
from bot.store.sqlite import at_once
from tests.conftest import IN_MEMORY, NOW
from tests.core.schedules import ZONES, schedules
from tests.databases import fresh_database
from tests.sqlite import opened
from tests.store.conftest import KEY

OSLO, DAY = ZoneInfo("Europe/Oslo"), timedelta(days=1)
TOGETHER, ALONE = "T1", "T2"
DAILY = parse("8 daily")
#: Schedule, zone, until when it is snoozed, and up to when its slots were seen to.
Kind = tuple[Schedule, ZoneInfo, datetime | None, datetime]
SPANS = st.integers(-3 * 24 * 60, 40 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
SNOOZED = st.none() | SPANS.map(lambda span: NOW - span)
KINDS: st.SearchStrategy[Kind] = st.tuples(
    schedules(), ZONES, SNOOZED, SPANS.map(lambda span: NOW - abs(span))
)


async def set_up(store: Store, workspace: str, kinds: Sequence[Kind]) -> list[Subscription]:
    """A digest of each kind, all of which are looked at now."""
    return [
        await store.subscriptions.put(
            Subscription(
                *(0, SlackUser(workspace, f"U{number}"), schedule, zone),
                since=NOW,
                snoozed_until=snoozed,
                considered_until=considered,
            ),
            NOW,
        )
        for number, (schedule, zone, snoozed, considered) in enumerate(kinds)
    ]


async def begin(store: Store, due: Sequence[Due], now: datetime = NOW) -> int:
    """How many rows are new."""
    plans = [plan(each, now, holidays_in(each.schedule.country)) for each in due]
    return sum(count for _, count in await store.ledger.carry_out(plans, now))


async def compare(store: Store, kinds: Sequence[Kind], most: int, at_a_time: int) -> None:
    """Those of one workspace together, those of the other one by one."""
    await set_up(store, TOGETHER, kinds)
    alone = await set_up(store, ALONE, kinds)
    begun = 0
    while due := await store.subscriptions.due(TOGETHER, NOW, most, at_a_time):
        assert len(due) <= at_a_time
        begun += await begin(store, due)
    assert begun == sum([await begin(store, [Due.only(each)]) for each in alone])
    together, one_by_one = await standing(store, TOGETHER), await standing(store, ALONE)
    assert together == one_by_one
    assert {row[0] for row in together} == {f"U{number}" for number in range(len(kinds))}


async def standing(store: Store, workspace: str) -> list[tuple[object, ...]]:
    """All that is known of each digest and its slots, but for whose it is."""
    return await store.db.rows(
        "SELECT subscriptions.user, considered_until, next_due, day, slot, due_at, ends_at, outcome, "
        "ledger.reason, tries, wait_until, part, channel, ts, rows, concluded_at "
        "FROM subscriptions LEFT JOIN ledger ON subscription = subscriptions.id AND "
        "ledger.workspace = subscriptions.workspace WHERE subscriptions.workspace = ? "
        "ORDER BY subscriptions.user, day, slot",
        (workspace,),
    )


@given(
    kinds=st.lists(KINDS, min_size=1, max_size=4),
    which=st.lists(st.integers(0, 3), min_size=1, max_size=12),
    most=st.integers(1, 12),
    at_a_time=st.integers(1, 4),
)
def test_it_is_as_if_each_were_alone(
    kinds: Sequence[Kind], which: Sequence[int], most: int, at_a_time: int
) -> None:
    with TemporaryDirectory(dir=IN_MEMORY) as folder, ExitStack() as stack:
        fresh_database(path := Path(folder) / "bot.db")
        store = stack.enter_context(opened(path, KEY))
        at_once(compare(store, [kinds[number % len(kinds)] for number in which], most, at_a_time))


async def test_on_every_database_it_is_so(store: Store) -> None:
    before = NOW - DAY
    weekly = Schedule.at(time(7), time(12), days=Weekly((0, 1, 2, 3, 4)), country="NO")
    kinds = [
        (DAILY, OSLO, None, before),
        (DAILY, OSLO, NOW, before),
        (DAILY, OSLO, None, before - 3 * DAY),
        (DAILY, ZoneInfo("Asia/Tokyo"), None, before),
        (weekly, OSLO, None, before - 9 * DAY),
    ]
    await compare(store, kinds * 3, most=9, at_a_time=2)
    rows = await store.db.rows("SELECT key FROM ledger")
    assert len({key for (key,) in rows}) == len(rows)
    assert all(len(key) == 16 and int(key, 16) >= 0 for (key,) in rows)


async def test_whoever_was_changed_meanwhile_is_left_out(store: Store) -> None:
    kind = (DAILY, OSLO, None, NOW - DAY)
    _, edited, off, gone, _ = await set_up(store, TOGETHER, [kind] * 5)
    (due,) = await store.subscriptions.due(TOGETHER, NOW, 9, 9)
    later = NOW + timedelta(seconds=1)
    await store.subscriptions.put(replace(edited, considered_until=later), later + DAY)
    await store.subscriptions.put(replace(off, state=State.OFF), None)
    await store.subscriptions.remove(gone.id)
    assert await begin(store, [due]) == 2
    assert [row.id for row in await store.ledger.on(edited.id, NOW.date())] == []
    assert await store.subscriptions.due(TOGETHER, later, 9, 9) == []
    assert await begin(store, [due]) == 0, "once is enough"
    left = {row[0]: row[1:4] for row in await standing(store, TOGETHER)}
    assert left["U2"][1:] == (None, None)


async def test_rows_wait_since_they_are_due(store: Store) -> None:
    """So the longest due is the first; and what a clock began that was a day ahead comes in its time."""
    before = NOW - DAY
    await set_up(store, TOGETHER, [(parse(f"{hour} daily"), OSLO, None, before) for hour in (9, 8)])
    ahead = NOW + DAY
    assert await begin(store, await store.subscriptions.due(TOGETHER, ahead, 9, 9), ahead) == 4
    assert await store.ledger.take(TOGETHER, NOW, 9) == [], "those of today are over, by that clock"
    nine = datetime(2026, 11, 20, 8, tzinfo=UTC)
    taken = [*await store.ledger.take(TOGETHER, nine, 1), *await store.ledger.take(TOGETHER, nine, 1)]
    assert [(row.due_at, row.tries) for row in taken] == [(nine - timedelta(hours=1), 1), (nine, 1)]
