"""The form of a digest: its settings, each as it can be typed, and what is wrong with them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.core.errors import Problem
from bot.core.filters import of_one_reader
from bot.core.replies.digests import DigestForm
from bot.core.typed.command import MAX_LINE
from bot.core.typed.filtertext import read_filters
from bot.core.typed.savedtext import wrong_filters
from bot.core.typed.schedulewords import read_words
from bot.core.typed.spelling import normalise

__all__ = ["form_problems"]


def form_problems(form: DigestForm) -> dict[str, Problem]:
    """The first thing that is wrong with each field, by its name.

    Each is read by itself: what is typed into one never says anything of another.
    """
    found = {
        "days": _of_words(",".join(form.days), "days"),
        "zone": _of_words(form.zone and f"in {form.zone}", "zone"),
        "country": _of_words(form.country and f"except holidays in {form.country}", "country"),
        "filter": [*_of_filters(form), *_of_length(form)],
    }
    return {name: problems[0] for name, problems in found.items() if problems}


def _of_words(text: str, part: str) -> list[Problem]:
    """What is wrong with words of a schedule that are to say one part of it, and nothing else."""
    said, wrong = read_words(normalise(text))
    problems = [Problem(code, given, fix, part=True, other=other) for code, given, fix, other in wrong]
    if text and not problems and (other_parts := replace(said, **{part: None}).text):  # type: ignore[arg-type]
        problems.append(Problem("unknown-schedule", other_parts))
    return problems


def _of_filters(form: DigestForm) -> Iterator[Problem]:
    typed = read_filters(normalise(form.filter))
    yield from (problem for problem in wrong_filters(typed) if problem.code != "no-filter")
    if typed.filter.style:
        yield Problem("given-twice", "style:")
    if form.team:
        yield from of_one_reader(typed.filter)


def _of_length(form: DigestForm) -> Sequence[Problem]:
    """A channel's is passed on as it is: what can be typed into its fields is short enough."""
    length = 0 if form.team else len(normalise(form.line))
    return [Problem("too-long", str(length))] if length > MAX_LINE else []
