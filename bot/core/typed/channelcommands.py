"""What people ask for about a channel's digest by typing: one kind for each command."""

from dataclasses import dataclass

from bot.core.filters import EVERYTHING, Filter
from bot.core.typed.digestcommands import DigestCommand
from bot.core.typed.filtertext import quoted, written

__all__ = [
    "ALL_OF_MINE",
    "AdoptChannel",
    "ChannelCommand",
    "ForChannel",
    "Invite",
    "JoinChannel",
    "LeaveChannel",
    "ListChannels",
    "NarrowMine",
    "RemoveChannel",
    "ShowMine",
    "TypedShare",
]


@dataclass(frozen=True, slots=True)
class TypedShare:
    """What a participant shares, as it was typed."""

    #: Categories alone.
    only: Filter = EVERYTHING
    #: Names or ids of companies.
    never: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """As it can be typed again; ``""`` for everything."""
        never = f"never:{','.join(map(quoted, self.never))}" if self.never else ""
        return " ".join(filter(None, (written(self.only), never)))


ALL_OF_MINE = TypedShare()


@dataclass(frozen=True, slots=True)
class ForChannel:
    """Of this channel's digest what can be asked of one's own."""

    command: DigestCommand


@dataclass(frozen=True, slots=True)
class ListChannels:
    """Which channels have a digest: this one; for admins, all that they may see."""


@dataclass(frozen=True, slots=True)
class RemoveChannel:
    """Delete this channel's digest; ``now``: it was asked whether that is meant."""

    now: bool = False


@dataclass(frozen=True, slots=True)
class Invite:
    """Ask these people to share with this channel, each in a direct message."""

    #: Their Slack ids.
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JoinChannel:
    """Share mine with this channel; ``now``: what that shows was seen."""

    share: TypedShare = ALL_OF_MINE
    now: bool = False


@dataclass(frozen=True, slots=True)
class NarrowMine:
    """Share only this of mine from now on; ``None``: choose in a form."""

    share: TypedShare | None = None


@dataclass(frozen=True, slots=True)
class LeaveChannel:
    """Share nothing with this channel any more."""


@dataclass(frozen=True, slots=True)
class AdoptChannel:
    """Look after this channel's digest, whose owner left."""


@dataclass(frozen=True, slots=True)
class ShowMine:
    """What I share with this channel, and with which others."""


ChannelCommand = (
    ForChannel
    | ListChannels
    | RemoveChannel
    | Invite
    | JoinChannel
    | NarrowMine
    | LeaveChannel
    | ShowMine
    | AdoptChannel
)
