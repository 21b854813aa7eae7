"""What the use cases need of SuperOffice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.core.activity import ALL_ACTIONS, Action, Activity
from bot.core.people import Principal
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning

__all__ = ["ActivityQuery", "Category", "Crm", "SignedIn", "Snapshot", "SystemInfo"]


@dataclass(frozen=True, slots=True)
class ActivityQuery:
    """What to ask of SuperOffice: one `GetMyActiveContacts`."""

    #: An instant, aware; ``None`` asks for everything since the user's last log-out.
    since: datetime | None
    actions: Action = ALL_ACTIONS
    #: Category ids; empty means all.
    categories: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The answer: the latest activity of each company, in the server's order.

    It may hold rows from before ``query.since``: the start sent overlaps, since date-times carry no zone.
    """

    activities: Sequence[Activity]
    #: When it was asked for, by SuperOffice's own clock, in UTC: everything up to then is in it.
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A successful sign-in."""

    principal: Principal
    ticket: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class Category:
    """A company category of a tenant."""

    id: int
    name: str
    rank: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """What an installation says of itself without a ticket."""

    company: str
    version: str
    serial: str = ""


class Crm(Protocol):
    """One SuperOffice tenant. Every method raises :class:`~bot.core.errors.CrmError` subclasses."""

    @property
    def tenant(self) -> str:
        """The tenant's id in this bot, such as ``onsite``."""
        ...

    @property
    def warnings(self) -> Sequence[ServerWarning]:
        """What an administrator should look at, as of the last answer."""
        ...

    async def sign_in(self, username: str, password: Secret) -> SignedIn:
        """Trade a user name and password for a ticket (onsite only)."""
        ...

    async def activities(self, ticket: Secret, query: ActivityQuery) -> Snapshot:
        """The latest activity on the companies of the ticket's user."""
        ...

    async def me(self, ticket: Secret) -> Principal:
        """Who the ticket belongs to."""
        ...

    async def categories(self, ticket: Secret) -> Sequence[Category]:
        """The tenant's company categories, deleted ones included."""
        ...

    async def system_info(self) -> SystemInfo:
        """What the installation is. It needs no ticket."""
        ...

    async def now(self) -> datetime:
        """The server's own clock, in UTC. It asks the server once, then remembers the difference."""
        ...
