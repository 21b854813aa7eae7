"""What stands behind ``filter save`` and ``filter remove``: a name, and the filters to save under it."""

import re

from bot.core.errors import BadCommand, Problem
from bot.core.filters import Filter
from bot.core.typed.filterkeys import KEYS
from bot.core.typed.filtertext import Typed, first_filter, read_filters
from bot.core.typed.spelling import comparable

__all__ = ["filter_name", "read_saved", "wrong_filters"]

_NAME = re.compile(r"\w[\w-]{0,31}")
#: A name and filters that can be typed as they stand.
_EXAMPLE = "filter save vip not:me"
#: The name that stands in where none was typed.
_SOME_NAME = "my-filter"


def filter_name(text: str, form: str) -> str:
    """The name of a filter. Raises :class:`BadCommand` with the nearest name, put into ``form``."""
    name = comparable(text.strip("\"' "))
    if not _NAME.fullmatch(name):
        near = re.sub(r"[\W_]+", "-", name).strip("-")[:32].strip("-")
        raise BadCommand(Problem("filter-name", text, near and form.format(near)))
    return name


def read_saved(line: str) -> tuple[str, Filter]:
    """The name and the filters of a line such as ``vip not:me``. Raises :class:`BadCommand`."""
    at = first_filter(line)
    head, filters = line[:at].strip(" ,"), line[at:]
    if not head:
        near = (
            f"filter save {_SOME_NAME} {filters}"
            if filters and not wrong_filters(read_filters(filters))
            else ""
        )
        raise BadCommand(Problem("filter-save-what", nearest=near or _EXAMPLE))
    is_quoted = head[0] in "\"'"
    name, _, more = (head, "", "") if is_quoted or filters else head.partition(" ")
    typed = read_filters(f"{more} {filters}".strip())
    problems = wrong_filters(typed)
    good = filters if filters and not problems else "not:me"
    try:
        name = filter_name(name, f"filter save {{}} {good.replace('{', '{{').replace('}', '}}')}")
    except BadCommand as bad:
        problems = [*bad.problems, *(problem for problem in problems if problem.code != "no-filter")]
    if not problems:
        return name, typed.filter
    if [problem.code for problem in problems] == ["no-filter"]:
        problems = [Problem("no-filter", nearest=f"filter save {name} not:me")]
    raise typed.refused(*problems)


def wrong_filters(typed: Typed) -> list[Problem]:
    """What keeps these words from being filters; that there are none is a problem as well."""
    problems = list(typed.problems)
    if typed.behind:
        problems.append(typed.behind.problem(len(typed.behind.words)))
    elif typed.words:
        problems.append(Problem("not-a-filter", typed.words, known=tuple(key.usage for key in KEYS)))
    elif not typed.filtered:
        problems.append(Problem("no-filter"))
    return problems
