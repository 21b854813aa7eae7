"""What was probably meant by a ``<when>`` that is none, or may mean two things."""

import re
from calendar import monthrange
from datetime import time

from bot.core.period import WEEKDAYS, At, DayOfYear, On, When
from bot.core.typed.clocktext import nearest_clock, read_clock
from bot.core.typed.spelling import nearest
from bot.core.typed.whentext import LONGEST, MONTHS, parse_when, readings

__all__ = ["meant_when"]

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
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


def meant_when(text: str) -> tuple[str, ...]:
    """The lines, two at most, that say what was probably meant by a ``<when>`` that is none."""
    read = readings(text)
    if len(read) > 1:
        return tuple(map(_line, read[:2]))
    return next(filter(None, (way(text) for way in _WAYS)), ())


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
    words = text.split()[:LONGEST]
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
    words = text.split()[:LONGEST]
    for length in range(len(words) - 1, 0, -1):
        for start in range(len(words) - length + 1):
            if found := _if_read(" ".join(words[start : start + length])):
                return found
    return ()


_WAYS = (_number, _counted, _no_such_date, _clock, _misspelt, _within, _in_words)


def _if_read(text: str) -> tuple[str, ...]:
    """The line with this ``<when>``, if it is one."""
    return (f"since {text}",) if parse_when(text) else ()
