"""What the bot answers about companies: empty, failed and waiting are types of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.activity import Activity
from bot.core.activitychart import ActivityCounts
from bot.core.audience import Refusal
from bot.core.filters import EVERYTHING, Filter, Reason, Style
from bot.core.people import Principal
from bot.core.period import Period
from bot.core.requests import Page
from bot.core.window import Mark, Window

__all__ = [
    "ActivityAnswer",
    "ActivityChart",
    "NotShared",
    "Shared",
    "SharedPage",
    "Unshared",
    "WhyHidden",
    "WhyShown",
]


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
    #: The last company before this page.
    after: Mark | None = None
    #: How many more there are before this page than when it was offered: new, or active again.
    moved: int = 0
    #: When the reader last asked `catchup` here, which is what a catchup offers beside itself.
    caught_up_at: datetime | None = None
    #: Those active again since, which come last.
    later: tuple[Activity, ...] = ()
    #: What was filtered by, the saved filter included.
    filter: Filter = EVERYTHING
    #: How many companies this bot left out of what SuperOffice told, by reason.
    dropped: Mapping[Reason, int] = field(default_factory=dict)
    #: Names in the filter that nobody has who was active, each with the nearest that somebody has.
    unknown_people: tuple[tuple[str, str], ...] = ()
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
        return Page(self.offset, self.window, self.style, self.after)


@dataclass(frozen=True, slots=True)
class ActivityChart:
    """The same answer as a picture: all of it, not a page."""

    #: Without its rows.
    answer: ActivityAnswer
    counts: ActivityCounts


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
class SharedPage:
    """What everybody in a channel gets to see of an answer: a reply to no one in particular."""

    answer: ActivityAnswer
    sharer: str
    #: How many of the companies that the sharer saw are active again, or gone from the answer.
    changed: int = 0


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
