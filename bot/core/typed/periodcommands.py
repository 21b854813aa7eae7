"""What people type about a time of their own: ``since monday``; and lines that may have been meant."""

from collections.abc import Sequence

from bot.core.errors import BadCommand, Problem
from bot.core.period import Since, Today
from bot.core.typed.commands import Command, ShowActivity, ShowMuted
from bot.core.typed.whenmeant import meant_when
from bot.core.typed.whentext import parse_when

__all__ = ["read_muted", "read_since", "two_meant"]


def read_since(word: str, rest: str) -> Command:
    """``since <when>``. Raises :class:`BadCommand`."""
    when = rest.casefold()
    if not when:
        raise BadCommand(Problem("since-what", word, "since monday"))
    if when in ("today", "midnight"):
        return ShowActivity(Today())
    read = parse_when(when)
    if read is None:
        lines = meant_when(when)
        raise BadCommand(two_meant("two-meanings" if len(lines) > 1 else "unknown-when", rest, lines))
    return ShowActivity(Since(read))


def read_muted(word: str, rest: str) -> Command:
    """``muted``, and nothing more."""
    if rest:
        raise BadCommand(Problem("muted-by-menu", f"{word} {rest}", "muted"))
    return ShowMuted()


def two_meant(code: str, given: str, lines: Sequence[str]) -> Problem:
    """A problem with the first two of the lines that may have been meant."""
    first, second = (*lines, "", "")[:2]
    return Problem(code, given, first, other=second)
