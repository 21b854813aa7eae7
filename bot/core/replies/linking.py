"""What is said of who is linked to whom."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.core.people import Principal
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.core.signin import Why

__all__ = [
    "Kept",
    "LinkOffer",
    "Linked",
    "Me",
    "NotLinkedYet",
    "SignInEnded",
    "TenantChoice",
    "TenantTrouble",
    "UnlinkQuestion",
    "Unlinked",
]


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """A button to the one-time page."""

    url: Secret = field(repr=False)
    expires_at: datetime
    #: The command that will be answered once linked; ``""`` for none.
    command: str = ""
    #: Already linked as somebody of this name; linking again replaces that.
    current: str = ""
    #: Why the sign-in that this user had is over, if it is.
    ended: Why | None = None


@dataclass(frozen=True, slots=True)
class TenantChoice:
    """Buttons of the SuperOffice tenants that the user may link to."""

    #: Their ids, as one types them, with where one signs in to each.
    tenants: tuple[tuple[str, str], ...]
    #: As in :class:`LinkOffer`.
    command: str = ""
    current: str = ""
    ended: Why | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """The user is linked now."""

    principal: Principal
    #: The command that is answered next; ``""`` for none.
    command: str = ""


@dataclass(frozen=True, slots=True)
class NotLinkedYet:
    """There is nothing to unlink or to show: this user is not linked."""

    #: Until when a link page is open, with what it keeps; ``None`` for no page.
    pending_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Me:
    """As whom one is linked, and what is stored."""

    principal: Principal
    linked_at: datetime
    #: When the ticket dies unless it is used before, or died; ``None``: the sign-in renews itself.
    expires_at: datetime | None
    #: That moment has passed.
    ended: bool = False
    #: For administrators: what is wrong with the tenant's clock and zone.
    warnings: tuple[ServerWarning, ...] = ()
    #: The tenant's id, where there are several to choose from.
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class SignInEnded:
    """Unasked: SuperOffice no longer takes the user's ticket, with a button that leads to the page."""

    why: Why
    at: datetime


@dataclass(frozen=True, slots=True)
class TenantTrouble:
    """Unasked, to admins: SuperOffice takes nobody's ticket."""

    tenant: str
    since: datetime
    #: It is the app that SuperOffice does not take: its client id or its secret.
    app: bool = False


@dataclass(frozen=True, slots=True)
class UnlinkQuestion:
    """What unlinking will delete, with a button that does it."""

    #: As whom one is linked; ``""`` where that cannot be read any more.
    name: str


@dataclass(frozen=True, slots=True)
class Unlinked:
    """All of it is deleted."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The reader chose not to unlink."""
