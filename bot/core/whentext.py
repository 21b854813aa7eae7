"""A ``<when>`` as it is typed: ``monday``, ``3d``, ``08:30``, ``1 nov``; and what was meant by another."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, time

from bot.core.clocktext import nearest_clock, read_clock
from bot.core.period import WEEKDAYS, Ago, At, DayOfYear, On, Unit, Weekday, When
from bot.core.spelling import nearest

__all__ = ["first_when", "is_month", "meant_when", "parse_when"]

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
_DATES = tuple(
    re.compile(form + _AT)
    for form in (
        r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}|\d{2}))?",
        r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?",
        r"(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?",
        rf"(?:the )?(?P<day>\d{{1,2}}){_ORDINAL}(?: of)? ?(?P<name>[a-z]{{3,9}})\.?(?: (?P<year>\d{{4}}))?",
        rf"(?P<name>[a-z]{{3,9}})\.? (?:the )?(?P<day>\d{{1,2}}){_ORDINAL}(?: (?P<year>\d{{4}}))?",
        r"(?P<name>[a-z]{3,9})\.?(?: (?P<year>\d{4}))?",
    )
)
#: From so many on, a lone ``m`` stands for minutes: nobody counts so many months.
_MINUTES = 13
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
#: No ``<when>`` that makes sense has more words.
_LONGEST = 6
#: What one says for a number.
_IN_DIGITS = {
    **{word: str(number) for number, word in enumerate(_NUMBERS)},
    "a": "1",
    "an": "1",
    "half": "1",
    "couple": "2",
    "few": "3",
}
#: What is clear to people: lines that say it.
_LINES = {
    "now": "since 1h",
    "tomorrow": "today",
    "morning": "today",
    "afternoon": "since 12:00",
    "evening": "since 17:00",
    "tonight": "since 17:00",
    "night": "since yesterday",
    "lunch": "since 12:00",
    "minute": "since 1h",
    "hour": "since 1h",
    "day": "since 1d",
    "fortnight": "since 2w",
    "weekend": "since saturday",
    "week": "since 7d",
    "month": "since 30d",
    "quarter": "since 90d",
    "year": "since 365d",
}
_MINUTES_IN = {"h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
_DAYS = {"month": 30, "quarter": 90, "year": 365}


def parse_when(text: str) -> When | None:
    """Read a ``<when>`` such as ``monday``, ``3d``, ``2w``, ``08:30`` or ``2026-11-01``.

    ``None`` where it is none of these, or may mean two things. ``text`` is lower case with single spaces.
    """
    read = _readings(text)
    return read[0] if len(read) == 1 else None


def is_month(text: str) -> bool:
    """Whether it is a month's name alone, which may be a person's, too."""
    return bool(_month(text.casefold()))


def meant_when(text: str) -> tuple[str, ...]:
    """The lines, two at most, that say what was probably meant by a ``<when>`` that is none."""
    read = _readings(text)
    if len(read) > 1:
        return tuple(map(_line, read[:2]))
    return next(filter(None, (way(text) for way in _WAYS)), ())


def _readings(text: str) -> list[When]:
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
    for form in _DATES:
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
    if year and not 1970 <= year <= 2200:
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


def _line(when: When) -> str:
    """The line that asks for it, in the form that has no other meaning."""
    match when:
        case On(date_, at):
            day = f"{date_:%Y-%m-%d}"
        case DayOfYear(month, number, at):
            day = f"{number} {MONTHS[month - 1][:3]}"
        case At(at):
            return f"since {at:%H:%M}"
        case _:
            raise ValueError("it has one meaning alone")
    return f"since {day}" if at == time.min else f"since {day} {at:%H:%M}"


# ------------------------------------------------------------------ what was meant


def _number(text: str) -> tuple[str, ...]:
    """``8`` is a time or a number of days, ``2026`` a year or a time."""
    if re.fullmatch(r"20\d\d", text):
        return (f"since {text}-01-01", *_if_read(f"{text[:2]}:{text[2:]}"))
    if not re.fullmatch(r"\d{1,2}", text):
        return ()
    number = int(text)
    hour = (f"since {number:02}:00",) if number < 24 else ()
    return (*hour, f"since {number}d") if number else ("today",)


def _clock(text: str) -> tuple[str, ...]:
    """``8am``, ``830``, ``08:60``, ``25:00``."""
    bare = re.sub(r"^(?:at |kl\.? ?)", "", text)
    at = read_clock(bare) or nearest_clock(bare)
    return _if_read(f"{at:%H:%M}") if at else ()


def _no_such_date(text: str) -> tuple[str, ...]:
    """``2026-13-01`` has month and day the wrong way round; ``2026-02-30`` is the last of the month."""
    match = re.fullmatch(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", text)
    match = match or re.fullmatch(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})(?:[-/.](?P<year>\d{4}))?", text)
    if not match:
        return ()
    month, day = int(match["month"]), int(match["day"])
    if month > 12 and day <= 12:
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return ()
    day = min(day, monthrange(int(match["year"] or 2001), month)[1])
    in_year = f"{match['year']}-{month:02}-{day:02}"
    return _if_read(in_year if match["year"] else f"{day} {MONTHS[month - 1][:3]}")


def _counted(text: str) -> tuple[str, ...]:
    """``three days``, ``an hour ago``, ``0h``, ``3m``, ``2 months``, ``1.5d``."""
    if parts := re.fullmatch(r"(\d{1,2})[.,](\d) ?([hdw])[a-z]*", text):
        ago = (int(parts[1]) * 10 + int(parts[2])) * _MINUTES_IN[parts[3]] // 10
        return _if_read(f"{ago}min" if ago % 60 else f"{ago // 60}h")
    words = " ".join(_IN_DIGITS.get(word, word) for word in re.findall(r"[a-z]+|\d+", text))
    words = re.sub(r"^(?:last|past|1(?= \d)) | (?:of|ago)(?= |$)", "", words)
    if none := re.fullmatch(r"0+ ?([a-z])[a-z]*", words):
        return ("today",) if none[1] in "dw" else ("since 1h",)
    if months := re.fullmatch(r"(\d{1,2}) ?(m|months?|quarters?|years?|y)", words):
        amount, unit = int(months[1]), {"m": "month", "y": "year"}.get(months[2], months[2].rstrip("s"))
        days = min(amount * _DAYS[unit], 365)
        minutes = (f"since {amount}min",) if months[2] == "m" else ()
        return (*minutes, f"since {days}d")
    return _if_read(words) if words != text else ()


def _misspelt(text: str) -> tuple[str, ...]:
    """``mondy``, ``mo``, ``novembr``; and what may stand before it or behind it stays."""
    if text in (two := {day[:2]: day for day in WEEKDAYS}):
        return (f"since {two[text]}",)
    words = text.split()[:_LONGEST]
    for place, word in enumerate(words):
        near = nearest(word, (*WEEKDAYS, *MONTHS), 0.75) if word.isalpha() else ""
        if near and (found := _if_read(" ".join((*words[:place], near, *words[place + 1 :])))):
            return found
    near = nearest(text, (*WEEKDAYS, *MONTHS, "yesterday"))
    return (f"since {near}",) if near else ()


def _in_words(text: str) -> tuple[str, ...]:
    """``this morning``, ``last week``, ``a while ago``."""
    words = re.findall(r"[a-z]+", text)
    if text in ("this week", "week"):
        return ("week",)
    return next(((_LINES[word.rstrip("s")],) for word in words if word.rstrip("s") in _LINES), ())


def _within(text: str) -> tuple[str, ...]:
    """``on monday``, ``from 1 nov``, ``monday morning``: a part of it can be read."""
    words = text.split()[:_LONGEST]
    for length in range(len(words) - 1, 0, -1):
        for start in range(len(words) - length + 1):
            if found := _if_read(" ".join(words[start : start + length])):
                return found
    return ()


_WAYS = (_number, _counted, _no_such_date, _clock, _misspelt, _within, _in_words)


def _if_read(text: str) -> tuple[str, ...]:
    """The line with this ``<when>``, if it is one."""
    return (f"since {text}",) if parse_when(text) else ()


def first_when(words: str) -> str:
    """The ``<when>`` that words such as ``monday to friday`` begin with."""
    parts = words.split()[:_LONGEST]
    beginnings = (" ".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((each for each in beginnings if parse_when(each)), "")
