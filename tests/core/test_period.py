"""What `today`, `since monday` and the others mean."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.period import (
    WEEKDAYS,
    Ago,
    At,
    Between,
    DayOfYear,
    LastLogout,
    On,
    Period,
    Since,
    Today,
    Week,
    Weekday,
    When,
    Yesterday,
    resolve,
)
from bot.core.typed.whenmeant import meant_when
from bot.core.typed.whentext import parse_when
from bot.core.window import Window

OSLO = ZoneInfo("Europe/Oslo")
#: Thursday 19 November 2026, 09:41 in Oslo.
NOW = datetime(2026, 11, 19, 8, 41, tzinfo=UTC)


def oslo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=OSLO).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("monday", Weekday(0)),
        ("thu", Weekday(3)),
        ("last thursday", Weekday(3, last=True)),
        ("monday 08:30", Weekday(0, time=time(8, 30))),
        ("last fri at 8.30", Weekday(4, last=True, time=time(8, 30))),
        ("36h", Ago(36, "h")),
        ("3d", Ago(3, "d")),
        ("3 days ago", Ago(3, "d")),
        ("2w", Ago(2, "w")),
        ("yesterday", Ago(1, "d")),
        ("yesterday 14:00", Ago(1, "d", time(14))),
        ("yesterday at 8.30", Ago(1, "d", time(8, 30))),
        ("today 08:30", Ago(0, "d", time(8, 30))),
        ("1 week", Ago(1, "w")),
        ("08:30", At(time(8, 30))),
        ("8.30", At(time(8, 30))),
        ("2026-11-01", On(date(2026, 11, 1))),
        ("2026-11-01 14:05", On(date(2026, 11, 1), time(14, 5))),
        ("2026-11-01t14:05", On(date(2026, 11, 1), time(14, 5))),
        ("2026/11/01", On(date(2026, 11, 1))),
        ("2026.11.01", On(date(2026, 11, 1))),
        ("20261101", On(date(2026, 11, 1))),
        ("2026-11", On(date(2026, 11, 1))),
        ("1.11.2026", On(date(2026, 11, 1))),
        ("01.11.26", On(date(2026, 11, 1))),
        ("1.11.2026 8.30", On(date(2026, 11, 1), time(8, 30))),
        ("13/11/2026", On(date(2026, 11, 13))),
        ("11/13/2026", On(date(2026, 11, 13))),
        ("5/5/2026", On(date(2026, 5, 5))),
        ("1 november 2026", On(date(2026, 11, 1))),
        ("november 2026", On(date(2026, 11, 1))),
        ("25.11", DayOfYear(11, 25)),
        ("1.5", DayOfYear(5, 1)),
        ("1 nov", DayOfYear(11, 1)),
        ("nov 1", DayOfYear(11, 1)),
        ("1. nov", DayOfYear(11, 1)),
        ("1st of november", DayOfYear(11, 1)),
        ("the 1st of november", DayOfYear(11, 1)),
        ("nov 1 14:05", DayOfYear(11, 1, time(14, 5))),
        ("1.11 14:05", DayOfYear(11, 1, time(14, 5))),
        ("november", DayOfYear(11, 1)),
        ("29 feb", DayOfYear(2, 29)),
        ("08.30", At(time(8, 30))),
        ("noon", At(time(12))),
        ("30m", Ago(30, "m")),
        ("90 min", Ago(90, "m")),
        ("1h30m", Ago(90, "m")),
        ("1 hour and 30 minutes ago", Ago(90, "m")),
        ("2 hrs", Ago(2, "h")),
    ],
)
def test_reads(typed: str, read: When) -> None:
    assert parse_when(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "t",
        "mo",
        "25:00",
        "08:60",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
        "3",
        "d",
        "12345d",
        "0h",
        "0 days",
        "0h0m",
        "3m",
        "1.11",
        "8.05",
        "1/11/2026",
        "1/11",
        "2026-13-01",
        "1 smarch",
        "31.11",
        "30 feb",
        "٣d ago x",
    ],
)
def test_does_not_read(typed: str) -> None:
    assert parse_when(typed) is None


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Today(), oslo(2026, 11, 19), None),
        (Yesterday(), oslo(2026, 11, 18), oslo(2026, 11, 19)),
        (Week(), oslo(2026, 11, 16), None),
        (LastLogout(), None, None),
        (Since(Weekday(0)), oslo(2026, 11, 16), None),
        (Since(Weekday(3)), oslo(2026, 11, 19), None),
        (Since(Weekday(3, last=True)), oslo(2026, 11, 12), None),
        (Since(Weekday(4)), oslo(2026, 11, 13), None),
        (Since(Weekday(0, time=time(8, 30))), oslo(2026, 11, 16, 8, 30), None),
        (Since(Weekday(3, time=time(9, 0))), oslo(2026, 11, 19, 9), None),
        (Since(Weekday(3, time=time(16, 0))), oslo(2026, 11, 12, 16), None),
        (Since(Ago(36, "h")), NOW - timedelta(hours=36), None),
        (Since(Ago(3, "d")), oslo(2026, 11, 16), None),
        (Since(Ago(1, "d", time(14))), oslo(2026, 11, 18, 14), None),
        (Since(Ago(2, "w")), oslo(2026, 11, 5), None),
        (Since(At(time(8, 30))), oslo(2026, 11, 19, 8, 30), None),
        (Since(At(time(16, 0))), oslo(2026, 11, 18, 16), None),
        (Since(On(date(2026, 11, 1), time(14, 0))), oslo(2026, 11, 1, 14), None),
        (Since(Ago(90, "m")), NOW - timedelta(minutes=90), None),
        (Since(DayOfYear(11, 1)), oslo(2026, 11, 1), None),
        (Since(DayOfYear(11, 19)), oslo(2026, 11, 19), None),
        (Since(DayOfYear(11, 19, time(16, 0))), oslo(2025, 11, 19, 16), None),
        (Since(DayOfYear(11, 20)), oslo(2025, 11, 20), None),
        (Since(DayOfYear(2, 29)), oslo(2024, 2, 29), None),
        (Between(Window(NOW, NOW)), NOW, NOW),
    ],
)
def test_means(period: Period, start: datetime | None, end: datetime | None) -> None:
    assert resolve(period, OSLO, NOW) == Window(start, end)


def test_days_are_those_of_the_reader() -> None:
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert resolve(Today(), OSLO, late).start == oslo(2026, 11, 20)
    assert resolve(Today(), ZoneInfo("America/New_York"), late).start == datetime(2026, 11, 19, 5, tzinfo=UTC)


def test_yesterday_is_25_hours_long_when_the_clocks_go_back() -> None:
    window = resolve(Yesterday(), OSLO, datetime(2026, 10, 26, 8, tzinfo=UTC))
    assert window.start
    assert window.end
    assert window.end - window.start == timedelta(hours=25)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2039, 1, 1), timezones=st.just(UTC)), st.integers(0, 6))
def test_since_a_weekday_begins_within_the_last_seven_days(now: datetime, day: int) -> None:
    start = resolve(Since(Weekday(day)), OSLO, now).start
    assert start is not None
    assert start.astimezone(OSLO).weekday() == day
    assert timedelta(0) <= now - start <= timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("1.11", ("since 1 nov", "since 01:11")),
        ("8.05", ("since 8 may", "since 08:05")),
        ("1/11/2026", ("since 2026-11-01", "since 2026-01-11")),
        ("1/11/2026 08:30", ("since 2026-11-01 08:30", "since 2026-01-11 08:30")),
        ("8", ("since 08:00", "since 8d")),
        ("30", ("since 30d",)),
        ("2026", ("since 2026-01-01", "since 20:26")),
        ("3m", ("since 3min", "since 90d")),
        ("830", ("since 08:30",)),
        ("8am", ("since 08:00",)),
        ("12:30 am", ("since 00:30",)),
        ("25:00", ("since 01:00",)),
        ("08:60", ("since 09:00",)),
        ("99:99", ()),
        ("2026-13-01", ("since 2026-01-13",)),
        ("2026-02-30", ("since 2026-02-28",)),
        ("30.02.2026", ("since 2026-02-28",)),
        ("31.11", ("since 30 nov",)),
        ("99.99.2026", ()),
        ("0h", ("since 1h",)),
        ("0 days", ("today",)),
        ("three days", ("since 3 days",)),
        ("a couple of days ago", ("since 2 days",)),
        ("an hour ago", ("since 1 hour",)),
        ("half an hour", ("since 1 hour",)),
        ("2 months", ("since 60d",)),
        ("last week", ("since 7d",)),
        ("this week", ("week",)),
        ("month", ("since 30d",)),
        ("this morning", ("today",)),
        ("tomorrow", ("today",)),
        ("the weekend", ("since saturday",)),
        ("mo", ("since monday",)),
        ("mondy 08:30", ("since monday 08:30",)),
        ("1 novembr", ("since 1 november",)),
        ("on monday", ("since monday",)),
        ("monday morning", ("since monday",)),
        ("yesterday evening", ("since yesterday",)),
        ("x", ()),
    ],
)
def test_what_was_probably_meant(typed: str, lines: tuple[str, ...]) -> None:
    assert meant_when(typed) == lines


@given(st.text() | st.from_regex(r"[0-9]{1,4}[-/.: ]?[0-9]{0,4}[-/.: ]?[a-z0-9]{0,9}", fullmatch=True))
def test_any_text_is_read_or_not(text: str) -> None:
    when = parse_when(text)
    if when:
        resolve(Since(when), OSLO, NOW)
    else:
        meant_when(text)


def test_every_weekday_can_be_shortened() -> None:
    assert [parse_when(day[:3]) for day in WEEKDAYS] == [Weekday(number) for number in range(7)]
