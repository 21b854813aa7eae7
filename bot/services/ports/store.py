"""What the use cases need to have kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.filters import MutedCompany, SavedFilter
from bot.core.people import Link, LinkState, SlackUser
from bot.core.secret import Secret
from bot.core.signin import Ending
from bot.core.throttle import Allowance
from bot.services.ports.crm import Authorization

__all__ = [
    "Attempts",
    "Authorizations",
    "Deliveries",
    "Invitation",
    "Invitations",
    "Links",
    "Mutes",
    "Proofs",
    "SavedFilters",
    "SignIns",
]


class Links(Protocol):
    """Who is linked, with the sealed tickets."""

    async def get(self, user: SlackUser) -> Link | None:
        """The user's link, its ticket unsealed."""
        ...

    async def tenant(self, user: SlackUser) -> str:
        """The tenant that the user is linked to; ``""`` for none. Nothing is unsealed."""
        ...

    async def put(self, link: Link) -> None:
        """Store a link; one that the user had before is replaced."""
        ...

    async def caught_up(self, user: SlackUser, at: datetime) -> None:
        """The user asked `catchup`, without filters, and was told everything up to that moment."""
        ...


class Authorizations(Protocol):
    """Browsers on their way to SuperOffice CRM Online and back. What they carry is stored sealed."""

    async def begin(self, state: Secret, authorization: Authorization) -> None:
        """Remember one; an older one of the same page and browser is void."""
        ...

    async def look(self, state: Secret, now: datetime) -> Authorization:
        """The one that comes back.

        Raises :class:`~bot.core.onlineerrors.StateUnknown`, ``StateUsed`` and ``StateExpired``.
        """
        ...

    async def take(self, state: Secret) -> bool:
        """Use it up; ``True`` for one caller only."""
        ...

    async def prune(self, now: datetime) -> int:
        """Forget what expired an hour ago; say how many rows."""
        ...


class Proofs(Protocol):
    """Browsers that have proved to be the Slack user's whom a one-time page is for. All of it is hashed."""

    async def put(self, page: Secret, browser: Secret, until: datetime) -> None:
        """Remember one."""
        ...

    async def has(self, page: Secret, browser: Secret, now: datetime) -> bool:
        """Whether this browser has, for this page."""
        ...

    async def prune(self, now: datetime) -> int:
        """Forget what has expired; say how many rows."""
        ...


class SignIns(Protocol):
    """How the sign-ins of those who are linked are doing."""

    async def used(
        self, user: SlackUser, tenant: str, at: datetime, keep_at: datetime | None, *, asked: bool
    ) -> None:
        """The ticket was taken: it is good for six more hours, and its tenant takes tickets.

        ``asked``: the user asked for something.
        """
        ...

    async def begin_refresh(self, link: Link, now: datetime, until: datetime) -> bool:
        """Be the one who has a new access token, until then; ``False``: somebody else is, or the token is
        not the link's any more.
        """
        ...

    async def give_up_refresh(self, user: SlackUser) -> None:
        """There is no new one: let somebody else try."""
        ...

    async def refreshed(self, link: Link) -> None:
        """Keep a new access token, and when it ends."""
        ...

    async def tenants_to_renew(
        self, until: datetime, margin: timedelta, failed_since: datetime
    ) -> Sequence[str]:
        """Where a digest comes by ``until`` whose token ends ``margin`` after it, or before.

        Not of those with whom something failed since that time.
        """
        ...

    async def to_renew(
        self, tenant: str, until: datetime, margin: timedelta, failed_since: datetime, most: int
    ) -> Sequence[SlackUser]:
        """Whose tokens these are, the next digest first."""
        ...

    async def put_off(self, user: SlackUser, at: datetime, outcome: str, keep_at: datetime | None) -> None:
        """The ticket was neither taken nor refused; ``outcome`` is the error's code."""
        ...

    async def tenants_due(self, now: datetime, asked_since: datetime) -> Sequence[str]:
        """The tenants of which a ticket is to be used or let go now, and those that take nobody's.

        Not those whose users want nothing: a user wants something who asked since then.
        """
        ...

    async def due(self, tenant: str, now: datetime, asked_since: datetime, most: int) -> Sequence[SlackUser]:
        """Whose tickets are to be used now, the most urgent first; not of those who want nothing of theirs.

        A user wants something who asked since then.
        """
        ...

    async def let_go(self, tenant: str, now: datetime, asked_since: datetime) -> int:
        """Mark tickets as over that nobody wanted and that died of it; say how many. It is nobody's news."""
        ...

    async def latest(self, tenant: str, used_since: datetime, most: int) -> Sequence[SlackUser]:
        """Whose tickets were used last, the latest first."""
        ...

    async def end(self, user: SlackUser, ending: Ending, *, told: bool) -> bool:
        """Mark a sign-in as over; ``False`` where it was already, or nobody is linked."""
        ...

    async def untold(self) -> Sequence[tuple[SlackUser, Ending]]:
        """Whose sign-in is over and who was not told yet."""
        ...

    async def claim(self, user: SlackUser) -> bool:
        """Be the one to tell the user; ``True`` for one caller only, and on the disk before this returns."""
        ...

    async def release(self, user: SlackUser) -> None:
        """The user was not told, for certain: another time."""
        ...

    async def told(self, user: SlackUser, outcome: str) -> None:
        """What came of telling the user: ``told``, ``uncertain`` or ``failed``."""
        ...

    async def all(self) -> Sequence[LinkState]:
        """How every link is doing: those first that are over or failing, then by workspace and user."""
        ...

    async def trouble(self, tenant: str) -> datetime | None:
        """Since when the tenant takes nobody's ticket; ``None`` where it does."""
        ...

    async def begin_trouble(self, tenant: str, now: datetime) -> bool:
        """Remember that it takes nobody's; ``True`` for the one who is to tell the admins."""
        ...

    async def end_trouble(self, tenant: str) -> None:
        """It takes tickets again, or nobody asks it any more."""
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
    #: The tenant to link to.
    tenant: str


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
