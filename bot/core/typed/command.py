"""What people type: text to a command. Help, hints and the README's tables come from these definitions."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace

from bot.core.errors import BadCommand, Problem
from bot.core.period import LastLogout, Today, Week, Yesterday
from bot.core.typed.admincommands import read_admin
from bot.core.typed.channeltext import read_channel
from bot.core.typed.chartcommand import read_chart
from bot.core.typed.commands import (
    Command,
    ForgetMe,
    Help,
    ListFilters,
    RemoveFilter,
    SaveFilter,
    SendMyData,
    ShowActivity,
    ShowMe,
    UnlinkMe,
)
from bot.core.typed.digesttext import read_digest
from bot.core.typed.filterkeys import KEYS, key_named
from bot.core.typed.filtertext import Typed, quoted, read_filters
from bot.core.typed.linkcommand import read_link
from bot.core.typed.periodcommands import read_muted, read_since, two_meant
from bot.core.typed.savedtext import filter_name, read_saved
from bot.core.typed.spelling import nearest, normalise
from bot.core.typed.verb import Verb
from bot.core.typed.whenmeant import meant_when
from bot.core.typed.whentext import first_when, is_month, parse_when

__all__ = ["MAX_DONE", "MAX_LINE", "VERBS", "parse", "usage_hint", "verb_named"]

#: The longest command, in characters: it travels in the ids of blocks, which hold 255.
MAX_LINE = 180
#: The longest that a form or a button of this bot's says, in characters.
MAX_DONE = 1900


#: How many lines are being tried, each for what is wrong with another.
_TRIES: ContextVar[int] = ContextVar("tries", default=0)
MOST_TRIES = 2


def parse(text: str, most: int = MAX_LINE) -> Command:
    """Read what follows the slash command's name. Raises :class:`BadCommand` with every problem."""
    line = normalise(text)
    if len(line) > most:
        raise BadCommand(Problem("too-long", str(len(line))))
    first, _, rest = line.partition(" ")
    if (verb := verb_named(first)) and verb.reads_filters and not rest.startswith(":"):
        return verb.read(first, rest)
    typed = read_filters(line, verb_named)
    words, problems = typed.words, list(typed.problems)
    if typed.behind and (count := _belonging(typed)):
        problems.insert(0, typed.behind.problem(count))
        words = _without(words, typed.behind.words, count)
    try:
        command = _read_words(words, line)
    except BadCommand as bad:
        problems = [*bad.problems, *problems]
    else:
        if typed.filtered and isinstance(command, ShowActivity):
            command = replace(command, filter=typed.filter)
        elif typed.filtered:
            problems.insert(0, Problem("takes-no-filters", words, words))
    if problems:
        raise typed.refused(*problems)
    return command


def _belonging(typed: Typed) -> int:
    """How many of the words behind a filter's value belong to it; the command itself may follow."""
    words = typed.behind.words if typed.behind else ()
    if typed.words == " ".join(words) and parse_when(typed.words.casefold()) and not is_month(typed.words):
        return 0  # ``by:Ida monday``: the word ``since`` was forgotten
    for count in range(len(words)):
        verb = verb_named(words[count])
        if verb and verb.filtered and _reads(" ".join(words[count:])):
            return count
    return len(words)


def _without(words: str, behind: tuple[str, ...], count: int) -> str:
    """The words less the first ``count`` of those behind a value, which come last."""
    before = words.split()[: -len(behind)]
    return " ".join((*before, *behind[count:]))


def _read_words(words: str, line: str) -> Command:
    """The command that the words of a line make, without its filters."""
    if not words:
        return ShowActivity(Today())
    word, _, rest = words.partition(" ")
    verb = verb_named(word)
    if verb is None:
        raise BadCommand(two_meant("unknown-verb", words, _nearest_lines(words, line)))
    return verb.read(word, rest)


def verb_named(word: str) -> Verb | None:
    """The verb with this name or alias."""
    return _VERBS.get(word.casefold())


def usage_hint() -> str:
    """What Slack shows while one types the command."""
    return " | ".join(verb.hint or verb.name for verb in VERBS)


def _reads(line: str) -> bool:
    """Whether a line is a command; of one that is tried for another that is tried, nothing is suggested."""
    if (depth := _TRIES.get()) == MOST_TRIES:
        return False
    trying = _TRIES.set(depth + 1)
    try:
        parse(line)
    except BadCommand:
        return False
    finally:
        _TRIES.reset(trying)
    return True


def _nearest_lines(words: str, line: str) -> tuple[str, ...]:
    """What was probably meant: ``monday`` for ``since monday`` as well as ``tody`` for ``today``."""
    word, _, rest = words.casefold().partition(" ")
    if when := first_when(words.casefold()):
        return (f"since {when}",)
    if word.startswith("/"):  # the command's name, or that of another
        meant = line.partition(" ")[2]
        return (meant,) if meant and _reads(meant) else ()
    if word in _OF_FILTERS:
        return _nearest_of_filters(line)
    if line := _with_colon(words, "today"):
        return (line,)
    names = [name for verb in VERBS for name in (verb.name, *verb.aliases) if name != "?"]
    near = nearest(word, names, 0.7)
    if near == "since":
        return (f"since {rest}",) if _reads(f"since {rest}") else meant_when(rest) or ("since monday",)
    if line := near or _among(words):
        return (line,)
    near = nearest(word, names)
    if near == "since":
        return ("since monday",)
    return (near,) if near else meant_when(words.casefold())


def _among(words: str) -> str:
    """The line that stands among others, such as ``what happened since monday, please``."""
    parts = words.split()
    for at, part in enumerate(parts, 1):
        verb = None if at > 1 and parts[at - 2].casefold() in ("last", "past") else verb_named(part)
        when = first_when(" ".join(parts[at:]).casefold()) if verb and verb.argument else ""
        if verb and verb.filtered and (when or not verb.argument):
            return f"{verb.name} {when}".rstrip()
    return ""


