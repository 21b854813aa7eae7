"""What buttons, menus and the ids of blocks carry, and bring back when they are used."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from bot.core.filters import Style
from bot.core.requests import FIRST, Page
from bot.core.window import Mark, Window

__all__ = ["REFRESH", "SNOOZES", "Asked", "block_id", "marks", "owned", "owner_of", "pair", "read_marks"]

#: Until when one can snooze by the menu.
SNOOZES = ("1d", "mon", "1w", "2w")
#: The menu's option that asks for the same page once more; the others are styles.
REFRESH = "refresh"
_VERSION = "1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Two digits at a time: a page has dozens of such numbers.
_PAIRS = [f"{high}{low}" for high in _DIGITS for low in _DIGITS]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a button carries it, with its absolute window: it works after a restart, on any day."""

    text: str
    page: Page = FIRST

    def encode(self) -> str:
        """At most 58 characters more than the text."""
        window, style, after = self.page.window, self.page.style, self.page.after
        place = f"{self.page.offset}|{marks(after) if after else ''}"
        return f"{_ends(window)}|{place}|{style[0] if style else ''}|{self.text}"

    @classmethod
    def decode(cls, value: str) -> "Asked":
        """What :meth:`encode` made. Raises :class:`ValueError`."""
        ends, offset, after, style, text = value.split("|", 4)
        window = None if ends == "-" else Window(*map(_moment, pair(ends, ".")))
        styles = {each[0]: each for each in Style}
        if not re.fullmatch(r"\d{1,9}", offset, re.ASCII) or style not in ("", *styles):
            raise ValueError("no page")
        return cls(text, Page(int(offset), window, styles.get(style), next(read_marks(after), None)))


def owned(owner: str, value: str = "") -> str:
    """A button's value that counts for its owner alone."""
    return f"{_VERSION}|{owner}|{value}"


def marks(*shown: Mark) -> str:
    """Rows as they were shown, in few characters each."""
    return ",".join(f"{_base36(each.time)}.{_digits(each.company_id)}" for each in shown)


def block_id(number: int, value: str) -> str:
    """The id of a block whose menu asks about a question, which ``value`` holds.

    ``number`` tells it from the message's others.
    """
    return f"{number}~{value}"


def owner_of(value: str) -> tuple[str, str]:
    """Whose it is, and the rest, of what :func:`owned` made. Raises :class:`ValueError`."""
    version, owner, carried = value.split("|", 2)
    if version != _VERSION or not owner:
        raise ValueError("a button of another version")
    return owner, carried


def pair(text: str, separator: str) -> tuple[str, str]:
    """Both sides of a separator that must be there. Raises :class:`ValueError`."""
    first, found, second = text.partition(separator)
    if not found:
        raise ValueError("half of a pair is missing")
    return first, second


def read_marks(text: str) -> Iterator[Mark]:
    """What :func:`marks` made. Raises :class:`ValueError`."""
    for each in filter(None, text.split(",")):
        time, company_id = pair(each, ".")
        yield Mark(_moment(time), _number(company_id))


@lru_cache(maxsize=64)
def _ends(window: Window | None) -> str:
    """From when to when: the same in all buttons of a page."""
    return "-" if window is None else f"{_base36(window.start)}.{_base36(window.end)}"


def _base36(moment: datetime | None) -> str:
    """Microseconds since 1970 in few characters; ``""`` for no moment."""
    if moment is None:
        return ""
    since = moment - _EPOCH
    return _digits((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def _digits(number: int) -> str:
    left, digits = abs(number), ""
    while left:
        left, pair = divmod(left, 36 * 36)
        digits = _PAIRS[pair] + digits
    return f"{'-' if number < 0 else ''}{digits.lstrip('0') or '0'}"


def _moment(text: str) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=_number(text)) if text else None
    except OverflowError:
        raise ValueError("no moment") from None


def _number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9a-z]{1,12}", text, re.ASCII):
        raise ValueError("no number")
    return int(text, 36)
