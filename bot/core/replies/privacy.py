"""What is said of what is stored about somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.people import SlackUser

__all__ = ["ForgetQuestion", "Forgotten", "MyData", "MyDataSent", "Stored", "Withheld"]


class Withheld(StrEnum):
    """What stands for a value that is stored and not shown."""

    #: A credential.
    SEALED = "sealed"
    HASHED = "hashed"
    #: The user's own pseudonym.
    YOU = "you"
    #: The user's own words, sealed by a key that is lost.
    BROKEN = "broken"


#: A stored value as its owner may see it; date-times are aware, in UTC.
Stored = str | int | float | datetime | Withheld | None


@dataclass(frozen=True, slots=True)
class MyData:
    """Everything that is stored about a user, for a file."""

    user: SlackUser
    #: Aware, in UTC.
    at: datetime
    #: The rows of each table, by column.
    stored: Mapping[str, Sequence[Mapping[str, Stored]]] = field(repr=False)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows of each table there are."""
        return {table: len(rows) for table, rows in self.stored.items()}


@dataclass(frozen=True, slots=True)
class MyDataSent:
    """The file is in a direct message; or nothing is stored, and there is none."""

    #: How many rows of each table are in it.
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ForgetQuestion:
    """What forgetting deletes, with a button that does it."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The receipt: how many rows of each table are deleted."""

    counts: Mapping[str, int]
    #: How many entries stay in logs that must be kept; they name nobody any more.
    left: int
    #: When the last back-up with something of it is deleted.
    backups_end: datetime
    #: Whether nothing is left in the database's files; if not, it is gone within minutes.
    traceless: bool = True
