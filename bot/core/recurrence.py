"""Which days a schedule chooses: days of the week, or days of the month."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

__all__ = ["EVERY_DAY", "LAST", "WEEKDAYS", "Days", "MonthDay", "Monthly", "NthWeekday", "Weekly"]

#: The last one of a month.
LAST = -1


@dataclass(frozen=True, slots=True)
class Weekly:
    """Days of the week: Monday is 0. In order, each once, at least one."""

    days: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.days or list(self.days) != sorted(set(self.days) & set(range(7))):
            raise ValueError("days of the week, in order")

    def includes(self, day: date) -> bool:
        """Whether ``day`` is one of them."""
        return day.weekday() in self.days


@dataclass(frozen=True, slots=True)
class MonthDay:
    """The day of the month, or ``LAST``. A month that is too short for it has it on its last day."""

    number: int

    def __post_init__(self) -> None:
        if self.number != LAST and not 1 <= self.number <= 31:
            raise ValueError("a day of the month")

    def is_on(self, day: date) -> bool:
        """Whether it falls on ``day``."""
        length = monthrange(day.year, day.month)[1]
        return day.day == (length if self.number == LAST else min(self.number, length))


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The first to fourth, or ``LAST``, day of the month that is one of these days of the week."""

    nth: int
    weekdays: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.nth not in (1, 2, 3, 4, LAST):
            raise ValueError("a fifth one is not in every month")
        Weekly(self.weekdays)

    def is_on(self, day: date) -> bool:
        """Whether it falls on ``day``."""
        length = monthrange(day.year, day.month)[1]
        numbers = range(1, length + 1)
        fit = [n for n in numbers if (day.weekday() + n - day.day) % 7 in self.weekdays]
        return day.day == fit[self.nth if self.nth == LAST else self.nth - 1]


@dataclass(frozen=True, slots=True)
class Monthly:
    """Days of the month, at least one. Two that fall on one day choose it once."""

    on: tuple[MonthDay | NthWeekday, ...]

    def __post_init__(self) -> None:
        if list(self.on) != sorted(set(self.on), key=_order) or not self.on:
            raise ValueError("days of the month, in order")

    @classmethod
    def of(cls, *on: MonthDay | NthWeekday) -> "Monthly":
        """In order, each once."""
        return cls(tuple(sorted(set(on), key=_order)))

    def includes(self, day: date) -> bool:
        """Whether ``day`` is one of them."""
        return any(each.is_on(day) for each in self.on)


def _order(day: MonthDay | NthWeekday) -> tuple[int, int, tuple[int, ...]]:
    """Weekdays first: so each is written next to its own ordinal."""
    if isinstance(day, NthWeekday):
        return 0, day.nth % 9, day.weekdays
    return 1, day.number % 99, ()


Days = Weekly | Monthly

EVERY_DAY = Weekly(tuple(range(7)))
WEEKDAYS = Weekly(tuple(range(5)))
