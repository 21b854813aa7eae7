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
    LastLogout,
    On,
    Period,
    Since,
    Today,
    Week,
    Weekday,
    When,
    Yesterday,
    parse_when,
    resolve,
)
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
        ("1 week", Ago(1, "w")),
        ("08:30", At(time(8, 30))),
        ("8.30", At(time(8, 30))),
        ("2026-11-01", On(date(2026, 11, 1))),
        ("2026-11-01 14:05", On(date(2026, 11, 1), time(14, 5))),
        ("2026-11-01t14:05", On(date(2026, 11, 1), time(14, 5))),
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
        (Since(Ago(2, "w")), oslo(2026, 11, 5), None),
        (Since(At(time(8, 30))), oslo(2026, 11, 19, 8, 30), None),
        (Since(At(time(16, 0))), oslo(2026, 11, 18, 16), None),
        (Since(On(date(2026, 11, 1), time(14, 0))), oslo(2026, 11, 1, 14), None),
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


@given(st.text())
def test_any_text_is_read_or_not(text: str) -> None:
    parse_when(text)


def test_every_weekday_can_be_shortened() -> None:
    assert [parse_when(day[:3]) for day in WEEKDAYS] == [Weekday(number) for number in range(7)]
