"""A line about a channel's digest: ``channel digest at 08:30 weekdays``, ``channel join``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.core.errors import BadCommand, Problem
from bot.core.filters import EVERYTHING
from bot.core.typed.channelcommands import (
    ALL_OF_MINE,
    AdoptChannel,
    ChannelCommand,
    ForChannel,
    Invite,
    JoinChannel,
    LeaveChannel,
    ListChannels,
    NarrowMine,
    RemoveChannel,
    ShowMine,
    TypedShare,
)
from bot.core.typed.digestcommands import OpenDigestForm, SetDigest
from bot.core.typed.digesttext import OF_CHANNELS, READERS, Said, alone, read_said, read_settings, typable
from bot.core.typed.filtertext import read_filters, written
from bot.core.typed.spelling import nearest

__all__ = ["read_channel"]

#: Slack puts it there for a mention.
_USER = re.compile(r"@?([UW][A-Z0-9]{2,})", re.ASCII)
_VALUE = r"(?:\"[^\"]*\"|'[^']*'(?=[\s,]|$)|[^\s,\"]+)"
_NEVER = re.compile(rf"(?:^|\s)never:({_VALUE}(?:\s*,\s*{_VALUE})*)?", re.IGNORECASE)


def read_channel(word: str, rest: str) -> ChannelCommand:
    """What stands behind ``channel``. Raises :class:`BadCommand` with every problem."""
    said = Said(word, rest, "channel", OF_CHANNELS, read_channel)
    what, _, more = rest.partition(" ")
    if not what:
        return ForChannel(OpenDigestForm())
    if reader := _READERS.get(what.casefold()):
        try:
            return reader(replace(said, typed=f"{word} {what}", more=more.strip()))
        except BadCommand as bad:
            raise typable(bad, said, what) from None
    try:
        return ForChannel(_set_up(said))
    except BadCommand:
        near = nearest(what.casefold(), _READERS)
        if near and not what[:1].isdigit():
            meant = said.first_that_reads(said.line(f"{near} {more}"), said.line(near))
            raise BadCommand(Problem("digest-what", f"{word} {rest}", meant)) from None
        raise


def _set_up(said: Said) -> SetDigest:
    """``digest at 08:30``: only where there is none; ``change at 09:00`` changes what there is."""
    return replace(read_settings(said), is_new=True)


def _digest(said: Said) -> ForChannel:
    """Whatever can be said behind the verb ``digest``, of the channel's."""
    command = read_said(replace(said, prefix="channel digest"))
    return ForChannel(replace(command, is_new=True) if isinstance(command, SetDigest) else command)


def _change(said: Said) -> ForChannel:
    what, _, more = said.more.partition(" ")
    if not what:
        return ForChannel(OpenDigestForm())
    text = more if what.casefold() == "at" else said.more
    return ForChannel(read_settings(replace(said, more=text.strip(), prefix="channel change")))


def _of_digest(name: str) -> Callable[[Said], ForChannel]:
    return lambda said: ForChannel(READERS[name](said))


def _remove(said: Said) -> RemoveChannel:
    if said.more.casefold() == "now":
        return RemoveChannel(now=True)
    return alone(RemoveChannel())(said)


def _invite(said: Said) -> Invite:
    words = said.more.replace(",", " ").split()
    found = [_USER.fullmatch(word) for word in words]
    users = tuple(dict.fromkeys(match[1] for match in found if match))
    if not users or not all(found):
        raise BadCommand(Problem("whom-invite", said.more))
    return Invite(users)


def _join(said: Said) -> JoinChannel:
    first, _, rest = said.more.partition(" ")
    now = first.casefold() == "now"
    return JoinChannel(_share(replace(said, more=rest if now else said.more)), now=now)


def _narrow(said: Said) -> NarrowMine:
    if said.more.casefold() in ("off", "all", "nothing"):
        return NarrowMine(ALL_OF_MINE)
    return NarrowMine(_share(said) if said.more else None)


def _share(said: Said) -> TypedShare:
    """``category:"VIP Customer" never:"Acme AS",42``. Raises :class:`BadCommand` with every problem."""
    never, problems = list[str](), list[Problem]()
    for match in _NEVER.finditer(said.more):
        names = [_bare(each) for each in re.findall(_VALUE, match[1] or "")]
        never += [name for name in names if name]
        if not any(names):
            problems.append(Problem("no-value", "never:", 'never:"Acme AS"', part=True))
    typed = read_filters(" ".join(_NEVER.sub(" ", said.more).split()))
    problems += typed.problems
    if typed.behind:
        problems.append(typed.behind.problem(len(typed.behind.words)))
    other = replace(typed.filter, categories=())
    if typed.words or other != EVERYTHING:
        given = typed.words or written(other)
        problems.append(
            Problem("share-what", given, said.line('join category:"VIP Customer" never:"Acme AS"'))
        )
    if problems:
        raise BadCommand(*problems, categories=typed.filter.categories)
    return TypedShare(typed.filter, tuple(dict.fromkeys(never)))


def _bare(value: str) -> str:
    """A value without its quotes."""
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return (value[1:-1] if is_quoted else value).strip()


_READERS: Mapping[str, Callable[[Said], ChannelCommand]] = {
    "digest": _digest,
    "change": _change,
    "at": lambda said: ForChannel(_set_up(said)),
    "list": alone(ListChannels()),
    "show": _of_digest("show"),
    "when": _of_digest("when"),
    "status": _of_digest("status"),
    "add": _of_digest("add"),
    "drop": _of_digest("drop"),
    "preview": _of_digest("preview"),
    "pause": _of_digest("off"),
    "off": _of_digest("off"),
    "stop": _of_digest("off"),
    "resume": _of_digest("on"),
    "on": _of_digest("on"),
    "snooze": _of_digest("snooze"),
    "history": _of_digest("history"),
    "proof": _of_digest("proof"),
    "remove": _remove,
    "delete": _remove,
    "adopt": alone(AdoptChannel()),
    "invite": _invite,
    "join": _join,
    "narrow": _narrow,
    "leave": alone(LeaveChannel()),
    "mine": alone(ShowMine()),
}
