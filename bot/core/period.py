"""The spans of time that one can ask about, as typed, and what they mean at a given moment in a zone."""

import re
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
    "LastLogout",
    "On",
    "Period",
    "Since",
    "Today",
    "Week",
    "Weekday",
    "When",
    "Yesterday",
    "parse_when",
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


@dataclass(frozen=True, slots=True)
class Ago:
    """So many hours ago to the minute, or the beginning of the day so many days or weeks ago."""

    amount: int
    unit: Literal["h", "d", "w"]


@dataclass(frozen=True, slots=True)
class At:
    """That time today or, when it has not come yet, yesterday."""

    time: time


@dataclass(frozen=True, slots=True)
class On:
    """That date, from midnight or from ``time``."""

    date: date
    time: time = time.min


When = Weekday | Ago | At | On


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

_WEEKDAY = re.compile(r"(last )?([a-z]{3,9})(?: (.+))?")
_AGO = re.compile(r"(\d{1,4})\s*(h|d|w|hours?|days?|weeks?)(?: ago)?")
_TIME = re.compile(r"(?:at )?(\d{1,2})[:.](\d{2})")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ]\s*(\d{1,2})[:.](\d{2}))?")


def parse_when(text: str) -> When | None:
    """Read a ``<when>`` such as ``monday``, ``3d``, ``2w``, ``08:30`` or ``2026-11-01``.

    ``None`` where it is none of these. ``text`` is lower case with single spaces.
    """
    try:
        return _weekday(text) or _ago(text) or _time(text) or _date(text)
    except ValueError:  # 25:00 and 2026-02-30
        return None


def _weekday(text: str) -> Weekday | None:
    match = _WEEKDAY.fullmatch(text)
    if not match:
        return None
    days = [number for number, day in enumerate(WEEKDAYS) if day.startswith(match[2])]
    at = _time(match[3]) if match[3] else At(time.min)
    return Weekday(days[0], bool(match[1]), at.time) if days and at else None


def _ago(text: str) -> Ago | None:
    match = _AGO.fullmatch(text)
    if not match:
        return None
    unit = match[2][0]
    return Ago(int(match[1]), "h" if unit == "h" else "d" if unit == "d" else "w")


def _time(text: str) -> At | None:
    match = _TIME.fullmatch(text)
    return At(time(int(match[1]), int(match[2]))) if match else None


def _date(text: str) -> On | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in match.groups())
    if not 1970 <= year <= 2200:
        return None
    return On(date(year, month, day), time(hour, minute))


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
        case Ago(amount, unit):
            return midnight(today - timedelta(days=amount * (7 if unit == "w" else 1)), zone)
        case At(at):
            start = instant(today, at, zone)
            return start if start <= now else instant(today - timedelta(days=1), at, zone)
        case On(day, at):
            return instant(day, at, zone)
