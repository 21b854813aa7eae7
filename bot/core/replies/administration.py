"""What is said to admins."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.overview import DigestStanding
from bot.core.people import LinkState

__all__ = ["DigestList", "LinkList", "UnlinkedByAdmin", "UnlinkedOther"]


@dataclass(frozen=True, slots=True)
class LinkList:
    """Who is linked: one page of it."""

    links: tuple[LinkState, ...]
    total: int
    #: How many sign-ins are over or failing.
    failing: int
    #: For the words for its moments: when it was asked.
    as_of: datetime
    offset: int = 0


@dataclass(frozen=True, slots=True)
class DigestList:
    """How everybody's digests are doing: one page of it."""

    digests: tuple[DigestStanding, ...]
    total: int
    #: How many of all are paused.
    paused: int
    #: For the words for its moments: when it was asked.
    as_of: datetime
    offset: int = 0
    #: How many of the page are of private channels that the reader is not in.
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class UnlinkedOther:
    """Somebody else is unlinked now."""

    #: The Slack user's id.
    user: str
    was_linked: bool


@dataclass(frozen=True, slots=True)
class UnlinkedByAdmin:
    """Unasked, to the user: an admin has unlinked them."""

    #: The admin's Slack id.
    admin: str
