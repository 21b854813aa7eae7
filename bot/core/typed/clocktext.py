"""Times of day as they are typed: ``08:00``, ``8``, ``8am``, ``08.00``, ``0800``, ``noon``."""

import re
from datetime import time

__all__ = ["CLOCK", "nearest_clock", "read_clock"]

#: What looks like a time of day, also where it is none, such as ``25:00``.
CLOCK = (
    r"(?:\d[\d:.]*(?: ?(?:[ap]\.?m\b\.?|o'?clock\b|uhr\b|h(?:rs?|ours?)?\d{0,2}\b))?"
    r"|noon\b|midday\b|midnight\b)"
)

_FORM = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h]?(?P<minute>\d{2})(?:[:.]00)?)? ?(?:h|hrs?|hours?|o'?clock|uhr)?[:.]?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?"
)
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_DAY = 24 * 60


def read_clock(text: str) -> time | None:
    """The time of day, to the minute; ``None`` for what is none. ``text`` is lower case."""
    if text in _NAMED:
        return _NAMED[text]
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if half := match["half"]:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def nearest_clock(text: str) -> time | None:
    """What one that is none was probably meant to be: ``08:60`` is ``09:00``, ``25:00`` is ``01:00``."""
    match = re.fullmatch(
        r"(\d{1,2})(?:[:.](\d{2}))?(?:[:.]\d{2})?(?: ?(?:[ap]\.?m\.?|h|o'?clock|uhr))?", text
    )
    if match is None or (match[2] is None and int(match[1]) > 24):
        return None
    minutes = int(match[1]) * 60 + int(match[2] or 0)
    return time(minutes // 60 % 24, minutes % 60) if minutes < _DAY * 3 // 2 else None
