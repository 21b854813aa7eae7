"""What people type for a picture: ``chart``, and a line that asks for activity."""

from collections.abc import Callable
from dataclasses import replace

from bot.core.errors import BadCommand, Problem
from bot.core.typed.commands import Command, ShowActivity, ShowChart
from bot.core.typed.filtertext import read_filters

__all__ = ["read_chart"]

#: What is drawn where nothing is said: seven days, on any day of the week.
DEFAULT = "since 7d"


def read_chart(rest: str, parse: Callable[[str], Command]) -> ShowChart:
    """``chart [period] [filters]``. Raises :class:`BadCommand`; what may have been meant is a chart again."""
    line = rest if read_filters(rest).words else f"{DEFAULT} {rest}".strip()
    try:
        command = parse(line)
    except BadCommand as bad:
        problems = (_of_chart(problem) for problem in bad.problems)
        raise BadCommand(*problems, categories=bad.categories, saved=bad.saved) from None
    if not isinstance(command, ShowActivity):
        raise BadCommand(Problem("chart-what", rest, f"chart {DEFAULT}"))
    return ShowChart(line, command)


def _of_chart(problem: Problem) -> Problem:
    if problem.part:
        return problem
    near, other = (text and f"chart {text}" for text in (problem.nearest, problem.other))
    return replace(problem, nearest=near, other=other)
