"""What a digest says, before anybody draws it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.channeldigest import Grouping, Layout
from bot.core.digest import Digest, Entry, WhenEmpty
from bot.core.filters import EVERYTHING, Filter, Style
from bot.core.schedule import Schedule
from bot.core.slots import Shift, Slot
from bot.core.typed.filtertext import written
from bot.core.typed.recurrencetext import days_text

__all__ = [
    "FIRST_PART",
    "LATER_PARTS",
    "MOST_PARTS",
    "Changed",
    "DigestForm",
    "DigestNone",
    "DigestPart",
    "DigestPaused",
    "DigestProof",
    "DigestSent",
    "DigestState",
    "History",
    "ProofRow",
    "TeamForm",
    "TeamState",
    "parts",
]

#: Companies in the message itself, and in each that follows in its thread.
FIRST_PART, LATER_PARTS = 20, 30
#: Messages of one digest; who is behind by more asks for the rest by a button.
MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class DigestPart:
    """One Slack message of a digest: the first, or one in its thread."""

    digest: Digest
    entries: tuple[Entry, ...]
    number: int
    #: How many messages the digest has.
    of: int
    #: How many companies are in none of them.
    rest: int = 0
    style: Style = Style.FULL
    #: It was asked for by `digest test`: it counts for nothing.
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class DigestSent:
    """A test digest stands in the reader's direct messages."""

    messages: int = 1


@dataclass(frozen=True, slots=True)
class DigestPaused:
    """Unasked, to its owner: the digest goes on only when somebody does something about it."""

    #: An error's code, or Slack's own.
    reason: str
    #: The channel it goes to; ``""`` for a direct message.
    channel: str = ""


def parts(digest: Digest, *, is_test: bool = False, told: int = 0) -> tuple[DigestPart, ...]:
    """The messages of a digest; one, if there is nothing to tell.

    ``told``: so many of its messages stand in Slack already, and ``digest`` is what they did not tell. That
    follows in the thread.
    """
    sizes = [LATER_PARTS if number else FIRST_PART for number in range(told, MOST_PARTS)]
    shares, start = list[tuple[Entry, ...]](), 0
    for size in sizes:
        if share := digest.entries[start : start + size]:
            shares.append(share)
        start += size
    shares = shares or [()]
    rest = max(0, len(digest.entries) - sum(sizes))
    style = digest.filter.style or Style.FULL
    return tuple(
        DigestPart(
            digest,
            share,
            told + number,
            told + len(shares),
            rest if number == len(shares) - 1 else 0,
            style,
            is_test,
        )
        for number, share in enumerate(shares)
    )


class Changed(StrEnum):
    """What a command has just done to a digest; its words are ``changed.<code>``."""

    #: Nothing: it was only asked for.
    NOTHING = ""
    #: It was so already.
    SAME = "same"
    CREATED = "created"
    TIMES = "times"
    #: The filters, the style, what to do when there is nothing.
    CONTENT = "content"
    #: It begins afresh.
    ON = "on"
    #: A snooze or a pause is over: it goes on where it was.
    CONTINUED = "continued"
    OFF = "off"
    SNOOZED = "snoozed"
    #: Nothing: it was to be set up, and is there already.
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class TeamState:
    """What a channel's digest has beside."""

    channel: str
    #: The id of whoever set it up last; ``""``: they are gone.
    owner: str
    grouping: Grouping = Grouping.OWNER
    layout: Layout = Layout.THREAD
    #: Percent of the participants.
    quorum: int = 50
    participants: int = 0
    #: The reader is one of them.
    is_shared: bool = False
    #: The reader may change it.
    may_configure: bool = False
    #: Its settings come from a file.
    is_managed: bool = False
    #: The id of the admin who approved that guests read along; ``""``: they may not.
    guests_approved_by: str = ""
    #: The channel was not told of the change: Slack did not take that.
    is_untold: bool = False


@dataclass(frozen=True, slots=True)
class DigestState:
    """How a digest stands, after a change or when asked for. Date-times are aware."""

    #: ``on``, ``off`` or ``paused``.
    state: str
    #: As it can be typed, such as ``08:00,16:00 weekdays``.
    schedule: str
    #: In which its times are.
    zone: ZoneInfo
    #: The next slots, three at most; none unless it is on.
    fires: tuple[Slot, ...] = ()
    #: Its owner said which zone; otherwise it is the one that Slack tells, wherever they are.
    zone_is_said: bool = False
    changed: Changed = Changed.NOTHING
    #: Why it is paused: an error's code, or Slack's own.
    reason: str = ""
    snoozed_until: datetime | None = None
    filter: Filter = EVERYTHING
    when_empty: WhenEmpty = WhenEmpty.SILENT
    #: Chosen times that do not come today any more: over, or told already.
    not_today: tuple[time, ...] = ()
    #: For the words for its moments: when it was asked.
    as_of: datetime | None = None
    #: ``None`` for one in direct messages.
    team: TeamState | None = None


