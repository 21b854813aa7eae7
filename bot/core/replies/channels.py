"""What is said about channels' digests: to who sets them up, decides and shares; and to the channel."""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.audience import Refusal
from bot.core.channeldigest import RequestState
from bot.core.replies.digests import DigestState
from bot.core.replies.teamdigests import TeamPart
from bot.core.slots import Slot
from bot.core.standing import Denied

__all__ = [
    "Announced",
    "ChannelAnnouncement",
    "ChannelAsked",
    "ChannelDecided",
    "ChannelDenied",
    "ChannelInvitation",
    "ChannelInvited",
    "ChannelList",
    "ChannelRefused",
    "ChannelRemoved",
    "ChannelRequested",
    "ChannelRow",
    "Consent",
    "Consented",
    "RemoveQuestion",
    "ShareForm",
]


@dataclass(frozen=True, slots=True)
class ChannelDenied:
    """The reader may not do that."""

    why: Denied
    channel: str = ""
    #: What an admin can be asked for instead, as it would be typed; ``""`` for nothing.
    line: str = ""


@dataclass(frozen=True, slots=True)
class ChannelRefused:
    """No digest may come to this channel, whoever asks."""

    refusal: Refusal
    channel: str


@dataclass(frozen=True, slots=True)
class ChannelAsked:
    """To who asked: the request is on its way."""

    channel: str
    line: str
    #: How many admins were told; 0: there is nobody to tell.
    admins: int


@dataclass(frozen=True, slots=True)
class ChannelRequested:
    """Unasked, to who may decide: somebody asks for that."""

    id: int
    channel: str
    asker: str
    line: str


@dataclass(frozen=True, slots=True)
class ChannelDecided:
    """What became of a request: to who asked, and to who decided or came too late for that."""

    channel: str
    asker: str
    line: str
    state: RequestState
    #: ``""``: nobody yet.
    by: str
    #: The digest was there by then, or could not be changed so.
    is_void: bool = False


class Announced(StrEnum):
    """What happened to a channel's digest; its words are ``announced.<code>``."""

    SET_UP = "set-up"
    CHANGED = "changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    SNOOZED = "snoozed"
    #: Somebody looks after it from now on.
    ADOPTED = "adopted"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ChannelAnnouncement:
    """To everybody in the channel: who did what to its digest, and how to stop it."""

    what: Announced
    channel: str
    by: str
    #: How it stands now, or stood when it was removed.
    state: DigestState
    #: Who had asked for it, if somebody else decided.
    asker: str = ""
    #: It filters differently, so it may tell other companies of those who share already.
    tells_others: bool = False


@dataclass(frozen=True, slots=True)
class RemoveQuestion:
    """Whether to delete the channel's digest."""

    channel: str
    participants: int


@dataclass(frozen=True, slots=True)
class ChannelRemoved:
    """It is deleted."""

    channel: str
    is_untold: bool = False


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel's digest in a list."""

    channel: str
    #: ``on``, ``off`` or ``paused``.
    state: str
    schedule: str
    zone: ZoneInfo
    participants: int
    owner: str
    next: Slot | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChannelList:
    """The channels that have a digest, as far as the reader may know of them: this one first."""

    rows: tuple[ChannelRow, ...] = ()
    #: Of the whole workspace, less what the reader is not in.
    is_whole: bool = False
    #: How many are not listed, since there are too many, or Slack does not tell who may see them.
    more: int = 0


@dataclass(frozen=True, slots=True)
class ChannelInvited:
    """Who was asked to share."""

    channel: str
    asked: tuple[str, ...] = ()
    #: Who was not: guests, who is not in the channel, who shares already.
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelInvitation:
    """Unasked, to who may want to share."""

    channel: str
    by: str


class Consented(StrEnum):
    """What somebody has just done about sharing; its words are ``consented.<code>``."""

    NOTHING = ""
    JOINED = "joined"
    NARROWED = "narrowed"
    LEFT = "left"
    #: There was nothing to leave.
    NOT_JOINED = "not-joined"


@dataclass(frozen=True, slots=True)
class Consent:
    """What the reader shares with a channel, or would: seen before anything is shared."""

    channel: str
    #: What is shared, as it can be typed; ``""`` for everything.
    share: str = ""
    #: The categories that are shared; ``()`` for all. The companies that never are, by name.
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    #: Theirs of the last days, as the channel would see it; ``None`` where SuperOffice was not asked.
    preview: TeamPart | None = None
    is_shared: bool = False
    done: Consented = Consented.NOTHING
    #: With which other channels they share.
    others: tuple[str, ...] = ()
    #: What they had chosen cannot be read any more: nothing is shared until they choose anew.
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class ShareForm:
    """What the reader shares, to be changed in a modal."""

    channel: str
    #: The names of SuperOffice's categories, and those that are chosen.
    categories: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    #: Companies that they may want to leave out, by id and name; and those left out.
    companies: tuple[tuple[int, str], ...] = ()
    never: tuple[int, ...] = ()
    is_shared: bool = False
