"""What people type: text to a command. Help, hints and the README's tables come from these definitions."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.core.errors import BadCommand, Problem
from bot.core.filters import EVERYTHING, Filter
from bot.core.filtertext import KEYS, Typed, read_filters
from bot.core.period import WEEKDAYS, LastLogout, Period, Since, Today, Week, Yesterday, parse_when
from bot.core.spelling import nearest, normalise

__all__ = [
    "MAX_LINE",
    "VERBS",
    "Command",
    "Help",
    "LinkMe",
    "ListFilters",
    "RemoveFilter",
    "SaveFilter",
    "ShowActivity",
    "ShowMe",
    "ShowMuted",
    "UnlinkMe",
    "Verb",
    "parse",
    "usage_hint",
    "verb_named",
]

#: The longest command, in characters: it travels in the ids of blocks, which hold 255.
MAX_LINE = 180


@dataclass(frozen=True, slots=True)
class ShowActivity:
    """The latest activity on my companies in a period, less what is filtered out."""

    period: Period
    filter: Filter = EVERYTHING


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
class ShowMuted:
    """Which companies I muted."""


@dataclass(frozen=True, slots=True)
class ListFilters:
    """Which filters I saved."""


@dataclass(frozen=True, slots=True)
class SaveFilter:
    """Save a filter under a name."""

    name: str
    filter: Filter


@dataclass(frozen=True, slots=True)
class RemoveFilter:
    """Forget a saved filter."""

    name: str


@dataclass(frozen=True, slots=True)
class Help:
    """What one can type, or how one verb works."""

    verb: str = ""


Command = (
    ShowActivity | LinkMe | UnlinkMe | ShowMe | ShowMuted | ListFilters | SaveFilter | RemoveFilter | Help
)


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
    #: It takes filters.
    filtered: bool = False
    #: It reads the rest of its line, filters included, itself.
    reads_filters: bool = False
    #: Its part of the hint that Slack shows, if not the name.
    hint: str = ""

    @property
    def usage(self) -> str:
        """The verb with its argument, such as ``since <when>``."""
        return f"{self.name} {self.argument}".rstrip()


@lru_cache(maxsize=1024)
def parse(text: str) -> Command:
    """Read what follows the slash command's name. Raises :class:`BadCommand` with every problem."""
    line = normalise(text)
    if len(line) > MAX_LINE:
        raise BadCommand(Problem("too-long", str(MAX_LINE)))
    first, _, rest = line.partition(" ")
    if (verb := verb_named(first)) and verb.reads_filters and not rest.startswith(":"):
        return verb.read(rest)
    typed = read_filters(line)
    problems = list(typed.problems)
    try:
        command = _of_words(typed)
    except BadCommand as bad:
        problems = [*bad.problems, *problems]
    if problems:
        raise BadCommand(*problems, categories=typed.filter.categories)
    return command


def _of_words(typed: Typed) -> Command:
    """The command that the words make, with the filter."""
    if typed.behind and not _says_itself(typed):
        before = typed.words.removesuffix(typed.behind).strip()
        _read_words(before)  # its own problems come first
        given = typed.quoted.replace('"', "")
        raise BadCommand(Problem("without-quotes", given, typed.quoted, part=True))
    command = _read_words(typed.words)
    if isinstance(command, ShowActivity):
        return replace(command, filter=typed.filter)
    if typed.filtered:
        raise BadCommand(Problem("takes-no-filters", typed.words, typed.words))
    return command


def _says_itself(typed: Typed) -> bool:
    """Whether the words behind a filter's value are the command, as in ``action:created since monday``."""
    if typed.words != typed.behind:
        return False
    return bool(verb_named(typed.words.partition(" ")[0]) or parse_when(typed.words.casefold()))


def _read_words(words: str) -> Command:
    if not words:
        return ShowActivity(Today())
    word, _, rest = words.partition(" ")
    verb = verb_named(word)
    if verb is None:
        raise BadCommand(Problem("unknown-verb", words, _nearest_verb(word, rest)))
    return verb.read(rest.replace(",", " ").casefold())


