"""A line about a digest: ``digest at 08:00 weekdays``, ``digest snooze until fri``."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from bot.core.channeldigest import Grouping, Layout
from bot.core.digest import WhenEmpty
from bot.core.errors import BadCommand, Problem
from bot.core.filters import EVERYTHING, of_one_reader
from bot.core.typed.digestcommands import (
    AddTimes,
    DigestCommand,
    DropTimes,
    OpenDigestForm,
    PreviewDigest,
    ProveDigest,
    SetDigest,
    ShowDigest,
    ShowHistory,
    SnoozeDigest,
    SwitchDigest,
    TestDigest,
)
from bot.core.typed.scheduletext import DEFAULT, parse_added, parse_dropped, read_line
from bot.core.typed.spelling import nearest

__all__ = [
    "OF_CHANNELS",
    "READERS",
    "Said",
    "alone",
    "read_digest",
    "read_said",
    "read_settings",
    "typable",
]

Kind = TypeVar("Kind")

#: What can be said among the words of a schedule, as ``key:value``: the field of :class:`SetDigest`, and what
#: each value means. The first two are the ones to be told.
Choices = Mapping[str, tuple[str, Mapping[str, object]]]
OF_ANY: Choices = {
    "empty": (
        "when_empty",
        {
            "note": WhenEmpty.NOTE,
            "silent": WhenEmpty.SILENT,
            "line": WhenEmpty.NOTE,
            "nothing": WhenEmpty.SILENT,
        },
    ),
}
OF_CHANNELS: Choices = {
    **OF_ANY,
    "group": ("grouping", {str(each): each for each in Grouping}),
    "layout": ("layout", {str(each): each for each in Layout}),
    "guests": ("guests", {"allow": True, "refuse": False}),
    "quorum": ("quorum", {str(percent): percent for percent in range(101)}),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A line about a digest on its way to a command: what was typed, and what of it is left to be read."""

    typed: str
    more: str
    #: What stands before it in a line that can be typed.
    prefix: str = "digest"
    choices: Choices = field(default_factory=lambda: OF_ANY)
    #: Reads whole lines, to see whether what is suggested can be typed; ``None`` for those of one's own.
    reads: Callable[[str, str], object] | None = None

    @property
    def is_of_channel(self) -> bool:
        """Whether it is about a channel's digest, which has many readers."""
        return self.choices is OF_CHANNELS

    def first_that_reads(self, *lines: str) -> str:
        """The first of the lines that can be typed; ``""`` where none can."""
        for line in filter(None, map(str.strip, lines)):
            word, _, rest = line.partition(" ")
            with suppress(BadCommand):
                (self.reads or read_digest)(word, rest)
                return line
        return ""

    def line(self, rest: str) -> str:
        """A line that can be typed."""
        return f"{self.prefix} {rest}".rstrip()


def read_digest(word: str, rest: str) -> DigestCommand:
    """What stands behind ``digest``. Raises :class:`BadCommand` with every problem."""
    return read_said(Said(word, rest))


def read_said(said: Said) -> DigestCommand:
    """What is said of a digest, one's own or a channel's. Raises :class:`BadCommand` with every problem."""
    what, _, more = said.more.partition(" ")
    if not what:
        return OpenDigestForm()
    if reader := READERS.get(what.casefold()):
        its = replace(said, typed=f"{said.typed} {what}", more=more.strip())
        try:
            return reader(its)
        except BadCommand as bad:
            raise typable(bad, said, what) from None
    try:
        return read_settings(said)  # the word "at" may be left out
    except BadCommand:
        near = nearest(what.casefold(), READERS)
        if near and not what[:1].isdigit():
            lines = (said.line(f"{near} {more}"), said.line(near), said.line(f"{near} 08:00"))
            meant = said.first_that_reads(*lines)
            raise BadCommand(Problem("digest-what", f"{said.typed} {said.more}", meant)) from None
        raise


def typable(bad: BadCommand, said: Said, what: str) -> BadCommand:
    """The same; where a suggestion cannot be typed here, an example of ``what`` in its place."""
    example = _EXAMPLES.get(what.casefold(), "")

    def right(problem: Problem) -> Problem:
        if problem.part:
            return problem
        meant = said.first_that_reads(problem.nearest)
        if problem.nearest and not meant and example:
            meant = said.line(example)
        return replace(problem, nearest=meant, other=said.first_that_reads(problem.other))

    return BadCommand(*map(right, bad.problems), categories=bad.categories, saved=bad.saved)


