"""The spans of time that one can ask about, and what they mean at a given moment in a zone."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.core.localtime import instant, local, midnight
from bot.core.window import Window

__all__ = [
    "MAX_LOOK_BACK",
    "WEEKDAYS",
    "Ago",
    "At",
    "Between",
    "DayOfYear",
    "LastLogout",
    "On",
    "Period",
    "Since",
    "Today",
    "Unit",
    "Week",
    "Weekday",
    "When",
    "Yesterday",
    "resolve",
]

#: How far back one can ask. SuperOffice states no limit; a year is more than anybody reads.
MAX_LOOK_BACK = timedelta(days=366)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Weekday:
    """The latest such day, today included, from midnight or from ``time``; with ``last`` before today."""

    day: int
    last: bool = False
    time: time = time.min


Unit = Literal["h", "m", "d", "w"]


@dataclass(frozen=True, slots=True)
class Ago:
    """So many hours or minutes ago, or the day so many days or weeks ago, from midnight or from ``time``."""

    amount: int
    unit: Unit
    time: time = time.min


@dataclass(frozen=True, slots=True)
class At:
    """That time today or, when it has not come yet, yesterday."""

    time: time


@dataclass(frozen=True, slots=True)
class On:
    """That date, from midnight or from ``time``."""

    date: date
    time: time = time.min


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """The latest such day, today included, from midnight or from ``time``."""

    month: int
    day: int
    time: time = time.min


When = Weekday | Ago | At | On | DayOfYear


@dataclass(frozen=True, slots=True)
class Today:
    """Since midnight."""


@dataclass(frozen=True, slots=True)
class Yesterday:
    """The day before today, from midnight to midnight."""


@dataclass(frozen=True, slots=True)
class Week:
    """Since Monday, midnight."""


@dataclass(frozen=True, slots=True)
class LastLogout:
    """Since the reader's own last log-out from SuperOffice, which only SuperOffice knows."""


@dataclass(frozen=True, slots=True)
class Since:
    """Since a moment that the reader names."""

    when: When


@dataclass(frozen=True, slots=True)
class Between:
    """A window that was resolved before: what the buttons under an answer carry."""

    window: Window


Period = Today | Yesterday | Week | LastLogout | Since | Between


def resolve(period: Period, zone: ZoneInfo, now: datetime) -> Window:
    """The window that ``period`` means at ``now`` (aware) for a reader in ``zone``."""
    today = local(now, zone).date()
    match period:
        case Today():
            return Window(midnight(today, zone))
        case Yesterday():
            return Window(midnight(today - timedelta(days=1), zone), midnight(today, zone))
        case Week():
            return Window(midnight(today - timedelta(days=today.weekday()), zone))
        case LastLogout():
            return Window(None)
        case Since(when):
            return Window(_start(when, zone, now))
        case Between(window):
            return window


def _start(when: When, zone: ZoneInfo, now: datetime) -> datetime:
    today = local(now, zone).date()
    match when:
        case Weekday(day, last, at):
            back = (today.weekday() - day) % 7
            start = instant(today - timedelta(days=back), at, zone)
            too_near = start > now or (last and not back)
            return instant(today - timedelta(days=back + 7), at, zone) if too_near else start
        case Ago(amount, "h"):
            return now - timedelta(hours=amount)
        case Ago(amount, "m"):
            return now - timedelta(minutes=amount)
        case Ago(amount, unit, at):
            return instant(today - timedelta(days=amount * (7 if unit == "w" else 1)), at, zone)
        case At(at):
            start = instant(today, at, zone)
            return start if start <= now else instant(today - timedelta(days=1), at, zone)
        case On(day, at):
            return instant(day, at, zone)
        case DayOfYear(month, day, at):
            years = range(today.year, today.year - 9, -1)  # 29 February may be eight years away
            starts = (instant(date(year, month, day), at, zone) for year in years if _is(year, month, day))
            return next(start for start in starts if start <= now)


def _is(year: int, month: int, day: int) -> bool:
    return (month, day) != (2, 29) or isleap(year)
