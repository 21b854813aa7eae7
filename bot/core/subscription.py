"""Who gets a digest, where and when; and what became of each: one ledger row a slot."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.channeldigest import SHARES_ALL, ChannelSettings, Narrowing
from bot.core.digest import WhenEmpty
from bot.core.filters import EVERYTHING, Filter
from bot.core.people import SlackChannel, SlackUser, Whose
from bot.core.schedule import Schedule
from bot.core.slots import SlotKey

__all__ = [
    "Delivery",
    "Outcome",
    "Participant",
    "Skipped",
    "State",
    "Subscription",
]


class State(StrEnum):
    """Whether a subscription's slots are due."""

    ON = "on"
    #: By its owner.
    OFF = "off"
    #: By the bot, for a reason that does not pass by itself.
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A digest that comes by a schedule. Date-times are aware, in UTC."""

    #: Given by the store; 0 before.
    id: int
    #: Who set it up: the reader of a direct message, the last to configure a channel's.
    owner: SlackUser
    schedule: Schedule
    #: In which the schedule's times are: its own, or its owner's as Slack told last.
    zone: ZoneInfo
    locale: str = "en"
    #: The channel it goes to; ``""`` for a direct message to the owner.
    channel: str = ""
    filter: Filter = EVERYTHING
    when_empty: WhenEmpty = WhenEmpty.SILENT
    state: State = State.ON
    #: Why it is paused: an error's code.
    reason: str = ""
    #: Since when it is in this state.
    since: datetime | None = None
    #: Until when slots are skipped.
    snoozed_until: datetime | None = None
    #: Slots up to then, included, were seen to.
    considered_until: datetime | None = None
    #: When the last weekly look for quiet companies was.
    quiet_looked_at: datetime | None = None
    #: How a channel's is set up; ``None`` for a direct message.
    team: ChannelSettings | None = None

    @property
    def workspace(self) -> str:
        """Where it is."""
        return self.owner.workspace

    @property
    def target(self) -> str:
        """Where it goes, as Slack takes it: the owner's id for a direct message, or the channel's."""
        return self.channel or self.owner.user

    @property
    def place(self) -> SlackChannel | None:
        """The channel it goes to; ``None`` for a direct message."""
        return SlackChannel(self.owner.workspace, self.channel) if self.channel else None

    @property
    def whose(self) -> Whose:
        """Whose it is: a channel's, or its reader's."""
        return self.place or self.owner

    def quiet_until(self, now: datetime) -> datetime:
        """No slot comes up to then, included: one that is due in the moment that a snooze ends, comes."""
        return max(now, self.snoozed_until - timedelta.resolution) if self.snoozed_until else now


@dataclass(frozen=True, slots=True)
class Participant:
    """Whose companies a subscription tells of."""

    subscription: int
    user: SlackUser
    #: The end of the last window that was told; ``None`` before the first.
    told_until: datetime | None = None
    #: Nothing was told up to there: what is older is not late, it was never to be told.
    is_fresh: bool = True
    #: What they do not share with a channel.
    narrowing: Narrowing = SHARES_ALL
    joined_at: datetime | None = None


class Outcome(StrEnum):
    """What became of a slot."""

    #: It is being seen to.
    CLAIMED = "claimed"
    POSTED = "posted"
    SKIPPED = "skipped"
    FAILED = "failed"
    #: Slack did not say whether it arrived, and it cannot be looked up.
    UNCERTAIN = "uncertain"


class Skipped(StrEnum):
    """Why a slot was skipped."""

    #: There was nothing to tell.
    NOTHING = "nothing"
    SNOOZED = "snoozed"
    #: It was over before the bot came to it.
    LATE = "late"
    #: The digest was switched off, changed or paused before it was sent.
    OFF = "off"
    #: Nobody shares anything with the channel.
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the ledger: one slot, and what became of it."""

    #: Given by the store; 0 before.
    id: int
    subscription: int
    workspace: str
    slot: SlotKey
    due_at: datetime
    #: When it is given up, and what it owes goes to the next slot.
    ends_at: datetime
    outcome: Outcome = Outcome.CLAIMED
    #: Why it was skipped or failed, or what it waits for: a word or an error's code.
    reason: str = ""
    #: What finds its messages again in Slack: it is in their metadata.
    key: str = field(default="", repr=False)
    #: How often it was taken up. Whoever took it up since counts, nobody before.
    tries: int = 0
    #: When posting ``part`` was last begun, if nothing is known to have come of it yet.
    attempted_at: datetime | None = None
    #: How many of its parts stand in Slack for certain; so the next one, or the one that is in doubt.
    part: int = 0
    #: Where it stands in Slack, as soon as its first part does.
    channel: str = ""
    ts: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None
    #: How many companies it told.
    rows: int = 0
    concluded_at: datetime | None = None
