"""How long a sign-in lasts, and when it has to be used so that it does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["ONSITE_TICKET_LIFE", "Ending", "KeepAlivePolicy", "Why"]

#: How long an onsite ticket lives without being used.
#: Source: docs.superoffice.com, "Authentication onsite": "valid for 6 hours … renewed to the full 6 hours".
ONSITE_TICKET_LIFE = timedelta(hours=6)


class Why(StrEnum):
    """Why a sign-in is over."""

    #: It was not used for six hours.
    UNUSED = "unused"
    #: SuperOffice took it back before: a password was changed, a user removed, a database restored.
    REFUSED = "refused"
    #: Online: the user or an administrator withdrew the consent.
    WITHDRAWN = "withdrawn"
    #: Onsite: nothing was asked with it for so long that the bot kept it alive no more.
    LET_GO = "let-go"


@dataclass(frozen=True, slots=True)
class Ending:
    """When it turned out that a sign-in is over, and why. Aware, in UTC."""

    at: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class KeepAlivePolicy:
    """How onsite tickets are kept alive: each is used now and then."""

    #: How long after its last use a ticket is used.
    interval: timedelta = timedelta(hours=2)
    #: So much earlier or later, by chance: a thousand users who linked at once are not asked for at once.
    spread: timedelta = timedelta(minutes=15)
    #: How many tickets of a tenant are used at the same time.
    at_once: int = 4
    #: Who has not asked for anything for so long is let go.
    let_go_after: timedelta = timedelta(days=30)
    #: How often it is looked which are due.
    tick: timedelta = timedelta(minutes=1)

    def due_at(self, used_at: datetime, chance: float) -> datetime:
        """When a ticket that was used then is to be used next; ``chance`` is from 0 to 1."""
        return used_at + self.interval + self.spread * (2 * chance - 1)

    def dies_at(self, used_at: datetime) -> datetime:
        """When a ticket that was used then can be used no more."""
        return used_at + ONSITE_TICKET_LIFE

    @property
    def outage_survived(self) -> timedelta:
        """How long SuperOffice may be away at the worst moment without a ticket being lost."""
        return ONSITE_TICKET_LIFE - self.interval - self.spread - self.tick