def read_settings(said: Said) -> SetDigest:
    """Read it once, so that every problem is told before anything is asked or stored."""
    if not said.more:
        raise BadCommand(Problem("which-time", said.typed, said.line("at 08:00 weekdays")))
    chosen, text, problems = _chosen(said)
    try:
        if text or (not chosen and not problems):
            filter_ = read_line(text, form=said.line("at {}")).filter or EVERYTHING
            problems += of_one_reader(filter_) if said.is_of_channel else ()
    except BadCommand as bad:
        # Which countries there are is known to whoever knows their holidays.
        problems += (problem for problem in bad.problems if problem.code != "unknown-country")
        if problems:
            raise BadCommand(*problems, categories=bad.categories, saved=bad.saved) from None
    if problems:
        raise BadCommand(*problems)
    return SetDigest(text, **chosen)


def _chosen(said: Said) -> tuple[dict[str, Any], str, list[Problem]]:
    """The choices of a line, the rest of it, and what is wrong with the choices."""
    keys = "|".join(said.choices)
    pattern = re.compile(rf"(?:^|\s)(?P<key>{keys}):(?P<value>\S*)", re.IGNORECASE)
    chosen, problems = dict[str, Any](), list[Problem]()
    for match in pattern.finditer(said.more):
        key, value = match["key"].casefold(), match["value"].casefold().removesuffix("%")
        name, values = said.choices[key]
        if value in values:
            chosen[name] = values[value]
        else:
            problems.append(_no_choice(key, match["value"], tuple(values)))
    return chosen, " ".join(pattern.sub(" ", said.more).split()), problems


def _no_choice(key: str, given: str, values: tuple[str, ...]) -> Problem:
    if key == "quorum":
        return Problem("quorum-what", given, "quorum:50", part=True)
    near = nearest(given.casefold(), values) or values[0]
    return Problem(
        "choice-what", f"{key}:{given}", f"{key}:{near}", values[: 2 if key == "empty" else 3], part=True
    )


def _add(said: Said) -> AddTimes:
    parse_added(said.more, DEFAULT, form=said.line("add {}"))
    return AddTimes(said.more)


def _drop(said: Said) -> DropTimes:
    """Which times there are is known later; that these are times, now."""
    try:
        parse_dropped(said.more, DEFAULT, form=said.line("drop {}"))
    except BadCommand as bad:
        problems = [problem for problem in bad.problems if problem.code not in ("no-such-time", "last-time")]
        if problems:
            raise BadCommand(*problems) from None
    return DropTimes(said.more)


def _snooze(said: Said) -> SnoozeDigest:
    if not said.more:
        raise BadCommand(Problem("snooze-what", said.typed, said.line("snooze until mon")))
    if said.more.casefold() in ("off", "end", "over"):
        return SnoozeDigest("")
    return SnoozeDigest(said.more)


def _prove(said: Said) -> ProveDigest:
    if not said.more:
        return ProveDigest()
    try:
        return ProveDigest(date.fromisoformat(said.more))
    except ValueError:
        raise BadCommand(Problem("which-date", said.more, said.line("proof 2026-03-29"))) from None


def _history(said: Said) -> ShowHistory | ProveDigest:
    return _prove(said) if said.more else ShowHistory()


def alone(command: Kind) -> Callable[[Said], Kind]:
    """A reader of words that nothing follows."""

    def read(said: Said) -> Kind:
        if said.more:
            raise BadCommand(Problem("takes-nothing", f"{said.typed} {said.more}", said.typed))
        return command

    return read


READERS: Mapping[str, Callable[[Said], DigestCommand]] = {
    "at": read_settings,
    "add": _add,
    "drop": _drop,
    "remove": _drop,
    "on": alone(SwitchDigest(True)),
    "start": alone(SwitchDigest(True)),
    "resume": alone(SwitchDigest(True)),
    "off": alone(SwitchDigest(False)),
    "pause": alone(SwitchDigest(False)),
    "stop": alone(SwitchDigest(False)),
    "preview": alone(PreviewDigest()),
    "test": alone(TestDigest()),
    "when": alone(ShowDigest()),
    "status": alone(ShowDigest()),
    "show": alone(ShowDigest()),
    "snooze": _snooze,
    "proof": _prove,
    "history": _history,
}

#: What to type, where nothing is nearer.
_EXAMPLES = {
    "at": "at 08:00 weekdays",
    "add": "add 16:00",
    "drop": "drop 08:00",
    "remove": "drop 08:00",
}
