"""What the bot answers, before anybody draws it. Empty, failed and waiting are types of their own."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.activity import Activity
from bot.core.errors import Problem
from bot.core.people import Principal
from bot.core.period import Period
from bot.core.requests import FIRST, Page
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.core.window import Window

__all__ = [
    "ActivityAnswer",
    "Busy",
    "CannotRead",
    "Failed",
    "HelpText",
    "Kept",
    "LinkOffer",
    "Linked",
    "Me",
    "NotLinkedYet",
    "Reader",
    "Reply",
    "UnlinkQuestion",
    "Unlinked",
]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a reply: in which language, and by which clock."""

    zone: ZoneInfo
    locale: str = "en"
    #: Slack names no zone for this reader: the tenant's is used, and the reply says so.
    zone_is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class ActivityAnswer:
    """The latest activity per company in a window: one page of it. No rows means a proven "nothing"."""

    #: The command as it was typed, which a later page asks again.
    asked: str
    period: Period
    window: Window
    as_of: datetime
    principal: Principal
    #: The root of SuperOffice's web client, for links; ``""`` where it is not configured.
    web_url: str
    #: How many companies were last active within the window.
    count: int
    #: How many were active again since it ended: of these nobody can say whether they were within it.
    later_count: int
    #: The companies on this page, newest first.
    rows: tuple[Activity, ...]
    #: The position of the first row of this page, from 0.
    offset: int = 0
    #: When the reader last asked `catchup` here, which is what a catchup offers beside itself.
    caught_up_at: datetime | None = None
    #: Those active again since, which come last.
    later: tuple[Activity, ...] = ()

    @property
    def total(self) -> int:
        """How many companies all pages together show."""
        return self.count + self.later_count


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong. ``code`` and ``params`` say what; ``reference`` finds it in the log."""

    code: str
    params: dict[str, object]
    reference: str
    #: The command that failed, to be tried again; ``""`` where that makes no sense.
    command: str = ""
    #: The page of its answer that was asked for.
    page: Page = FIRST


@dataclass(frozen=True, slots=True)
class Busy:
    """As many commands wait as this bot takes at once."""


@dataclass(frozen=True, slots=True)
class CannotRead:
    """The command makes no sense to the bot; each problem with the nearest valid form."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class HelpText:
    """What one can type; about one verb, if it is named."""

    verb: str = ""


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """A button to the one-time page."""

    url: Secret = field(repr=False)
    expires_at: datetime
    #: The command that will be answered once linked; ``""`` for none.
    command: str = ""
    #: Already linked as somebody of this name; linking again replaces that.
    current: str = ""
    #: SuperOffice no longer takes the ticket that this user had.
    ended: bool = False


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
    #: When the ticket dies unless it is used before.
    expires_at: datetime
    #: That moment has passed.
    ended: bool = False
    #: For administrators: what is wrong with the tenant's clock and zone.
    warnings: tuple[ServerWarning, ...] = ()


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


Reply = (
    ActivityAnswer
    | Failed
    | Busy
    | CannotRead
    | HelpText
    | LinkOffer
    | Linked
    | NotLinkedYet
    | Me
    | UnlinkQuestion
    | Unlinked
    | Kept
)
