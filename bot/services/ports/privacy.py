"""What the use cases need to show, to delete and to account for what is stored about people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.audit import Deed, Departure
from bot.core.people import SlackUser
from bot.core.replies import Stored

__all__ = ["Audit", "Erasure", "Personal", "Recorded"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was deleted about a user: how many rows of each table."""

    gone: Mapping[str, int]
    #: How many stay, and no longer tell of whom they are.
    left: Mapping[str, int]


class Personal(Protocol):
    """All that is stored about a user."""

    async def forget(
        self, user: SlackUser, why: Departure, at: datetime, by: SlackUser | None = None
    ) -> Erasure:
        """Delete it, and write down in the audit log that and why; nothing where nothing was stored.

        What must stay names the user by a pseudonym, whose key is deleted as well.
        """
        ...

    async def export(self, user: SlackUser) -> Mapping[str, Sequence[Mapping[str, Stored]]]:
        """All of it, by table and column; of credentials only that they are there."""
        ...

    async def users(self, workspace: str) -> Sequence[SlackUser]:
        """Everybody of a workspace about whom anything is stored."""
        ...

    async def forget_channels(self, workspace: str) -> int:
        """Delete the digests of a workspace's channels, which are nobody's; say how many."""
        ...

    async def empty_log(self) -> bool:
        """Leave nothing of what was deleted in the database's files; ``False`` while somebody else reads."""
        ...

    def backups_end(self, now: datetime) -> datetime:
        """When the last back-up that may hold something of what is stored now is deleted."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry of the audit log as it is read: a user who was forgotten is ``None`` in it."""

    deed: Deed
    #: The pseudonyms, in hexadecimal digits; ``""`` for nobody.
    by: str
    to: str


class Audit(Protocol):
    """What must be accounted for later."""

    async def record(self, deed: Deed) -> None:
        """Write it down."""
        ...

    async def all(self) -> Sequence[Recorded]:
        """Everything that is kept, the oldest first."""
        ...
