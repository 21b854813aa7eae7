"""What people ask for by typing: one kind for each command."""

from dataclasses import dataclass

from bot.core.filters import EVERYTHING, Filter
from bot.core.period import Period
from bot.core.typed.channelcommands import ChannelCommand
from bot.core.typed.digestcommands import DigestCommand

__all__ = [
    "AdminCommand",
    "Command",
    "ForgetMe",
    "Help",
    "LinkMe",
    "ListDigests",
    "ListFilters",
    "ListLinks",
    "RemoveFilter",
    "SaveFilter",
    "SendMyData",
    "ShowActivity",
    "ShowChart",
    "ShowMe",
    "ShowMuted",
    "UnlinkMe",
    "UnlinkOther",
]


@dataclass(frozen=True, slots=True)
class ShowActivity:
    """The latest activity on my companies in a period, less what is filtered out."""

    period: Period
    filter: Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class ShowChart:
    """The same as a picture."""

    #: What asks for it as a list.
    line: str
    activity: ShowActivity


@dataclass(frozen=True, slots=True)
class LinkMe:
    """Link my SuperOffice user; in which tenant, where one is named."""

    tenant: str = ""


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
class ForgetMe:
    """Delete all that is stored about me."""


@dataclass(frozen=True, slots=True)
class SendMyData:
    """All that is stored about me, as a file."""


@dataclass(frozen=True, slots=True)
class Help:
    """What one can type, or how one verb or filter works."""

    verb: str = ""


@dataclass(frozen=True, slots=True)
class ListLinks:
    """Who is linked, and whose sign-in is failing."""


@dataclass(frozen=True, slots=True)
class ListDigests:
    """How everybody's digests are doing."""


@dataclass(frozen=True, slots=True)
class UnlinkOther:
    """Delete somebody else's link."""

    #: The Slack user's id.
    user: str


AdminCommand = ListLinks | ListDigests | UnlinkOther
Command = (
    ShowActivity
    | ShowChart
    | LinkMe
    | UnlinkMe
    | ShowMe
    | ShowMuted
    | ListFilters
    | SaveFilter
    | RemoveFilter
    | AdminCommand
    | Help
    | ForgetMe
    | ChannelCommand
    | DigestCommand
    | SendMyData
)
