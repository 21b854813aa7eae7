"""What people type about their digest: ``digest at 08:00 weekdays``, ``digest snooze until fri``."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from bot.core.digest import WhenEmpty
from bot.core.errors import BadCommand, Problem
from bot.core.scheduletext import DEFAULT, parse_added, parse_dropped, read_line
from bot.core.spelling import nearest

__all__ = [
    "AddTimes",
    "DigestCommand",
    "DropTimes",
    "OpenDigestForm",
    "PreviewDigest",
    "ProveDigest",
    "SetDigest",
    "ShowDigest",
    "SnoozeDigest",
    "SwitchDigest",
    "TestDigest",
    "read_digest",
]


@dataclass(frozen=True, slots=True)
class OpenDigestForm:
    """Show a form with my digest's settings."""


@dataclass(frozen=True, slots=True)
class SetDigest:
    """Send me a digest then, or change what I have. The text is read again on top of that."""

    text: str
    when_empty: WhenEmpty | None = None


@dataclass(frozen=True, slots=True)
class AddTimes:
    """At these times, too."""

    text: str


@dataclass(frozen=True, slots=True)
class DropTimes:
    """At these times no more."""

    text: str


@dataclass(frozen=True, slots=True)
class SwitchDigest:
    """Stop it, or start it again."""

    on: bool


@dataclass(frozen=True, slots=True)
class PreviewDigest:
    """What would be sent now."""


@dataclass(frozen=True, slots=True)
class TestDigest:
    """Send me that now; it counts for nothing."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class ShowDigest:
    """When the next ones come, and what they hold."""


@dataclass(frozen=True, slots=True)
class SnoozeDigest:
    """None until then; ``""`` ends a snooze."""

    until: str


@dataclass(frozen=True, slots=True)
class ProveDigest:
    """What became of the digests of a date; ``None``: of the last ones."""

    day: date | None = None


DigestCommand = (
    OpenDigestForm
    | SetDigest
    | AddTimes
    | DropTimes
    | SwitchDigest
    | PreviewDigest
    | TestDigest
    | ShowDigest
    | SnoozeDigest
    | ProveDigest
)

_EMPTY = re.compile(r"(?:^|\s)empty:(?P<choice>\S*)", re.IGNORECASE)
_CHOICES = {
    "note": WhenEmpty.NOTE,
    "line": WhenEmpty.NOTE,
    "silent": WhenEmpty.SILENT,
    "nothing": WhenEmpty.SILENT,
}


def read_digest(word: str, rest: str) -> DigestCommand:
    """What stands behind ``digest``. Raises :class:`BadCommand` with every problem."""
    what, _, more = rest.partition(" ")
    if not what:
        return OpenDigestForm()
    if reader := _READERS.get(what.casefold()):
        try:
            return reader(f"{word} {what}", more.strip())
        except BadCommand as bad:
            raise _typable(bad, _EXAMPLES.get(what.casefold(), "")) from None
    try:
        return _set(word, rest)  # the word "at" may be left out
    except BadCommand:
        near = nearest(what.casefold(), _READERS)
        if near and not what[:1].isdigit():
            lines = (f"digest {near} {more}", f"digest {near}", f"digest {near} 08:00")
            raise BadCommand(Problem("digest-what", f"{word} {rest}", _first_that_reads(*lines))) from None
        raise


def _typable(bad: BadCommand, example: str) -> BadCommand:
    """The same; where a suggestion cannot be typed here, the ``example`` in its place."""

    def typable(problem: Problem) -> Problem:
        if problem.part:
            return problem
        nearest_ = _first_that_reads(problem.nearest) or (problem.nearest and example)
        return replace(problem, nearest=nearest_, other=_first_that_reads(problem.other))

    return BadCommand(*map(typable, bad.problems), categories=bad.categories, saved=bad.saved)


def _first_that_reads(*lines: str) -> str:
    """The first of the lines that can be typed; ``""`` where none can."""
    for line in filter(None, map(str.strip, lines)):
        word, _, rest = line.partition(" ")
        with suppress(BadCommand):
            read_digest(word, rest)
            return line
    return ""


def _set(said: str, more: str) -> SetDigest:
    """Read it once, so that every problem is told before anything is asked or stored."""
    if not more:
        raise BadCommand(Problem("which-time", said, "digest at 08:00 weekdays"))
    choices = [match["choice"].casefold() for match in _EMPTY.finditer(more)]
    text = " ".join(_EMPTY.sub(" ", more).split())
    problems = [_no_choice(choice) for choice in choices if choice not in _CHOICES]
    try:
        if text or not choices:
            read_line(text)
    except BadCommand as bad:
        # Which countries there are is known to whoever knows their holidays.
        problems += (problem for problem in bad.problems if problem.code != "unknown-country")
        if problems:
            raise BadCommand(*problems, categories=bad.categories, saved=bad.saved) from None
    if problems:
        raise BadCommand(*problems)
    return SetDigest(text, _CHOICES[choices[-1]] if choices else None)


def _no_choice(given: str) -> Problem:
    near = nearest(given, _CHOICES) or WhenEmpty.NOTE
    return Problem("empty-what", given, f"empty:{near}", (WhenEmpty.NOTE, WhenEmpty.SILENT), part=True)


def _add(said: str, more: str) -> AddTimes:
    parse_added(more, DEFAULT)
    return AddTimes(more)


def _drop(said: str, more: str) -> DropTimes:
    """Which times there are is known later; that these are times, now."""
    try:
        parse_dropped(more, DEFAULT)
    except BadCommand as bad:
        problems = [problem for problem in bad.problems if problem.code not in ("no-such-time", "last-time")]
        if problems:
            raise BadCommand(*problems) from None
    return DropTimes(more)


def _snooze(said: str, more: str) -> SnoozeDigest:
    if more.casefold() in ("off", "end", "over"):
        return SnoozeDigest("")
    return SnoozeDigest(more)


def _prove(said: str, more: str) -> ProveDigest:
    if not more:
        return ProveDigest()
    try:
        return ProveDigest(date.fromisoformat(more))
    except ValueError:
        raise BadCommand(Problem("which-date", more, "digest proof 2026-03-29")) from None


def _alone(command: DigestCommand) -> Callable[[str, str], DigestCommand]:
    def read(said: str, more: str) -> DigestCommand:
        if more:
            raise BadCommand(Problem("takes-nothing", f"{said} {more}", said))
        return command

    return read


_READERS: dict[str, Callable[[str, str], DigestCommand]] = {
    "at": _set,
    "add": _add,
    "drop": _drop,
    "remove": _drop,
    "on": _alone(SwitchDigest(True)),
    "start": _alone(SwitchDigest(True)),
    "resume": _alone(SwitchDigest(True)),
    "off": _alone(SwitchDigest(False)),
    "stop": _alone(SwitchDigest(False)),
    "preview": _alone(PreviewDigest()),
    "test": _alone(TestDigest()),
    "when": _alone(ShowDigest()),
    "status": _alone(ShowDigest()),
    "show": _alone(ShowDigest()),
    "snooze": _snooze,
    "proof": _prove,
}

#: What to type, where nothing is nearer.
_EXAMPLES = {
    "at": "digest at 08:00 weekdays",
    "add": "digest add 16:00",
    "drop": "digest drop 08:00",
    "remove": "digest drop 08:00",
}