@dataclass(frozen=True, slots=True)
class DigestNone:
    """The reader has no digest yet; or the channel."""

    #: What is offered: a schedule, as it can be typed.
    offered: str = "08:00 weekdays"
    channel: str = ""


@dataclass(frozen=True, slots=True)
class TeamForm:
    """What the form of a channel's digest has beside."""

    channel: str
    grouping: Grouping = Grouping.OWNER
    layout: Layout = Layout.THREAD
    #: Percent of the participants.
    quorum: int = 50
    #: Whom to ask to share, by their ids.
    invited: tuple[str, ...] = ()
    #: Whoever fills it in may not set it up: an admin is asked to.
    is_request: bool = False
    #: Its settings come from a file: it is changed there.
    is_managed: bool = False

    @property
    def line(self) -> str:
        """As it can be typed."""
        return f"group:{self.grouping} layout:{self.layout} quorum:{self.quorum}"


@dataclass(frozen=True, slots=True)
class DigestForm:
    """The settings of a digest to be changed in a modal, each as it can be typed."""

    #: Such as ``08:00``.
    times: tuple[str, ...] = ("08:00",)
    #: Such as ``weekdays``, ``mon`` or ``last fri``.
    days: tuple[str, ...] = ("weekdays",)
    #: ``""`` for the reader's own, which Slack tells.
    zone: str = ""
    #: The country whose public holidays are left out; ``""`` for none.
    country: str = ""
    #: Less its style.
    filter: str = ""
    style: Style = Style.FULL
    when_empty: WhenEmpty = WhenEmpty.SILENT
    #: There is no digest yet.
    is_new: bool = False
    #: ``None`` for one in direct messages.
    team: TeamForm | None = None

    @classmethod
    def of(
        cls, schedule: Schedule, filter_: Filter, when_empty: WhenEmpty, *, is_new: bool = False
    ) -> "DigestForm":
        """The form of a digest that is set so."""
        return cls(
            times=tuple(f"{chosen.time:%H:%M}" for chosen in schedule.times),
            days=tuple(days_text(schedule.days).split(",")),
            zone=schedule.zone or "",
            country=schedule.country or "",
            filter=written(replace(filter_, style=None)),
            style=filter_.style or Style.FULL,
            when_empty=when_empty,
            is_new=is_new,
        )

    @property
    def verb(self) -> str:
        """What a line that says the same begins with."""
        return "digest" if self.team is None else f"channel {'digest' if self.is_new else 'change'}"

    @property
    def line(self) -> str:
        """All of it as it can be typed: nothing of what was set before is left."""
        parts_ = (
            f"{self.verb} at {','.join(self.times)}",
            ",".join(self.days),
            f"in {self.zone or 'my zone'}",
            f"except holidays in {self.country}" if self.country else "with holidays",
            self.filter,
            f"style:{self.style}",
            f"empty:{self.when_empty}",
            self.team.line if self.team else "",
        )
        return " ".join(filter(None, parts_))


@dataclass(frozen=True, slots=True)
class ProofRow:
    """What became of one slot."""

    #: The time that was chosen.
    time: time
    #: When it is or was due.
    due_at: datetime
    #: ``claimed``, ``posted``, ``skipped``, ``failed`` or ``uncertain``; ``due``: it is still to come;
    #: ``none``: it has no row, since it was not chosen then.
    outcome: str
    #: Why: a word, or an error's code.
    reason: str = ""
    #: When that became certain: when it was posted, say.
    at: datetime | None = None
    #: How many companies it told.
    companies: int = 0
    tries: int = 0
    shift: Shift = Shift.NONE


@dataclass(frozen=True, slots=True)
class DigestProof:
    """What became of a digest on one date: the rows of the ledger, and what the schedule says of it."""

    day: date
    zone: ZoneInfo
    rows: tuple[ProofRow, ...] = ()
    #: The public holiday that it is, and left out for.
    holiday: str = ""
    #: For the words for its moments: when it was asked.
    as_of: datetime | None = None
    #: ``""`` for one in direct messages.
    channel: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What became of the last digests, the latest first."""

    zone: ZoneInfo
    rows: tuple[ProofRow, ...] = ()
    as_of: datetime | None = None
    channel: str = ""
