"""What the use cases need of the world: small protocols, async where they may wait.

Each has a real implementation in ``crm``, ``store`` or ``slack``; ``app`` puts them together.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.activity import ALL_ACTIONS, Action, Activity
from bot.core.audience import Channel
from bot.core.filters import MutedCompany, SavedFilter
from bot.core.people import Link, Principal, Profile, SlackUser
from bot.core.replies import Reader, Reply, SharedPage
from bot.core.requests import Conversation
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.core.throttle import Allowance

__all__ = [
    "ActivityQuery",
    "Attempts",
    "Category",
    "Channels",
    "Clock",
    "Crm",
    "Deliveries",
    "Invitation",
    "Invitations",
    "Links",
    "Messenger",
    "Mutes",
    "People",
    "Runner",
    "SavedFilters",
    "SignedIn",
    "Snapshot",
    "SystemInfo",
]


class Clock(Protocol):
    """The bot's own clock."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


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


class Links(Protocol):
    """Who is linked, with the sealed tickets."""

    async def get(self, user: SlackUser) -> Link | None:
        """The user's link, its ticket unsealed."""
        ...

    async def put(self, link: Link) -> None:
        """Store a link; one that the user had before is replaced."""
        ...

    async def touch(self, user: SlackUser, used_at: datetime) -> None:
        """The ticket was just used: SuperOffice renewed it to its full six hours."""
        ...

    async def caught_up(self, user: SlackUser, at: datetime) -> None:
        """The user asked `catchup`, without filters, and was told everything up to that moment."""
        ...

    async def delete(self, user: SlackUser) -> bool:
        """Delete a link and its ticket; say whether there was one."""
        ...


class Mutes(Protocol):
    """The companies that users muted, by tenant. Names are stored sealed."""

    async def of(self, user: SlackUser, tenant: str) -> Sequence[MutedCompany]:
        """The user's muted companies, by name."""
        ...

    async def ids(self, user: SlackUser, tenant: str) -> frozenset[int]:
        """Their ids alone."""
        ...

    async def add(self, user: SlackUser, tenant: str, company: MutedCompany) -> None:
        """Mute a company; one that is muted already takes the new name."""
        ...

    async def remove(self, user: SlackUser, tenant: str, company_id: int) -> MutedCompany | None:
        """Unmute a company; say which, or ``None`` if it was not muted."""
        ...


class SavedFilters(Protocol):
    """The filters that users saved. What they say is stored sealed."""

    async def of(self, user: SlackUser) -> Sequence[SavedFilter]:
        """The user's filters, by name."""
        ...

    async def get(self, user: SlackUser, name: str) -> SavedFilter | None:
        """The user's filter of that name."""
        ...

    async def put(self, user: SlackUser, saved: SavedFilter) -> None:
        """Save a filter; one of the same name is replaced."""
        ...

    async def remove(self, user: SlackUser, name: str) -> SavedFilter | None:
        """Delete a filter; say what it was, or ``None`` if there was none."""
        ...


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link page: who may link, and what to answer when that is done."""

    user: SlackUser
    expires_at: datetime
    #: The command that the user typed before linking, to be answered afterwards; ``""`` for none.
    command: str
    channel: str
    response_url: Secret = field(repr=False)


class Invitations(Protocol):
    """The one-time link pages. Only a keyed hash of a nonce is stored."""

    async def create(self, nonce: Secret, invitation: Invitation) -> None:
        """Store an invitation. Older ones of the same user are void from now on."""
        ...

    async def get(self, nonce: Secret, now: datetime) -> Invitation | None:
        """The invitation, unless it is used up, void, expired or was never made."""
        ...

    async def pending(self, user: SlackUser, now: datetime) -> Invitation | None:
        """The user's open invitation, if any."""
        ...

    async def redeem(self, nonce: Secret, link: Link, now: datetime) -> bool:
        """Use up the open invitation of the link's user and store the link: both or neither.

        ``True`` for one caller only, even when two try at once.
        """
        ...

    async def void(self, user: SlackUser) -> None:
        """Delete the user's invitations."""
        ...

    async def prune(self, now: datetime) -> int:
        """Delete what has expired; say how many rows."""
        ...


class Attempts(Protocol):
    """Attempts at signing in, counted so that guessing gets slow. Keys are stored hashed."""

    async def reserve(self, allowances: Sequence[Allowance], now: datetime) -> timedelta:
        """Count an attempt under every key and return zero; or, where one still has to wait, count none and
        return how long. No two attempts see the same count, even when they come at once.
        """
        ...

    async def release(self, allowances: Sequence[Allowance]) -> None:
        """Take an attempt back that turned out to be no guess."""
        ...

    async def prune(self, now: datetime) -> int:
        """Forget attempts that no longer count; say how many rows."""
        ...


class Deliveries(Protocol):
    """Which deliveries of Slack's were seen already: it may deliver twice."""

    async def first(self, key: str, now: datetime) -> bool:
        """Whether ``key`` (a trigger or event id) is seen for the first time."""
        ...

    async def prune(self, before: datetime) -> int:
        """Forget those seen before that time."""
        ...


class People(Protocol):
    """What Slack tells about its users."""

    async def profile(self, user: SlackUser) -> Profile:
        """The user's profile, at most minutes old."""
        ...


class Messenger(Protocol):
    """Tells people things in Slack."""

    async def reply(self, to: Conversation, reply: Reply, reader: Reader, *, replace: bool = False) -> None:
        """Show a reply to the one who asked; as a direct message where the conversation takes no more.

        ``replace`` puts it in the place of the message whose button was pressed.
        """
        ...


class Channels(Protocol):
    """Slack's conversations: what they are, who is in them, and what the bot posts there.

    Every method raises :class:`~bot.core.errors.SlackFailed`.
    """

    async def look(self, channel: str) -> Channel:
        """What the conversation is, asked of Slack each time.

        A private one that the bot is not in looks like none; then ``is_member`` is false.
        """
        ...

    async def has_guests(self, channel: str) -> bool:
        """Whether anybody in it is a guest or of another organisation."""
        ...

    async def post(self, channel: str, page: SharedPage, reader: Reader) -> str:
        """Post a page for everybody there; return the message's ``ts``."""
        ...

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message of the bot's own. One that is gone already counts as deleted."""
        ...


class Runner(Protocol):
    """Work that happens after the acknowledgement."""

    def submit(self, job: Callable[[], Awaitable[None]], whose: Hashable) -> None:
        """Queue a job. One user's jobs never keep another's waiting.

        Raises :class:`~bot.core.errors.Busy` when the queue, or what one user may have in it, is full.
        """
        ...

    def spawn(self, job: Callable[[], Awaitable[None]]) -> None:
        """Start a job beside the queue: for what is rare, short, and not to be refused."""
        ...
