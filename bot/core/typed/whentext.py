"""A ``<when>`` as it is typed: ``monday``, ``3d``, ``08:30``, ``1 nov``."""

import re
from collections.abc import Iterable
from datetime import date, time

from bot.core.period import WEEKDAYS, Ago, At, DayOfYear, On, Unit, Weekday, When

__all__ = ["LONGEST", "MONTHS", "first_when", "is_month", "parse_when", "readings"]

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

_CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
#: A time behind a day.
_AT = rf"(?:(?: |(?<=\d)t) ?(?:at )?{_CLOCK})?"
_WEEKDAY = re.compile(rf"(?P<last>last )?(?P<name>[a-z]{{3,9}}){_AT}")
_DAY = re.compile(rf"(?P<name>today|yesterday){_AT}")
_AGO = re.compile(r"(\d{1,4})\s*(h|d|w|hours?|hrs?|minutes?|mins?|days?|weeks?|m)(?: ago)?")
_HOURS_AND_MINUTES = re.compile(
    r"(\d{1,3}) ?h(?:ours?|rs?)?,? ?(?:and )?(\d{1,2}) ?m(?:in(?:ute)?s?)?(?: ago)?"
)
_TIME = re.compile(rf"(?:at )?{_CLOCK}")
_NOON = ("noon", "midday", "at noon")
_ORDINAL = r"(?:st|nd|rd|th)?\.?"
#: Forms of dates that begin with a figure.
_NUMERIC = tuple(
    re.compile(form + _AT)
    for form in (
        r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}|\d{2}))?",
        r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?",
        r"(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?",
    )
)
#: Those with the name of a month, which may begin with anything.
_NAMED = tuple(
    re.compile(form + _AT)
    for form in (
        rf"(?:the )?(?P<day>\d{{1,2}}){_ORDINAL}(?: of)? ?(?P<name>[a-z]{{3,9}})\.?(?: (?P<year>\d{{4}}))?",
        rf"(?P<name>[a-z]{{3,9}})\.? (?:the )?(?P<day>\d{{1,2}}){_ORDINAL}(?: (?P<year>\d{{4}}))?",
        r"(?P<name>[a-z]{3,9})\.?(?: (?P<year>\d{4}))?",
    )
)
#: From so many on, a lone ``m`` stands for minutes: nobody counts so many months.
_MINUTES = 13
#: No ``<when>`` that makes sense has more words.
LONGEST = 6


def parse_when(text: str) -> When | None:
    """Read a ``<when>`` such as ``monday``, ``3d``, ``2w``, ``08:30`` or ``2026-11-01``.

    ``None`` where it is none of these, or may mean two things. ``text`` is lower case with single spaces.
    """
    read = readings(text)
    return read[0] if len(read) == 1 else None


def is_month(text: str) -> bool:
    """Whether it is a month's name alone, which may be a person's, too."""
    return bool(_month(text.casefold()))


def first_when(words: str) -> str:
    """The ``<when>`` that words such as ``monday to friday`` begin with."""
    parts = words.split()[:LONGEST]
    beginnings = (" ".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((each for each in beginnings if parse_when(each)), "")


def readings(text: str) -> list[When]:
    """Everything that it may mean: ``1.11`` is a day, or a time."""
    found = (_day(text), _weekday(text), _ago(text), _hours_and_minutes(text), *_dates(text), _time(text))
    return list(dict.fromkeys(each for each in found if each))


def _day(text: str) -> Ago | None:
    match = _DAY.fullmatch(text)
    at = _at(match) if match else None
    return Ago(int(match["name"] == "yesterday"), "d", at) if match and at is not None else None


def _weekday(text: str) -> Weekday | None:
    match = _WEEKDAY.fullmatch(text)
    if not match:
        return None
    days = [number for number, day in enumerate(WEEKDAYS) if day.startswith(match["name"])]
    at = _at(match)
    return Weekday(days[0], bool(match["last"]), at) if days and at else None


def _ago(text: str) -> Ago | None:
    match = _AGO.fullmatch(text)
    if not match or not (amount := int(match[1])) or (match[2] == "m" and amount < _MINUTES):
        return None
    units: dict[str, Unit] = {"h": "h", "m": "m", "d": "d", "w": "w"}
    return Ago(amount, units[match[2][0]])


def _hours_and_minutes(text: str) -> Ago | None:
    match = _HOURS_AND_MINUTES.fullmatch(text)
    minutes = int(match[1]) * 60 + int(match[2]) if match else 0
    return Ago(minutes, "m") if minutes else None


def _time(text: str) -> At | None:
    if text in _NOON:
        return At(time(12))
    match = _TIME.fullmatch(text)
    at = _at(match) if match else None
    return At(at) if at is not None else None


def _at(match: re.Match[str]) -> time | None:
    try:
        return time(int(match["hour"] or 0), int(match["minute"] or 0))
    except ValueError:
        return None


def _dates(text: str) -> Iterable[On | DayOfYear]:
    for form in (*_NUMERIC, *_NAMED) if text[:1].isdigit() else _NAMED:
        if match := form.fullmatch(text):
            at, found = _at(match), _date(match.groupdict())
            if found and at is not None:
                year, month, day = found
                yield On(date(year, month, day), at) if year else DayOfYear(month, day, at)


def _date(said: dict[str, str | None]) -> tuple[int, int, int] | None:
    """Year, month and day; the year 0 where none is told."""
    month = _month(said["name"]) if said.get("name") else int(said.get("month") or 0)
    year, day = int(said.get("year") or 0), int(said.get("day") or 1)
    year += 2000 if len(said.get("year") or "") == 2 else 0
    if not month or (year and not 1970 <= year <= 2200):
        return None
    try:
        date(year or 2000, month, day)  # a leap year: what no year has is refused
    except ValueError:
        return None
    return year, month, day


def _month(name: str | None) -> int:
    """Its number; 0 for no month."""
    months = [number for number, month in enumerate(MONTHS, 1) if name and month.startswith(name)]
    return months[0] if months else 0
