"""All digests at a glance, for admins and for whoever runs the bot: ids, times and words, no names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.people import SlackUser
from bot.core.subscription import Delivery, Outcome, State

__all__ = ["DigestStanding", "Ended", "Glance", "Load", "Overview", "Standings"]


@dataclass(frozen=True, slots=True)
class DigestStanding:
    """How one subscription stands. Date-times are aware, in UTC."""

    id: int
    #: With the user ``""``: a channel's, whose owner was forgotten.
    owner: SlackUser
    #: ``""`` for a direct message to the owner.
    channel: str
    #: As it can be typed.
    schedule: str
    zone: ZoneInfo
    state: State
    #: Why it is paused: an error's code, or Slack's own.
    reason: str
    since: datetime
    snoozed_until: datetime | None = None
    next_due: datetime | None = None
    #: Its last slot; ``None`` before the first, or once that is so old that it was deleted.
    last: Delivery | None = None


class Standings(NamedTuple):
    """One page of them, those first that need somebody."""

    page: tuple[DigestStanding, ...]
    total: int
    #: How many of all are paused.
    paused: int


class Ended(NamedTuple):
    """How many slots ended so."""

    outcome: Outcome
    reason: str
    number: int


class Load(NamedTuple):
    """What a workspace has ahead."""

    workspace: str
    digests: int
    #: The most that are due in the same minute, and when that is.
    at_once: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """All digests of a bot. Date-times are aware, in UTC."""

    as_of: datetime
    #: How many subscriptions are in each state.
    states: Mapping[str, int]
    snoozed: int
    #: How many are paused for which reason.
    paused: Mapping[str, int]
    #: Slots to begin with, and since when the oldest of them is due.
    due: int
    due_since: datetime | None
    #: Slots that are being seen to, and since when the oldest of them is due.
    claimed: int
    claimed_since: datetime | None
    #: So many of these may have been posted: it will be looked up.
    in_doubt: int
    #: How many of these had to wait for what.
    waiting: Mapping[str, int]
    #: What became of the slots of the last 24 hours.
    ended: tuple[Ended, ...]
    #: How many digests came late in that time, and the worst of it.
    late: int
    latest: timedelta
    #: The hour ahead.
    load: tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """One workspace in a few numbers. Moments are aware, in UTC."""

    linked: int = 0
    #: So many sign-ins are over, and so many others were not taken when they were last used.
    over: int = 0
    failing: int = 0
    #: So many of the linked asked something within a week.
    asking: int = 0
    #: Digests that are on: people's own, and channels'.
    own: int = 0
    channels: int = 0
    paused: int = 0
    #: So many people share with a channel.
    sharing: int = 0
    #: What became of the slots of the last 24 hours; what may have arrived counts as failed.
    posted: int = 0
    failed: int = 0
    #: The tenants that take nobody's ticket, each since when.
    troubles: tuple[tuple[str, datetime], ...] = ()
