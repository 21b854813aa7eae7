"""What the bot answers, before anybody draws it. Empty, failed and waiting are types of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.activity import Activity
from bot.core.audience import Refusal
from bot.core.errors import Problem
from bot.core.filters import EVERYTHING, Filter, MutedCompany, Reason, SavedFilter, Style
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
    "FilterList",
    "FilterRemoved",
    "FilterSaved",
    "HelpText",
    "Kept",
    "LinkOffer",
    "Linked",
    "Me",
    "Muted",
    "MutedList",
    "NotLinkedYet",
    "NotShared",
    "NotYours",
    "Reader",
    "Reply",
    "Shared",
    "SharedPage",
    "StillAsking",
    "UnlinkQuestion",
    "Unlinked",
    "Unshared",
    "WhyHidden",
    "WhyShown",
]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a reply: in which language, and by which clock."""

    zone: ZoneInfo
    locale: str = "en"
    #: The Slack user's id: buttons are for nobody else.
    user: str = ""
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
    #: How many companies were last active within the window, and are left after the filters.
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
    #: What was filtered by, the saved filter included.
    filter: Filter = EVERYTHING
    #: How many companies this bot left out of what SuperOffice told, by reason.
    dropped: Mapping[Reason, int] = field(default_factory=dict)
    style: Style = Style.FULL
    #: It may be worth offering to share it where it was asked.
    shareable: bool = False

    @property
    def total(self) -> int:
        """How many companies all pages together show."""
        return self.count + self.later_count

    @property
    def page(self) -> Page:
        """This page, to be asked for again."""
        return Page(self.offset, self.window, self.style)


@dataclass(frozen=True, slots=True)
class WhyHidden:
    """What an answer left out: asked of SuperOffice once more, without filters."""

    asked: str
    period: Period
    window: Window
    as_of: datetime
    filter: Filter
    #: Companies with any activity in the window, or since it ended, as SuperOffice tells without filters.
    total: int
    #: Of these, how many the answer shows.
    shown: int
    #: How many this bot left out, by reason.
    dropped: Mapping[Reason, int]
    #: How many SuperOffice left out for their action, and for their category.
    by_action: int = 0
    by_category: int = 0


@dataclass(frozen=True, slots=True)
class WhyShown:
    """Why one company is in an answer, as of now."""

    asked: str
    period: Period
    window: Window
    as_of: datetime
    principal: Principal
    filter: Filter
    web_url: str
    #: ``None`` where SuperOffice no longer tells of it.
    activity: Activity | None
    #: It was active again since the window ended.
    is_later: bool = False
    #: Why it would not be shown any more.
    dropped: Reason | None = None


@dataclass(frozen=True, slots=True)
class Muted:
    """A company is muted now."""

    company: MutedCompany


@dataclass(frozen=True, slots=True)
class MutedList:
    """The companies that are muted: one page of them."""

    companies: tuple[MutedCompany, ...]
    total: int
    offset: int = 0
    #: The one that has just been let back in.
    unmuted: MutedCompany | None = None


@dataclass(frozen=True, slots=True)
class FilterList:
    """The saved filters."""

    filters: tuple[SavedFilter, ...]


@dataclass(frozen=True, slots=True)
class FilterSaved:
    """A filter is saved; what had the name before."""

    saved: SavedFilter
    before: Filter | None = None


@dataclass(frozen=True, slots=True)
class FilterRemoved:
    """A saved filter is gone."""

    removed: SavedFilter


@dataclass(frozen=True, slots=True)
class SharedPage:
    """What everybody in a channel gets to see of an answer: a reply to no one in particular."""

    answer: ActivityAnswer
    sharer: str


@dataclass(frozen=True, slots=True)
class Shared:
    """It stands in the channel now."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class NotShared:
    """It may not be shared there; nothing was posted."""

    refusal: Refusal
    channel: str


@dataclass(frozen=True, slots=True)
class Unshared:
    """What was shared is deleted."""

    channel: str


@dataclass(frozen=True, slots=True)
class NotYours:
    """The button is somebody else's."""


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
class StillAsking:
    """SuperOffice has not answered yet; the answer is still to come."""

    #: What was typed; ``""`` where a button was pressed.
    command: str = ""
    #: The answer will take the place of the message whose button was pressed.
    replaces: bool = False


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
    | StillAsking
    | CannotRead
    | HelpText
    | LinkOffer
    | Linked
    | NotLinkedYet
    | Me
    | UnlinkQuestion
    | Unlinked
    | Kept
    | FilterList
    | FilterRemoved
    | FilterSaved
    | Muted
    | MutedList
    | NotShared
    | NotYours
    | Shared
    | Unshared
    | WhyHidden
    | WhyShown
)
