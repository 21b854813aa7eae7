"""What the app's Home tab shows, before anybody draws it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.filters import SavedFilter
from bot.core.overview import DigestStanding, Glance
from bot.core.replies.digests import DigestNone, DigestState, ProofRow
from bot.core.replies.linking import Me

if TYPE_CHECKING:
    from bot.core.replies import Reply

__all__ = ["Home", "HomeChannel", "InMessages", "Newcomer"]


class Newcomer(StrEnum):
    """Why somebody is not linked; its words are ``home.<code>``."""

    #: They may, and did not yet.
    WELCOME = "welcome"
    #: Guests may not.
    GUEST = "guest"
    #: Nobody of their workspace may.
    NO_TENANT = "no-tenant"


@dataclass(frozen=True, slots=True)
class HomeChannel:
    """A channel's digest that the reader shares with, or looks after."""

    standing: DigestStanding
    is_shared: bool
    is_owner: bool


@dataclass(frozen=True, slots=True)
class InMessages:
    """The answer to what was pressed stands among the bot's direct messages."""


@dataclass(frozen=True, slots=True)
class Home:
    """All of one reader's, as of a moment (aware)."""

    as_of: datetime
    #: As whom they are linked; ``None``: not at all, or so that it cannot be read any more.
    me: Me | None = None
    newcomer: Newcomer = Newcomer.WELCOME
    #: Their own digest; what is offered where they have none.
    digest: DigestState | DigestNone = field(default_factory=DigestNone)
    #: What became of its last slots, the latest first.
    last: tuple[ProofRow, ...] = ()
    channels: tuple[HomeChannel, ...] = ()
    filters: tuple[SavedFilter, ...] = ()
    #: How many are not listed, since there are too many.
    more_channels: int = 0
    more_filters: int = 0
    #: The whole workspace, for its admins.
    glance: Glance | None = None
    #: What came of the button that was pressed here last.
    said: "Reply | InMessages | None" = None
