"""What is said about who looks after a channel's digest."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["DigestResumed", "OwnerSought"]


@dataclass(frozen=True, slots=True)
class OwnerSought:
    """To everybody in the channel: its digest has no owner any more. Whoever may set it up can adopt it."""

    channel: str
    #: When it is paused, aware.
    until: datetime | None
    #: It is paused: nobody did.
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class DigestResumed:
    """Unasked, to its owner: what kept a channel's digest is over."""

    channel: str
