"""When digests are due: exactly once for each chosen local date and time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.recurrence import EVERY_DAY, LAST, WEEKDAYS, MonthDay, Monthly, NthWeekday, Weekly
from bot.core.schedule import MAX_TIMES, ChosenTime, Schedule
from bot.core.slots import (
    SLOT_LENGTH,
    Shift,
    Slot,
    SlotKey,
    due,
    next_due,
    next_fires,
    not_today,
    passed_over,
    previous_fire,
    slot_end,
    slots_on,
)
from bot.core.typed.scheduletext import parse
from tests.core.schedules import DATES, DAYS, NAMES, TIMES, ZONES, schedules

OSLO, NEW_YORK, TOKYO = map(ZoneInfo, ("Europe/Oslo", "America/New_York", "Asia/Tokyo"))
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def holidays(day: date) -> str:
    return "Christmas Day" if (day.month, day.day) == (12, 25) else ""


# ------------------------------------------------------------------ days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1st", [1]),
        ("31st", [28]),
        ("30th", [28]),
        ("last day", [28]),
        ("last fri", [26]),
        ("1st mon", [1]),
        ("4th sun", [28]),
        ("2nd mon,last day", [8, 28]),
        ("1st weekday", [1]),
        ("last weekday", [26]),
        ("sat,sun", [6, 7, 13, 14, 20, 21, 27, 28]),
    ],
)
def test_days_of_february_2027(text: str, days: list[int]) -> None:
    chosen = parse(text).days
    assert [n for n in range(1, 29) if chosen.includes(date(2027, 2, n))] == days


@given(DAYS, DATES)
def test_every_month_has_a_day(days: Weekly | Monthly, day: date) -> None:
    first = day.replace(day=1)
    assert any(days.includes(found) for n in range(31) if (found := first + n * DAY).month == first.month)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Weekly(()),
        lambda: Weekly((3, 1)),
        lambda: Weekly((7,)),
        lambda: MonthDay(0),
        lambda: MonthDay(32),
        lambda: NthWeekday(5, (0,)),
        lambda: NthWeekday(LAST, ()),
        lambda: Monthly(()),
        lambda: Monthly((MonthDay(2), MonthDay(1))),
        lambda: Schedule(()),
        lambda: Schedule((ChosenTime(time(9), 1), ChosenTime(time(8), 2))),
        lambda: Schedule((ChosenTime(time(8), 1), ChosenTime(time(9), 1))),
        lambda: Schedule.at(time(8, 0, 1)),
        lambda: Schedule.at(*(time(n // 60, n % 60) for n in range(MAX_TIMES + 1))),
        lambda: Schedule.at(time(8)).dropping({time(8)}),
    ],
)
def test_what_cannot_be(make: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        make()  # type: ignore[operator]


# ------------------------------------------------------------------ clock changes


@pytest.mark.parametrize(
    ("zone", "day", "at", "due_at", "shift"),
    [
        ("Europe/Oslo", date(2027, 3, 28), time(2, 30), utc(2027, 3, 28, 1), Shift.GAP),
        ("Europe/Oslo", date(2027, 3, 28), time(3), utc(2027, 3, 28, 1), Shift.NONE),
        ("Europe/Oslo", date(2027, 10, 31), time(2, 30), utc(2027, 10, 31, 0, 30), Shift.FOLD),
        ("Europe/Oslo", date(2027, 10, 31), time(3), utc(2027, 10, 31, 2), Shift.NONE),
        ("America/Santiago", date(2026, 9, 6), time(0), utc(2026, 9, 6, 4), Shift.GAP),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 30), utc(2026, 4, 23, 22), Shift.GAP),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), utc(2026, 10, 3, 15, 30), Shift.GAP),
        ("Asia/Kathmandu", date(2026, 10, 4), time(8), utc(2026, 10, 4, 2, 15), Shift.NONE),
        ("Pacific/Apia", date(2011, 12, 30), time(8), utc(2011, 12, 30, 10), Shift.GAP),
        ("Pacific/Kwajalein", date(1993, 8, 21), time(8), utc(1993, 8, 21, 12), Shift.GAP),
    ],
)
def test_a_slot_where_clocks_change(zone: str, day: date, at: time, due_at: datetime, shift: Shift) -> None:
    (slot,) = slots_on(Schedule.at(at, days=EVERY_DAY), ZoneInfo(zone), day)
    assert (slot.at, slot.shift) == (due_at, shift)
    assert slot.local.replace(tzinfo=None) == due_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _changes(zone: ZoneInfo, first: date, last: date) -> list[date]:
    """The dates around which the zone's clocks change."""
    count = (last - first).days
    noons = [datetime.combine(first + n * DAY, time(12), UTC) for n in range(count + 1)]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    return [noons[n].date() for n in range(1, count + 1) if offsets[n] != offsets[n - 1]]


