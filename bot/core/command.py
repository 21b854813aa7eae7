"""What people type: text to a command. Help, hints and the README's table come from ``VERBS``."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.core.errors import BadCommand, Problem
from bot.core.period import WEEKDAYS, LastLogout, Period, Since, Today, Week, Yesterday, parse_when

__all__ = [
    "VERBS",
    "Command",
    "Help",
    "LinkMe",
    "ShowActivity",
    "ShowMe",
    "UnlinkMe",
    "Verb",
    "normalise",
    "parse",
    "verb_named",
]


@dataclass(frozen=True, slots=True)
class ShowActivity:
    """The latest activity on my companies in a period."""

    period: Period


@dataclass(frozen=True, slots=True)
class LinkMe:
    """Link my SuperOffice user."""


@dataclass(frozen=True, slots=True)
class UnlinkMe:
    """Delete my link."""


@dataclass(frozen=True, slots=True)
class ShowMe:
    """As whom am I linked, and what is stored."""


@dataclass(frozen=True, slots=True)
class Help:
    """What one can type, or how one verb works."""

    verb: str = ""


Command = ShowActivity | LinkMe | UnlinkMe | ShowMe | Help


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of the command: how it is written, and how the rest of its line is read.

    What it does, in words, is ``verb.<name>``; more about it is ``verb.<name>.more``.
    """

    name: str
    read: Callable[[str], Command]
    argument: str = ""
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """The verb with its argument, such as ``since <when>``."""
        return f"{self.name} {self.argument}".rstrip()


def parse(text: str) -> Command:
    """Read what follows the slash command's name. Raises :class:`BadCommand` with every problem."""
    line = normalise(text)
    if not line:
        return ShowActivity(Today())
    word, _, rest = line.partition(" ")
    verb = verb_named(word)
    if verb is None:
        raise BadCommand(Problem("unknown-verb", line, _nearest_verb(word, rest)))
    return verb.read(rest)


def normalise(text: str) -> str:
    """Lower case, plain quotes, single spaces: what phones and copied text do to a command, undone."""
    plain = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY)
    visible = "".join(char for char in plain if char.isspace() or unicodedata.category(char)[0] != "C")
    return re.sub(r"[\s,]+", " ", visible).strip(" ,.").casefold()


def verb_named(word: str) -> Verb | None:
    """The verb with this name or alias."""
    return next((verb for verb in VERBS if word == verb.name or word in verb.aliases), None)


_TYPOGRAPHY = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})


def _nearest_verb(word: str, rest: str) -> str:
    """The verb that was probably meant: ``monday`` for ``since monday`` as well as ``tody`` for ``today``."""
    if parse_when(f"{word} {rest}".strip()):
        return f"since {word} {rest}".strip()
    names = [name for verb in VERBS for name in (verb.name, *verb.aliases)]
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    return near[0] if near else _nearest_when(f"{word} {rest}".strip()) if rest else ""


def _alone(command: Command, name: str) -> Callable[[str], Command]:
    """A reader of a verb that takes nothing more."""

    def read(rest: str) -> Command:
        if rest:
            raise BadCommand(Problem("takes-nothing", f"{name} {rest}", name))
        return command

    return read


def _since(rest: str) -> Command:
    if not rest:
        raise BadCommand(Problem("since-what", "since", "since monday"))
    if rest in ("today", "midnight"):
        return ShowActivity(Today())
    when = parse_when("1d" if rest == "yesterday" else rest)
    if when is None:
        raise BadCommand(Problem("unknown-when", rest, _nearest_when(rest)))
    return ShowActivity(Since(when))


def _nearest_when(rest: str) -> str:
    """What can be asked instead of a span that is clear to people, or misspelt."""
    near = get_close_matches(rest, (*WEEKDAYS, "yesterday"), n=1, cutoff=0.6)
    if near:
        return f"since {near[0]}"
    if clock := re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.?m\.?", rest):
        hour = int(clock[1]) % 12 + (12 if clock[3] == "p" else 0)
        return f"since {hour:02}:{clock[2] or '00'}"
    if date := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", rest):
        return f"since {date[3]}-{int(date[2]):02}-{int(date[1]):02}"
    spans = {
        "hour": "1h",
        "minute": "1h",
        "day": "1d",
        "week": "7d",
        "month": "30d",
        "year": "365d",
        "now": "1h",
    }
    return next((f"since {span}" for word, span in spans.items() if word in rest), "")


def _help(rest: str) -> Command:
    if not rest:
        return Help()
    verb = verb_named(rest.partition(" ")[0])
    if verb is None:
        raise BadCommand(Problem("unknown-verb", rest, _nearest_verb(rest, "")))
    return Help(verb.name)


VERBS: tuple[Verb, ...] = (
    Verb("today", _alone(ShowActivity(Today()), "today")),
    Verb("yesterday", _alone(ShowActivity(Yesterday()), "yesterday")),
    Verb("since", _since, "<when>", ("since monday", "since 3d", "since 08:30", "since 2026-11-01")),
    Verb("week", _alone(ShowActivity(Week()), "week")),
    Verb("catchup", _alone(ShowActivity(LastLogout()), "catchup"), aliases=("catch-up",)),
    Verb("link", _alone(LinkMe(), "link"), aliases=("connect", "login", "signin")),
    Verb("unlink", _alone(UnlinkMe(), "unlink"), aliases=("disconnect", "logout", "signout")),
    Verb("me", _alone(ShowMe(), "me"), aliases=("whoami", "status")),
    Verb("help", _help, "[verb]", ("help since",)),
)
