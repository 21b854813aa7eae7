"""How a channel's digest is set up, beside what every subscription has."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.filters import EVERYTHING, Filter

__all__ = ["SHARES_ALL", "ChannelSettings", "Grouping", "Layout", "Narrowing"]


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
    #: The admin who approved that guests read along, if they do; and when.
    guests_approved_by: str = ""
    guests_approved_at: datetime | None = None
    #: Its settings come from a file: they are changed there.
    is_managed: bool = False
    #: Since when it has no owner who is still there; the channel is asked for a new one.
    orphaned_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a participant does not share of what they see."""

    #: Share only these categories; ``EVERYTHING``: all.
    only: Filter = EVERYTHING
    #: Never these companies, by id.
    never: frozenset[int] = frozenset()


SHARES_ALL = Narrowing()