def _with_colon(words: str, verb: str) -> str:
    """The line with words such as ``by me``, ``person added`` or ``table`` as a filter, if they make one."""
    word, _, rest = words.partition(" ")
    key = key_named(word)
    if key and rest:
        filters = [f"{key.name}:{quoted(rest)}"]
    else:
        dashed = words.casefold().replace(" ", "-")
        filters = [] if ":" in words else [f"action:{dashed}", f"style:{dashed}"]
    return next(filter(_reads, (f"{verb} {each}" for each in filters)), "")


def _alone(command: Command, name: str) -> Callable[[str, str], Command]:
    """A reader of a verb that takes nothing more."""

    def read(word: str, rest: str) -> Command:
        if rest:
            other = _among(rest)
            nearest_line = "" if other else _with_colon(rest, name)
            raise BadCommand(Problem("takes-nothing", f"{word} {rest}", nearest_line or name, other=other))
        return command

    return read


def _help(word: str, rest: str) -> Command:
    """About everything, a verb or a filter."""
    if not rest:
        return Help()
    what = re.split("[ :]", rest)[0]
    if found := verb_named(what) or key_named(what):
        return Help(found.name)
    near = nearest(what, [*(verb.name for verb in VERBS), *(key.name for key in KEYS)])
    raise BadCommand(Problem("unknown-verb", rest, near and f"help {near}"))


def _filter(word: str, rest: str) -> Command:
    """``list``, ``save <name> <filters>``, ``remove <name>``."""
    what, _, more = rest.partition(" ")
    what = what.casefold()
    if what in ("", "list", "show"):
        return _alone(ListFilters(), "filter list")(f"{word} {what}", more)
    if what in ("remove", "delete", "drop", "rm"):
        return RemoveFilter(filter_name(more, "filter remove {}") if more else "")
    if what == "save":
        return SaveFilter(*read_saved(more))
    raise BadCommand(two_meant("filter-what", f"{word} {rest}", _nearest_of_filters(rest)))


#: What one may do with filters: typed without the word ``filter``, too.
_OF_FILTERS = ("save", "remove", "delete", "list", "rename", "copy")


def _nearest_of_filters(rest: str) -> tuple[str, ...]:
    """What was probably meant by a line that begins with something done with filters, or nearly so."""
    what, _, more = rest.partition(" ")
    near = nearest(what, _OF_FILTERS)
    if near in ("rename", "copy"):
        old, _, new = more.partition(" ")
        lines = [f"filter save {new} filter:{old}"]
    elif near == "save":
        lines = [f"filter save {more}", "filter save vip not:me"]
    elif near:
        lines = [f"filter {near} {more}".strip(), f"filter {near}"]
    else:
        lines = [f"today {rest}", f"today filter:{rest}", f"filter save {rest}"]
        lines += [f"{more} filter:{what}"] if more else []
        return tuple(line for line in lines if _reads(line))[:2]
    return tuple(line for line in lines if _reads(line))[:1]


VERBS: tuple[Verb, ...] = (
    Verb("today", _alone(ShowActivity(Today()), "today"), filtered=True),
    Verb("yesterday", _alone(ShowActivity(Yesterday()), "yesterday"), filtered=True),
    Verb(
        "since",
        read_since,
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
        "chart",
        lambda _, rest: read_chart(rest, parse),
        "[period] [filters]",
        ("chart", "chart since 4w", "chart week by:others", 'chart since 30d category:"VIP Customer"'),
        aliases=("charts", "graph"),
        filtered=True,
        reads_filters=True,
    ),
    Verb(
        "filter",
        _filter,
        "save <name> <filters>",
        ('filter save vip category:"VIP Customer" not:me', "filter list", "filter remove vip"),
        aliases=("filters",),
        reads_filters=True,
    ),
    Verb(
        "digest",
        read_digest,
        "at <times> [days] [filters]",
        (
            "digest at 08:00 weekdays",
            "digest at 08:00,16:00 mon-thu in Europe/Oslo not:me",
            'digest at 09:00 last fri category:"VIP Customer" style:compact',
            "digest add 16:00",
            "digest snooze until fri",
            "digest preview",
            "digest proof 2026-03-29",
        ),
        aliases=("digests",),
        reads_filters=True,
        hint="digest at 08:00",
    ),
    Verb(
        "channel",
        read_channel,
        "digest at <times> [days] [filters]",
        (
            "channel digest at 08:30 weekdays",
            'channel digest at 08:30 mon category:"VIP Customer" group:category layout:flat',
            "channel join",
            "channel mine",
            "channel list",
            "channel pause",
        ),
        aliases=("channels", "team"),
        reads_filters=True,
    ),
    Verb("muted", read_muted, aliases=("mutes", "mute", "unmute")),
    Verb("link", read_link, "[tenant]", aliases=("connect", "login", "signin")),
    Verb("unlink", _alone(UnlinkMe(), "unlink"), aliases=("disconnect", "logout", "signout")),
    Verb("me", _alone(ShowMe(), "me"), aliases=("whoami", "status")),
    Verb("my-data", _alone(SendMyData(), "my-data"), aliases=("mydata", "data", "export")),
    Verb("forget-me", _alone(ForgetMe(), "forget-me"), aliases=("forget", "forgetme")),
    Verb(
        "admin",
        read_admin,
        "links",
        ("admin links", "admin digests"),
        reads_filters=True,
    ),
    Verb("help", _help, "[verb]", ("help since", "help filter", "help action"), ("?",), reads_filters=True),
)
_VERBS = {name: verb for verb in VERBS for name in (verb.name, *verb.aliases)}