def _assert_once_a_day(schedule: Schedule, zone: ZoneInfo, first: date, days: int, step: timedelta) -> None:
    """Ask every ``step`` what is due: each chosen date and time comes once, in order, when it should."""
    start, end = (
        datetime.combine(first - DAY, time(12), UTC),
        datetime.combine(first + (days + 1) * DAY, time(12), UTC),
    )
    fired: list[Slot] = []
    since = start
    while since < end:
        now = min(since + step, end)
        fired += due(schedule, zone, since, now)
        since = now
    keys = [slot.key for slot in fired]
    assert len(keys) == len(set(keys))
    assert fired == sorted(fired, key=lambda slot: (slot.at, slot.key.day, slot.time))
    wanted = {SlotKey(first + n * DAY, chosen.id) for n in range(1, days) for chosen in schedule.times}
    assert not wanted.difference(keys)
    for slot in fired:
        _assert_right(slot, zone)


def _assert_right(slot: Slot, zone: ZoneInfo) -> None:
    """It is the first instant at which the clock shows its time or more."""
    asked = datetime.combine(slot.key.day, slot.time)
    shown = slot.at.astimezone(zone).replace(tzinfo=None)
    assert shown >= asked
    assert (shown > asked) == (slot.shift is Shift.GAP)
    before = (slot.at - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    assert before < asked
    if slot.shift is Shift.NONE:
        assert slot.at + slot.offset == datetime.combine(slot.key.day, slot.time, UTC)


#: Around every clock change that there is: each quarter of an hour by night, and a few by day.
AROUND = Schedule.at(
    *(time(hour, minute) for hour in (0, 1, 2, 3, 23) for minute in (0, 15, 30, 59)),
    *map(time, (4, 8, 12, 16)),
    days=EVERY_DAY,
)


ROUND_THE_CLOCK = Schedule.at(*(time(hour, 30) for hour in range(2, 24, 7)), days=EVERY_DAY)


@settings(max_examples=50)
@given(ZONES, DATES, st.integers(1, 70))
def test_each_chosen_date_and_time_comes_once(zone: ZoneInfo, day: date, hours: int) -> None:
    change = next(iter(_changes(zone, day, day + 200 * DAY)), day)
    _assert_once_a_day(AROUND, zone, change - 2 * DAY, 4, timedelta(hours=hours, minutes=7))


@cache
def _different_clocks(first: date, last: date) -> Sequence[ZoneInfo]:
    """One zone for all whose clocks show the same throughout: most of the 600 are copies in these years."""
    clocks: dict[object, ZoneInfo] = {}
    for zone in map(ZoneInfo, NAMES):
        start = datetime.combine(first - DAY, time(), UTC)
        jumps = tuple(_jump(zone, day) for day in _changes(zone, first - DAY, last + DAY))
        clocks.setdefault((start.astimezone(zone).utcoffset(), jumps), zone)
    return list(clocks.values())


def _jump(zone: ZoneInfo, day: date) -> tuple[datetime, timedelta | None]:
    """When, to the second, and to what its offset changes in the day before that noon."""
    after = datetime.combine(day, time(12), UTC)
    before, offset = after - DAY, after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (before, middle) if middle.astimezone(zone).utcoffset() == offset else (middle, after)
    return after.replace(microsecond=0), offset


@pytest.mark.long
@pytest.mark.parametrize("share", range(4))
def test_each_chosen_date_and_time_comes_once_in_every_zone_from_2020_to_2040(share: int) -> None:
    first, last = date(2020, 1, 1), date(2041, 1, 1)
    for zone in _different_clocks(first, last)[share::4]:
        _assert_once_a_day(ROUND_THE_CLOCK, zone, first, (last - first).days, timedelta(days=9, hours=7))
        for change in _changes(zone, first, last):
            _assert_once_a_day(AROUND, zone, change - 2 * DAY, 4, timedelta(hours=17))


# ------------------------------------------------------------------ what comes next, and what came before


@given(schedules(), ZONES, DATES, st.integers(0, 24 * 60))
def test_next_and_previous_and_due_agree(schedule: Schedule, zone: ZoneInfo, day: date, minutes: int) -> None:
    now = datetime.combine(day, time(), UTC) + minutes * MINUTE
    first, *more = next_fires(schedule, zone, now, 4, holidays)
    assert first.at > now
    assert next_due(schedule, zone, now, holidays) == first.at
    assert due(schedule, zone, now, more[-1].at, holidays)[:4] == (first, *more)
    assert due(schedule, zone, now, first.at - timedelta(seconds=1), holidays) == ()
    last = previous_fire(schedule, zone, now, holidays)
    assert last
    assert last.at < now
    assert due(schedule, zone, last.at, now - timedelta(microseconds=1), holidays) == ()


@given(schedules(), ZONES, DATES)
def test_a_slot_ends_at_the_next_or_after_four_hours(schedule: Schedule, zone: ZoneInfo, day: date) -> None:
    now = datetime.combine(day, time(), UTC)
    first, second = next_fires(schedule, zone, now, 2, holidays)
    assert slot_end(schedule, zone, first, holidays) == min(first.at + SLOT_LENGTH, second.at)


def test_of_two_slots_in_one_gap_the_first_is_over_at_once() -> None:
    schedule = parse("02:10,02:50 daily")
    first, second = slots_on(schedule, OSLO, date(2027, 3, 28))
    assert first.at == second.at == slot_end(schedule, OSLO, first)
    assert slot_end(schedule, OSLO, second) == second.at + SLOT_LENGTH


def test_public_holidays_are_left_out_where_that_was_chosen() -> None:
    christmas = utc(2026, 12, 24, 12)
    assert next_fires(parse("8 daily"), OSLO, christmas, 1, holidays)[0].key.day == date(2026, 12, 25)
    off = parse("8 daily except holidays in NO")
    assert next_fires(off, OSLO, christmas, 1, holidays)[0].key.day == date(2026, 12, 26)


def test_a_schedule_that_never_fires_is_found_out() -> None:
    schedule = parse("8 daily except holidays in NO")
    now = utc(2026, 1, 1)
    assert next_due(schedule, OSLO, now, lambda day: "always") is None
    assert next_fires(schedule, OSLO, now, 3, lambda day: "always") == ()
    assert previous_fire(schedule, OSLO, now, lambda day: "always") is None
    assert due(schedule, OSLO, now, now + 400 * DAY, lambda day: "always") == ()


def test_a_clock_that_is_put_back_makes_nothing_due() -> None:
    assert due(parse("8 daily"), OSLO, utc(2026, 11, 20), utc(2026, 11, 19)) == ()


def test_an_instant_belongs_to_the_time_that_it_ends() -> None:
    schedule, fire = parse("8 daily"), utc(2026, 11, 19, 7)
    assert [slot.at for slot in due(schedule, OSLO, fire - DAY, fire)] == [fire]
    assert next_due(schedule, OSLO, fire) == fire + DAY
    before = previous_fire(schedule, OSLO, fire)
    assert before
    assert before.at == fire - DAY
    assert passed_over(schedule, OSLO, TOKYO, fire) == (), "it was due in Oslo"


def test_what_was_told_is_not_announced() -> None:
    schedule, now = parse("8,16 daily"), utc(2026, 11, 19, 6)
    first, second = next_fires(schedule, OSLO, now, 2)
    assert next_fires(schedule, OSLO, now, 1, told={first.key}) == (second,)
    assert next_due(schedule, OSLO, now, told={first.key}) == second.at


# ------------------------------------------------------------------ edits


def test_a_time_keeps_its_id() -> None:
    schedule = Schedule.at(time(8), time(16))
    assert schedule.replacing([time(9), time(16)]).times == (ChosenTime(time(9), 1), ChosenTime(time(16), 2))
    assert schedule.replacing([time(16)]).times == (ChosenTime(time(16), 2),)
    assert schedule.replacing([time(7), time(8), time(16)]).times[0] == ChosenTime(time(7), 3)
    assert schedule.dropping({time(16)}).adding([time(17)]).times[1] == ChosenTime(time(17), 3)


@given(schedules(), st.lists(TIMES, min_size=1, max_size=6))
def test_ids_are_never_given_twice(schedule: Schedule, times: list[time]) -> None:
    for edited in (schedule.replacing(times), schedule.adding(times)):
        before = {chosen.id for chosen in schedule.times}
        assert {chosen.id for chosen in edited.times} - before <= set(range(schedule.next_id, edited.next_id))
        assert edited.next_id >= schedule.next_id
        for chosen in schedule.times:
            assert chosen.time not in times or chosen in edited.times


@pytest.mark.parametrize(
    ("edit", "at", "told", "waits", "next_"),
    [
        ("08:05", utc(2026, 11, 19, 7, 2), True, True, utc(2026, 11, 20, 7, 5)),
        ("08:05", utc(2026, 11, 19, 6, 58), False, False, utc(2026, 11, 19, 7, 5)),
        ("07:55", utc(2026, 11, 19, 6, 58), False, True, utc(2026, 11, 20, 6, 55)),
        ("07:55", utc(2026, 11, 19, 7, 2), True, False, utc(2026, 11, 20, 6, 55)),
        ("23:59", utc(2026, 11, 19, 7, 2), True, True, utc(2026, 11, 20, 22, 59)),
    ],
)
def test_an_edit_minutes_before_or_after_a_fire(
    edit: str, at: datetime, told: bool, waits: bool, next_: datetime
) -> None:
    """The edit is of 08:00 in Oslo, which is 07:00 UTC on 19 November 2026."""
    ledger = {SlotKey(date(2026, 11, 19), 1)} if told else set()
    schedule = parse(edit, parse("08:00 daily"))
    assert bool(not_today(schedule, OSLO, at, told=ledger)) == waits
    assert next_due(schedule, OSLO, at, told=ledger) == next_


# ------------------------------------------------------------------ a bot with a ledger


class Subscriber:
    """Somebody with a daily digest, who travels and edits, and the ledger of their slots."""

    def __init__(self, zone: ZoneInfo, schedule: Schedule, now: datetime) -> None:
        self.zone, self.schedule, self.now = zone, schedule, now
        self.ledger: dict[SlotKey, datetime] = {}
        #: The slots that an edit put off, as the answer to it said.
        self.put_off: set[SlotKey] = set()

    def wait(self, by: timedelta) -> None:
        """The tick asks what is due."""
        since, self.now = self.now, self.now + by
        self._claim(due(self.schedule, self.zone, since, self.now))

    def travel(self, zone: ZoneInfo) -> None:
        self._claim(passed_over(self.schedule, self.zone, zone, self.now))
        self.zone = zone

    def edit(self, times: list[time]) -> None:
        self.schedule = self.schedule.replacing(times)
        waiting = not_today(self.schedule, self.zone, self.now, told=self.ledger)
        self.put_off |= {slot.key for slot in waiting if slot.key not in self.ledger}

    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def _claim(self, slots: tuple[Slot, ...]) -> None:
        for slot in slots:
            if slot.key in self.put_off and slot.key not in self.ledger:
                self.put_off.remove(slot.key)  # edited again, or flown west: it came after all
            self.ledger.setdefault(slot.key, self.now)


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + n * DAY for n in range((last - first).days))


