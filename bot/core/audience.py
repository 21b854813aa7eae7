"""What may be said where: nothing of a customer's reaches an outsider.

Source: docs.slack.dev, "Slack Connect": only ``is_ext_shared`` and its pending twin tell of outsiders, and no
prefix of an id does.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Channel", "Refusal", "may_be_shareable", "refusal"]


class Refusal(StrEnum):
    """Why an answer is not shared in a channel."""

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
    #: Slack does not let the bot post there.
    RESTRICTED = "restricted"
    #: Nothing of what was shown is as it was.
    CHANGED = "changed"


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


def refusal(channel: Channel, *, guests: bool) -> Refusal | None:
    """Why nothing may be shared there; ``None`` where it may. The gravest reason comes first."""
    reasons = (
        (channel.is_direct, Refusal.DIRECT),
        (channel.is_external, Refusal.EXTERNAL),
        (channel.is_pending, Refusal.PENDING),
        (channel.is_archived, Refusal.ARCHIVED),
        (not channel.is_member, Refusal.NOT_INVITED),
        (guests, Refusal.GUESTS),
    )
    return next((reason for holds, reason in reasons if holds), None)


def may_be_shareable(channel_id: str) -> bool:
    """Whether it is worth offering at all: not in a direct message, whose ids begin with ``D``."""
    return channel_id[:1] in ("C", "G")
