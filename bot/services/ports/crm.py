"""What the use cases need of SuperOffice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.core.activity import ALL_ACTIONS, Action, Activity
from bot.core.people import Principal
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning

__all__ = [
    "ActivityQuery",
    "Authorization",
    "Category",
    "Crm",
    "Online",
    "OnlineSignedIn",
    "SignedIn",
    "Snapshot",
    "SystemInfo",
    "Tokens",
]


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


@dataclass(frozen=True, slots=True)
class Tokens:
    """What signs a user in to SuperOffice CRM Online."""

    #: Stands for a ticket.
    access: Secret = field(repr=False)
    expires_at: datetime
    #: Brings new access tokens; ``None`` where that is the one there was.
    refresh: Secret | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class OnlineSignedIn:
    """Who signed in, as SuperOffice's ``id_token`` says, and what for."""

    associate_id: int
    email: str
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Authorization:
    """A browser on its way to SuperOffice and back."""

    #: The last part of the one-time page's address.
    page: Secret = field(repr=False)
    #: What tells the browser from every other.
    browser: Secret = field(repr=False)
    #: PKCE's code verifier.
    verifier: Secret = field(repr=False)
    #: What the ``id_token`` must repeat.
    nonce: Secret = field(repr=False)
    expires_at: datetime


class Online(Protocol):
    """Signing in to a tenant of SuperOffice CRM Online. Every method raises ``CrmError``."""

    async def address(
        self, authorization: Authorization, state: Secret, redirect_uri: str, email: str
    ) -> Secret:
        """Where to send the browser; ``email`` is a hint at who signs in."""
        ...

    async def redeem(self, code: Secret, authorization: Authorization, redirect_uri: str) -> OnlineSignedIn:
        """Trade a code for tokens, and see who signed in.

        Raises :class:`~bot.core.onlineerrors.WrongCode` and
        :class:`~bot.core.onlineerrors.IdentityRefused`.
        """
        ...

    async def refresh(self, refresh_token: Secret) -> Tokens:
        """A new access token. Raises :class:`~bot.core.onlineerrors.ConsentWithdrawn`."""
        ...


class Crm(Protocol):
    """One SuperOffice tenant. Every method raises :class:`~bot.core.errors.CrmError` subclasses."""

    @property
    def tenant(self) -> str:
        """The tenant's id in this bot, such as ``onsite``."""
        ...

    @property
    def web_url(self) -> str:
        """The root of its web client, for links; ``""`` where it is not known."""
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
