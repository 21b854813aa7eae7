"""How a channel's digest is set up, beside what every subscription has."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.audience import Refusal
from bot.core.filters import EVERYTHING, Filter
from bot.core.people import SlackChannel, SlackUser

__all__ = [
    "DELETED",
    "MAX_FILTER",
    "NARROWED",
    "ORPHANED",
    "OVER_BY_ITSELF",
    "SHARES_ALL",
    "SHARES_NOTHING",
    "ChannelRequest",
    "ChannelSettings",
    "DropOut",
    "Grouping",
    "Layout",
    "Narrowing",
    "RequestState",
]


#: So many characters a channel's filters may have, as they are typed: a form with them can be passed on.
MAX_FILTER = 1000
#: Why a channel's digest is paused for good: its channel is deleted.
DELETED = "deleted"
#: Nobody looked after it for two weeks.
ORPHANED = "orphaned"
#: That is why it is paused: what is shared with it was narrowed to what SuperOffice does not know any more.
NARROWED = "narrowed"
#: Why it is paused that goes on as soon as Slack says otherwise: what the guard refused, and what Slack
#: answered to a post. That a private channel was opened is for somebody to accept.
OVER_BY_ITSELF = frozenset[str](
    {
        *(Refusal.EXTERNAL, Refusal.PENDING, Refusal.GUESTS, Refusal.ARCHIVED, Refusal.NOT_INVITED),
        *("channel_not_found", "is_archived", "not_in_channel"),
    }
)


class Grouping(StrEnum):
    """What the companies of a channel's digest are told under."""

    OWNER = "owner"
    CATEGORY = "category"
    DAY = "day"


class Layout(StrEnum):
    """Where the companies stand."""

    #: A headline in the channel, the companies in its thread.
    THREAD = "thread"
    #: All in the channel, as far as a message holds them.
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What an admin chose for a channel. Date-times are aware, in UTC."""

    grouping: Grouping = Grouping.OWNER
    layout: Layout = Layout.THREAD
    #: So many percent of the participants must be had, or it waits for the others within its slot.
    quorum: int = 50
    #: The admin who approved that guests read along, and when. Once they are forgotten, nobody did.
    guests_approved_by: str = ""
    guests_approved_at: datetime | None = None
    #: Its settings come from a file: they are changed there.
    is_managed: bool = False
    #: Since when it has no owner who is still there; the channel is asked for a new one.
    orphaned_since: datetime | None = None
    #: When the channel was asked for one.
    owner_sought_at: datetime | None = None
    #: When a file changed it last, which its channel was not told of yet.
    imported_at: datetime | None = None
    #: Slack said that it is private; ``None``: nobody asked yet.
    is_private: bool | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a participant does not share of what they see."""

    #: Share only these categories; ``EVERYTHING``: all.
    only: Filter = EVERYTHING
    #: Never these companies, by id.
    never: frozenset[int] = frozenset()
    #: What they chose cannot be read any more: nothing of theirs is shared until they choose anew.
    is_lost: bool = False


SHARES_ALL = Narrowing()
SHARES_NOTHING = Narrowing(is_lost=True)


@dataclass(frozen=True, slots=True)
class DropOut:
    """A participant who is none any more, since the last digest that said so. Nobody knows who it was."""

    #: ``left``, or the :class:`~bot.core.audit.Departure` for which they were forgotten.
    reason: str
    at: datetime


class RequestState(StrEnum):
    """What became of a request."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class ChannelRequest:
    """What somebody who may not set up a channel's digest asked an admin for. Date-times are in UTC."""

    #: Given by the store; 0 before.
    id: int
    user: SlackUser
    channel: str
    #: As it would be typed.
    line: str
    asked_at: datetime
    state: RequestState = RequestState.OPEN
    #: The admin's id.
    decided_by: str = ""
    decided_at: datetime | None = None

    @property
    def place(self) -> SlackChannel:
        """The channel it is about."""
        return SlackChannel(self.user.workspace, self.channel)
