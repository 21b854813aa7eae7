"""What is said about who looks after a channel's digest."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

__all__ = ["ChannelImported", "DigestResumed", "OwnerSought"]


@dataclass(frozen=True, slots=True)
class OwnerSought:
    """To everybody in the channel: its digest has no owner any more. Whoever may set it up can adopt it."""

    channel: str
    #: When it is paused, aware.
    until: datetime | None
    #: It is paused: nobody did.
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class ChannelImported:
    """To everybody in the channel: a file set up its digest, or changed it."""

    channel: str
    #: As it can be typed.
    schedule: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class DigestResumed:
    """Unasked, to its owner: what kept a channel's digest is over."""

    channel: str