def verb_named(word: str) -> Verb | None:
    """The verb with this name or alias."""
    word = word.casefold()
    return next((verb for verb in VERBS if word == verb.name or word in verb.aliases), None)


def usage_hint() -> str:
    """What Slack shows while one types the command."""
    return " | ".join(verb.hint or verb.name for verb in VERBS)


def _nearest_verb(word: str, rest: str) -> str:
    """The verb that was probably meant: ``monday`` for ``since monday`` as well as ``tody`` for ``today``."""
    words = f"{word} {rest}".strip().casefold()
    if parse_when(words):
        return f"since {words}"
    near = nearest(word, [name for verb in VERBS for name in (verb.name, *verb.aliases)])
    if near == "since" and rest:
        return (
            f"since {rest.casefold()}"
            if parse_when(rest.casefold())
            else _nearest_when(rest) or "since monday"
        )
    return near or (_nearest_when(words) if rest else "")


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
    if near := nearest(rest, (*WEEKDAYS, "yesterday")):
        return f"since {near}"
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


def _filter(rest: str) -> Command:
    """``list``, ``save <name> <filters>``, ``remove <name>``."""
    what, _, more = rest.partition(" ")
    what = what.casefold()
    if what in ("", "list", "show"):
        return _alone(ListFilters(), "filter list")(more)
    if what in ("remove", "delete", "drop", "rm"):
        return RemoveFilter(_filter_name(more, "filter remove vip"))
    if what != "save":
        near = nearest(what, ("save", "list", "remove"))
        raise BadCommand(Problem("filter-what", f"filter {rest}", near and f"filter {near}"))
    name, _, filters = more.partition(" ")
    typed = read_filters(filters)
    problems = list(typed.problems)
    if typed.behind:
        given = typed.quoted.replace('"', "")
        problems.append(Problem("without-quotes", given, typed.quoted, part=True))
    elif typed.words:
        problems.append(Problem("not-a-filter", typed.words, known=tuple(key.usage for key in KEYS)))
    elif not typed.filtered:
        problems.append(Problem("no-filter", nearest=f"filter save {name or 'vip'} not:me"))
    if problems:
        raise BadCommand(*problems, categories=typed.filter.categories)
    return SaveFilter(_filter_name(name, "filter save vip not:me"), typed.filter)


def _filter_name(text: str, example: str) -> str:
    name = text.strip("\"'").casefold()
    if not re.fullmatch(r"\w[\w-]{0,31}", name):
        raise BadCommand(Problem("filter-name", text, example))
    return name


VERBS: tuple[Verb, ...] = (
    Verb("today", _alone(ShowActivity(Today()), "today"), filtered=True),
    Verb("yesterday", _alone(ShowActivity(Yesterday()), "yesterday"), filtered=True),
    Verb(
        "since",
        _since,
        "<when>",
        ("since monday", "since 3d", "since 08:30", "since 2026-11-01", "since 2w by:others top:20"),
        filtered=True,
        hint="since monday",
    ),
    Verb("week", _alone(ShowActivity(Week()), "week"), filtered=True),
    Verb(
        "catchup",
        _alone(ShowActivity(LastLogout()), "catchup"),
        aliases=("catch-up",),
        filtered=True,
    ),
    Verb(
        "filter",
        _filter,
        "save <name> <filters>",
        ('filter save vip category:"VIP Customer" not:me', "filter list", "filter remove vip"),
        aliases=("filters",),
        reads_filters=True,
    ),
    Verb("muted", _alone(ShowMuted(), "muted"), aliases=("mutes", "mute", "unmute")),
    Verb("link", _alone(LinkMe(), "link"), aliases=("connect", "login", "signin")),
    Verb("unlink", _alone(UnlinkMe(), "unlink"), aliases=("disconnect", "logout", "signout")),
    Verb("me", _alone(ShowMe(), "me"), aliases=("whoami", "status")),
    Verb("help", _help, "[verb]", ("help since", "help filter")),
)