STEPS = st.lists(
    st.tuples(st.just("wait"), st.integers(1, 40 * 60))
    | st.tuples(st.just("travel"), ZONES)
    | st.tuples(st.just("edit"), st.lists(TIMES, min_size=2, max_size=2, unique=True)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=300)
@given(ZONES, st.lists(TIMES, min_size=2, max_size=2, unique=True), DATES, STEPS)
def test_each_local_date_and_time_has_one_row_whatever_they_do(
    zone: ZoneInfo, times: list[time], day: date, steps: list[tuple[str, object]]
) -> None:
    who = Subscriber(zone, Schedule.at(*times, days=EVERY_DAY), datetime.combine(day, time(12), UTC))
    first = latest = who.today()
    for step, value in steps:
        match value:
            case int():
                who.wait(value * MINUTE)
            case ZoneInfo():
                who.travel(value)
            case list():
                who.edit(value)
        latest = max(latest, who.today())
        for date_ in _dates(first + DAY, min(latest, who.today())):
            for id_ in (1, 2):
                key = SlotKey(date_, id_)
                assert (key in who.ledger) != (key in who.put_off), (step, key)


@settings(max_examples=200)
@given(ZONES, TIMES, DATES, st.lists(st.tuples(ZONES, st.integers(1, 30 * 60)), min_size=1, max_size=10))
def test_who_only_travels_misses_nothing(
    zone: ZoneInfo, at: time, day: date, legs: list[tuple[ZoneInfo, int]]
) -> None:
    who = Subscriber(zone, Schedule.at(at, days=EVERY_DAY), datetime.combine(day, time(12), UTC))
    first = who.today()
    for zone_, minutes in legs:
        who.wait(minutes * MINUTE)
        who.travel(zone_)
    assert all(SlotKey(date_, 1) in who.ledger for date_ in _dates(first + DAY, who.today()))


def test_east_the_missed_slot_comes_on_arrival() -> None:
    """23:00 in New York is 13:00 of the next day in Tokyo, where 08:00 is over."""
    schedule, landed = parse("08:00 daily"), utc(2026, 11, 20, 4)
    (slot,) = passed_over(schedule, NEW_YORK, TOKYO, landed)
    assert (slot.key, slot.at, slot.shift) == (SlotKey(date(2026, 11, 20), 1), landed, Shift.JOURNEY)
    assert slot.local.hour == 13
    assert passed_over(schedule, TOKYO, NEW_YORK, landed) == ()


def test_weekdays_are_those_of_where_one_is() -> None:
    monday_in_tokyo = utc(2026, 11, 22, 23)
    schedule = Schedule.at(time(8), days=WEEKDAYS)
    assert due(schedule, TOKYO, monday_in_tokyo - MINUTE, monday_in_tokyo)
    assert not due(schedule, NEW_YORK, monday_in_tokyo - DAY, monday_in_tokyo)
