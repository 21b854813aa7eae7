"""Schedules as they are typed: ``08:00,16:00 weekdays in Europe/Oslo except holidays in NO``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import time
from typing import NamedTuple

from bot.core.errors import BadCommand, Problem
from bot.core.filters import Filter
from bot.core.schedule import MAX_TIMES, ChosenTime, Schedule
from bot.core.typed.filtertext import Behind, read_filters, written
from bot.core.typed.schedulewords import Said, Wrong, read_words, times_text
from bot.core.typed.spelling import normalise

__all__ = [
    "DEFAULT",
    "ScheduleLine",
    "parse",
    "parse_added",
    "parse_dropped",
    "read_line",
    "restored",
    "schedule_text",
    "stored",
]

#: What is meant where nobody said anything else.
DEFAULT = Schedule.at(time(8))
_STORED = re.compile(r"(?P<times>\S+) (?P<rest>.+) #(?P<next>\d+)")

#: The names of the countries with known holidays, by their codes; ``None`` where any code will do.
Countries = Mapping[str, str] | None


class ScheduleLine(NamedTuple):
    """What stands behind ``digest at``: a schedule, and its filters, ``None`` where there are none."""

    schedule: Schedule
    filter: Filter | None


def schedule_text(schedule: Schedule) -> str:
    """A schedule for people, as it can be typed. :func:`parse` reads it back, with new ids."""
    times = tuple(chosen.time for chosen in schedule.times)
    return Said(times, schedule.days, schedule.zone, schedule.country).text


def stored(schedule: Schedule) -> str:
    """A schedule with its ids, for the database, such as ``08:00#1,16:00#3 weekdays #4``."""
    times = ",".join(f"{chosen.time:%H:%M}#{chosen.id}" for chosen in schedule.times)
    rest = Said((), schedule.days, schedule.zone, schedule.country).text
    return f"{times} {rest} #{schedule.next_id}"


def restored(text: str) -> Schedule:
    """What :func:`stored` wrote. Raises :class:`ValueError` for anything else."""
    match = _STORED.fullmatch(text)
    said, wrong = read_words(match["rest"]) if match else (Said(), ())
    if match is None or wrong or not said.days:
        raise ValueError("no stored schedule")
    pairs = (each.split("#") for each in match["times"].split(","))
    times = tuple(ChosenTime(time.fromisoformat(at), int(id_)) for at, id_ in pairs)
    return Schedule(times, said.days, said.zone or None, said.country or None, int(match["next"]))


def parse(
    text: str, base: Schedule | None = None, *, form: str = "digest at {}", countries: Countries = None
) -> Schedule:
    """What ``text`` says, on top of ``base``, whose times keep their ids as in :meth:`Schedule.replacing`.

    What it does not say stays; without ``base`` it is as in :data:`DEFAULT`. Raises :class:`BadCommand` with
    every problem; the nearest valid schedule is put into ``form``.
    """
    said, problems = _read(normalise(text), form, "", countries)
    if problems:
        raise BadCommand(*problems)
    return _on_top(said, base)


def read_line(
    line: str, base: Schedule | None = None, *, form: str = "digest at {}", countries: Countries = None
) -> ScheduleLine:
    """A schedule with filters among or behind its words: ``08:00 weekdays category:vip style:compact``.

    Raises :class:`BadCommand` as :func:`parse` does, with what is wrong with the filters as well.
    """
    typed = read_filters(normalise(line))
    words, problems = typed.words, list(typed.problems)
    if typed.behind and (count := _belonging(typed.behind)):
        problems.insert(0, typed.behind.problem(count))
        words = _without(words, typed.behind.words, count)
    filters = written(typed.filter) if typed.filtered and not problems else ""
    said, found = (Said(), []) if typed.filtered and not words else _read(words, form, filters, countries)
    if found or problems:
        raise typed.refused(*found, *problems)
    return ScheduleLine(_on_top(said, base), typed.filter if typed.filtered else None)


