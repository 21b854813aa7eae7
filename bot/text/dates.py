"""Dates and times in words, in the reader's zone and language."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.lists import format_list

from bot.text import locale_of, sentence

__all__ = [
    "clock",
    "day",
    "day_month",
    "day_within",
    "listed",
    "long_day",
    "moment",
    "month",
    "short_day",
    "time_of_day",
    "tiny_day",
    "weekday",
    "zone_name",
]


def moment(when: datetime, zone: ZoneInfo, locale: str, now: datetime | None = None) -> str:
    """A day and a time, such as ``Mon 16 Nov 00:00``; with the year where that is not ``now``'s."""
    here = when.astimezone(zone)
    same_year = now is None or here.year == now.astimezone(zone).year
    pattern = "EEE d MMM" if same_year else "EEE d MMM y"
    return f"{_written(here.date(), _in_order(pattern, locale), locale)} {time_of_day(here, locale)}"


def clock(when: datetime, zone: ZoneInfo, locale: str) -> str:
    """A time of the day, such as ``08:12``."""
    return time_of_day(when.astimezone(zone), locale)


def time_of_day(at: time | datetime, locale: str) -> str:
    """What a clock shows, such as ``08:12``, and ``08.12`` in Danish; always of 24 hours, as it is typed."""
    return f"{at.hour:02}{_hours_end(locale)}{at.minute:02}"  # strftime takes 10 µs


def weekday(when: datetime, zone: ZoneInfo, locale: str) -> str:
    """The name of the day, such as ``Monday``."""
    return _written(when.astimezone(zone).date(), "EEEE", locale)


def day(which: date, today: date, locale: str) -> str:
    """A day as a heading: ``Today``, ``Yesterday``, or such as ``Wednesday 18 November``."""
    if which == today:
        return sentence("day.today", locale)
    if which == today - timedelta(days=1):
        return sentence("day.yesterday", locale)
    name = long_day(which, today, locale)
    return f"{name[:1].upper()}{name[1:]}"


def long_day(which: date, today: date, locale: str) -> str:
    """A day with its name within a sentence, such as ``Wednesday 18 November``."""
    pattern = "EEEE d MMMM" if which.year == today.year else "EEEE d MMMM y"
    return _written(which, _in_order(pattern, locale), locale)


def short_day(which: date, locale: str) -> str:
    """A day as a label, such as ``Mon 16``: no two within a month are the same."""
    return _written(which, _in_order("EEE d", locale), locale)


def tiny_day(which: date, locale: str) -> str:
    """The same where there is hardly any room, such as ``M 16``."""
    return _written(which, "EEEEE d", locale)


def day_month(which: date, locale: str) -> str:
    """A day of a year, such as ``16 Nov``."""
    return _written(which, _in_order("d MMM", locale), locale)


def month(which: date, locale: str) -> str:
    """A day's month, such as ``Nov 2026``."""
    return _written(which, "MMM y", locale)


def day_within(which: date, today: date, locale: str) -> str:
    """A day within a sentence: ``today``, ``yesterday``, ``on Monday``, or such as ``on 12 November``."""
    back = (today - which).days
    if back in (0, 1):
        return sentence("on.yesterday" if back else "on.today", locale)
    same_year = "d MMMM" if which.year == today.year else "d MMMM y"
    pattern = "EEEE" if 0 < back < 7 else same_year
    name = _written(which, _in_order(pattern, locale), locale)
    return sentence("on.day", locale, day=name)


def listed(parts: Sequence[str], locale: str) -> str:
    """Several things in a row, with the language's own "and"."""
    return format_list(parts, locale=_babel(locale))


@cache
def zone_name(zone: ZoneInfo, locale: str) -> str:
    """The zone as people call it: ``Oslo time``, or ``UTC``."""
    if zone.key in ("UTC", "Etc/UTC"):
        return "UTC"
    city = get_timezone_location(zone, locale=_babel(locale), return_city=True)
    return sentence("zone", locale, city=city)


@lru_cache(maxsize=1024)
def _written(which: date, pattern: str, locale: str) -> str:
    """A date by a pattern of Unicode's: Babel takes 70 µs for it, and answers have few different ones."""
    return format_date(which, pattern, locale=_babel(locale))


@cache
def _in_order(pattern: str, locale: str) -> str:
    """The pattern of a date, the day as an ordinal where the language writes ``16. november``."""
    is_ordinal = "d." in str(_babel(locale).datetime_skeletons["MMMd"])
    return pattern.replace("d", "d.") if is_ordinal else pattern


@cache
def _hours_end(locale: str) -> str:
    """What stands between hours and minutes."""
    return "." if "H.mm" in str(_babel(locale).time_formats["short"]) else ":"


@cache
def _babel(locale: str) -> Locale:
    """Babel's own idea of a language: it would work it out anew for each date."""
    return Locale(locale_of(locale))
