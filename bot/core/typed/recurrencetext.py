"""Days as they are typed: ``weekdays``, ``mon,wed``, ``weekly on fri``, ``1st``, ``last fri``."""

import re

from bot.core.period import WEEKDAYS as NAMES
from bot.core.recurrence import EVERY_DAY, LAST, WEEKDAYS, Days, MonthDay, Monthly, NthWeekday, Weekly

__all__ = ["DAYS", "DAY_WORDS", "SaidDays", "days_text"]

_NAME = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b\.?"
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_MOST_NTH = 5
#: The kinds of words for days, in the order in which to try them; each is a method of :class:`SaidDays`.
DAYS = {
    kind: re.compile(form, re.IGNORECASE)
    for kind, form in {
        "rhythm": r"(?P<rhythm>(?:once )?(?:every|each|a|per) (?:week|month)|weekly|monthly)\b",
        "of_month": r"(?:of|in) (?:(?:the|each|every|a) )?month\b",
        "ordinal": (
            rf"(?:(?P<word>{'|'.join(_ORDINALS)}|last)\b|(?P<number>\d{{1,2}})(?:st|nd|rd|th)\b\.?"
            r"|(?P<dotted>\d{1,2})\.(?!\d| ?[ap]\.?m\b)"
            r"|(?:on the|on|the) (?P<bare>\d{1,2})(?![\w:.]| ?[ap]\.?m\b))(?!-)"
        ),
        "every_day": r"(?:every ?day|daily|days?)\b",
        "weekdays": r"(?:week ?days?|work(?:ing)?[ -]?days?|business[ -]days?)\b",
        "weekend": r"week ?ends?\b",
        "span": rf"(?P<first>{_NAME}) ?(?:-|to|thru|through|till?|until) ?(?P<last>{_NAME})",
        "one": rf"(?P<name>{_NAME})",
    }.items()
}
#: Words to look for where one is misspelt.
DAY_WORDS = (*NAMES, "weekdays", "daily", "weekly", "monthly", "weekend", "last", "first", "second", "third")


def weekday(word: str) -> int | None:
    """Its number, Monday being 0; ``None`` for what only begins like one."""
    name = word.casefold().strip(".").rstrip("s")
    return next((number for number, day in enumerate(NAMES) if day.startswith(name)), None)


class SaidDays:
    """What was said of days so far, word by word."""

    def __init__(self) -> None:
        self._weekly: set[int] = set()
        self._monthly: set[MonthDay | NthWeekday] = set()
        #: Ordinals, and how they were written, that a weekday may still follow.
        self._open: dict[int, str] = {}
        self._rhythm = ""

    def take(self, kind: str, match: re.Match[str]) -> tuple[str, str] | None:
        """Take words of a kind of :data:`DAYS`; where they make no sense, they and the nearest that do."""
        wrong: tuple[str, str] | None = getattr(self, f"_take_{kind}")(match)
        return wrong

    def close(self) -> None:
        """Something else than days follows."""
        self._monthly |= {MonthDay(number) for number in self._open}
        self._open = {}

    def days(self) -> Days | None:
        """The days that were said; ``None`` where nothing was."""
        self.close()
        if self._monthly:
            return Monthly.of(*self._monthly)
        if self._weekly:
            return Weekly(tuple(sorted(self._weekly)))
        return {"": None, "week": Weekly((0,)), "month": Monthly.of(MonthDay(1))}[self._rhythm]

    def clash(self) -> tuple[str, str, str] | None:
        """What contradicts itself, and the two ways that it may be meant."""
        self.close()
        weekly = days_text(Weekly(tuple(sorted(self._weekly)))) if self._weekly else ""
        if self._weekly and self._monthly:
            monthly = days_text(Monthly.of(*self._monthly))
            return f"{weekly} {monthly}", monthly, weekly
        if self._weekly and self._rhythm == "month":
            first = next(iter(sorted(self._weekly)))
            given = f"monthly on {weekly}"
            name = "weekday" if weekly == "weekdays" else NAMES[first][:3]
            return given, f"1st {name}", f"last {name}"
        if self._monthly and self._rhythm == "week":
            monthly = days_text(Monthly.of(*self._monthly))
            return f"weekly on {monthly}", monthly, ""
        return None

    def _take_rhythm(self, match: re.Match[str]) -> None:
        self._rhythm = "week" if "week" in match["rhythm"].casefold() else "month"

    def _take_of_month(self, match: re.Match[str]) -> None:
        self.close()

    def _take_ordinal(self, match: re.Match[str]) -> tuple[str, str] | None:
        word = (match["word"] or "").casefold()
        if word:
            number = LAST if word == "last" else _ORDINALS.index(word) + 1
        else:
            number = int(match["number"] or match["dotted"] or match["bare"])
        if number != LAST and not 1 <= number <= 31:
            return match[0], "last day" if number else "1st"
        if max(number, *self._open, 0) > _MOST_NTH:  # of these, no weekday has so many in a month
            self.close()
        self._open[number] = match[0]
        return None

    def _take_every_day(self, match: re.Match[str]) -> None:
        if self._open:
            self.close()
        else:
            self._weekly |= set(EVERY_DAY.days)

    def _take_weekdays(self, match: re.Match[str]) -> tuple[str, str] | None:
        return self._nth(WEEKDAYS.days, match[0])

    def _take_weekend(self, match: re.Match[str]) -> None:
        self._weekly |= {5, 6}

    def _take_span(self, match: re.Match[str]) -> tuple[str, str] | None:
        first, last = weekday(match["first"]), weekday(match["last"])
        if first is None or last is None:
            return match[0], "-".join(_nearest(match[part]) for part in ("first", "last"))
        self._weekly |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
        return None

    def _take_one(self, match: re.Match[str]) -> tuple[str, str] | None:
        day = weekday(match["name"])
        return (match[0], _nearest(match[0])) if day is None else self._nth((day,), match[0])

    def _nth(self, days: tuple[int, ...], given: str) -> tuple[str, str] | None:
        """A weekday, or all of them, behind the ordinals that wait for one."""
        if not self._open:
            self._weekly |= set(days)
            return None
        ordinals, self._open = self._open, {}
        if wrong := [word for number, word in ordinals.items() if number >= _MOST_NTH]:
            return f"{wrong[0]} {given}", f"last {_names(days)}"
        self._monthly |= {NthWeekday(number, days) for number in ordinals}
        return None


def days_text(days: Days) -> str:
    """The days as they can be typed."""
    if days == EVERY_DAY:
        return "every day"
    if days == WEEKDAYS:
        return "weekdays"
    if isinstance(days, Weekly):
        return ",".join(NAMES[day][:3] for day in days.days)
    return ",".join(_month_day(day) for day in days.on)


def _nearest(name: str) -> str:
    """The weekday that a word with its first three letters stands for."""
    return next(day for day in NAMES if day.startswith(name[:3].casefold()))


def _month_day(day: MonthDay | NthWeekday) -> str:
    if isinstance(day, NthWeekday):
        return f"{_ordinal(day.nth)} {_names(day.weekdays)}"
    return "last day" if day.number == LAST else _ordinal(day.number)


def _names(days: tuple[int, ...]) -> str:
    return "weekday" if days == WEEKDAYS.days else NAMES[days[0]][:3]


def _ordinal(number: int) -> str:
    if number == LAST:
        return "last"
    teens = number in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