def parse_added(text: str, base: Schedule, *, form: str = "digest add {}") -> Schedule:
    """``base`` with the times of ``text`` as well. Raises :class:`BadCommand`."""
    times = _times(text, form)
    count = len(base.times) + len(set(times) - {chosen.time for chosen in base.times})
    if count > MAX_TIMES:
        raise BadCommand(Problem("too-many-times", str(count)))
    return base.adding(times)


def parse_dropped(
    text: str, base: Schedule, *, form: str = "digest drop {}", off: str = "digest off"
) -> Schedule:
    """``base`` without the times of ``text``. Raises :class:`BadCommand`; for the last, ``off`` is meant."""
    times = _times(text, form)
    has = [chosen.time for chosen in base.times]
    problems = [_no_such_time(at, has, form) for at in times if at not in has]
    if not problems and set(times) >= set(has):
        problems = [Problem("last-time", times_text(times), off)]
    if problems:
        raise BadCommand(*problems)
    return base.dropping(times)


def _no_such_time(at: time, has: Sequence[time], form: str) -> Problem:
    near = min(has, key=lambda other: abs((other.hour - at.hour) * 60 + other.minute - at.minute))
    known = tuple(f"{each:%H:%M}" for each in has)
    return Problem("no-such-time", f"{at:%H:%M}", form.format(f"{near:%H:%M}"), known)


def _times(text: str, form: str) -> tuple[time, ...]:
    """The times of a line that has nothing else."""
    said, wrong = read_words(normalise(text))
    problems = _problems(said, wrong, form, "")
    if not problems and not said.times:
        problems = [Problem("which-time", said.text, form.format("16:00"))]
    if not problems and (rest := replace(said, times=()).text):
        problems = [Problem("only-times", rest, form.format(times_text(said.times)))]
    if problems:
        raise BadCommand(*problems)
    return said.times


def _on_top(said: Said, base: Schedule | None) -> Schedule:
    if base is None:
        base = Schedule.at(*said.times) if said.times else DEFAULT
    schedule = base.replacing(said.times) if said.times else base
    return replace(
        schedule,
        days=said.days or base.days,
        zone=base.zone if said.zone is None else said.zone or None,
        country=base.country if said.country is None else said.country or None,
    )


def _read(words: str, form: str, filters: str, countries: Countries) -> tuple[Said, list[Problem]]:
    said, wrong = read_words(words, countries)
    problems = _problems(said, wrong, form, filters)
    if said == Said() and not problems:
        return said, [Problem("schedule-what", words, form.format(schedule_text(DEFAULT)))]
    if len(said.times) > MAX_TIMES:
        problems.append(Problem("too-many-times", str(len(said.times))))
    return said, problems


def _problems(said: Said, wrong: Iterable[Wrong], form: str, filters: str) -> list[Problem]:
    """One that stands alone comes with all of the line put right, several each with its own part."""
    wrong = tuple(wrong)
    if len(wrong) > 1:
        return [Problem(code, given, fix, part=True, other=other) for code, given, fix, other in wrong]
    problems = []
    for code, given, *fixes in wrong:
        lines = [_right(said, fix) for fix in fixes if fix] or [_right(said, "")]
        first, second = (*(form.format(f"{line} {filters}".rstrip()) for line in lines), "")[:2]
        problems.append(Problem(code, given, first, other=second))
    return problems


def _right(said: Said, fix: str) -> str:
    """What was said with what was meant, as one line that can be read."""
    for line in (f"{said.text} {fix}", fix, said.text):
        read, wrong = read_words(line)
        if read != Said() and not wrong:
            return read.text
    return schedule_text(DEFAULT)


def _belonging(behind: Behind) -> int:
    """How many of the words behind a filter's value belong to it: as few as leave words of a schedule."""
    for count in range(len(behind.words)):
        said, wrong = read_words(" ".join(behind.words[count:]))
        if said != Said() and not wrong:
            return count
    return len(behind.words)


def _without(words: str, behind: tuple[str, ...], count: int) -> str:
    """The words less the first ``count`` of those behind a value."""
    every = words.split(" ")
    start = next(at for at in range(len(every)) if tuple(every[at : at + len(behind)]) == behind)
    return " ".join((*every[:start], *every[start + count :]))
