"""What may be said where: nothing of a customer's reaches an outsider.

Source: docs.slack.dev, "Slack Connect": only ``is_ext_shared`` and its pending twin tell of outsiders, and no
prefix of an id does.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["NOBODY", "Channel", "Crowd", "Kind", "Refusal", "may_be_shareable", "refusal"]


class Refusal(StrEnum):
    """Why nothing of a customer's is said in a channel."""

    EXTERNAL = "external"
    #: An invitation to another organisation is open.
    PENDING = "pending"
    GUESTS = "guests"
    #: The bot is not in it.
    NOT_INVITED = "not-invited"
    ARCHIVED = "archived"
    #: A direct message: there is nobody to share it with, or the bot cannot see who.
    DIRECT = "direct"
    #: Slack did not tell about the channel or its members.
    UNKNOWN = "unknown"
    #: It has more members than Slack told about within its limits: some of them may be guests.
    UNSETTLED = "unsettled"
    #: It was private when its digest was set up, and is not any more.
    OPENED = "opened"
    #: Slack does not let the bot post there.
    RESTRICTED = "restricted"
    #: Nothing of what was shown is as it was.
    CHANGED = "changed"

    @property
    def passes(self) -> bool:
        """Whether asking Slack once more, a little later, may tell otherwise."""
        return self in (Refusal.UNKNOWN, Refusal.UNSETTLED)


class Kind(StrEnum):
    """What somebody is to a workspace."""

    MEMBER = "member"
    GUEST = "guest"
    #: Of another organisation.
    OUTSIDER = "outsider"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who reads a conversation, as far as Slack told in time."""

    #: Everybody's id, the bot's too.
    members: frozenset[str] = frozenset()
    guests: int = 0
    outsiders: int = 0
    #: How many there are of whom Slack did not tell what they are.
    unsettled: int = 0


NOBODY = Crowd()


@dataclass(frozen=True, slots=True)
class Channel:
    """What Slack tells about a conversation (``conversations.info``)."""

    id: str
    name: str = ""
    is_external: bool = False
    is_pending: bool = False
    is_direct: bool = False
    is_archived: bool = False
    #: The bot is in it.
    is_member: bool = False
    is_private: bool = False
    #: The id of the user who made it; ``""`` where Slack does not say.
    creator: str = ""


def refusal(channel: Channel, crowd: Crowd = NOBODY, *, guests_may_read: bool = False) -> Refusal | None:
    """Why nothing may be said there; ``None`` where it may. The gravest reason comes first.

    ``guests_may_read``: an admin approved that. It is no word for people of other organisations.
    """
    reasons = (
        (channel.is_direct, Refusal.DIRECT),
        (channel.is_external, Refusal.EXTERNAL),
        (channel.is_pending, Refusal.PENDING),
        (channel.is_archived, Refusal.ARCHIVED),
        (not channel.is_member, Refusal.NOT_INVITED),
        (crowd.outsiders > 0, Refusal.EXTERNAL),
        (crowd.guests > 0 and not guests_may_read, Refusal.GUESTS),
        (crowd.unsettled > 0, Refusal.UNSETTLED),
    )
    return next((reason for holds, reason in reasons if holds), None)


def may_be_shareable(channel_id: str) -> bool:
    """Whether it is worth offering at all: not in a direct message, whose ids begin with ``D``."""
    return channel_id[:1] in ("C", "G")
