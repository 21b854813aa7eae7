"""Digests: what happened on a participant's companies since the last one. Ranked, compared, explained.

A digest tells each row that SuperOffice returns for its window exactly once. SuperOffice is asked for more
than the window: date-times carry no zone, and some kinds may be stamped in another one (see
``core.servertime``). So a row is known again by what it is, not by when it seems to have been.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from bot.core.activity import Action, Activity
from bot.core.filters import EVERYTHING, ME, Filter, Reason, did, why_dropped, words_of
from bot.core.people import Principal
from bot.core.steps import STEP, Steps
from bot.core.window import EPOCH, Window, known_time

__all__ = [
    "FIRST_LOOK_BACK",
    "LONGEST_LOOK_BACK",
    "QUIET_AFTER",
    "QUIET_LOOK_BACK",
    "Cause",
    "CauseKind",
    "Digest",
    "Entry",
    "Group",
    "Known",
    "News",
    "Quiet",
    "RowId",
    "WhenEmpty",
    "building",
    "first_start",
    "gone_quiet",
    "group_of",
    "rank",
    "row_id",
]

#: How far back a first digest looks, at most: to the slot before it.
FIRST_LOOK_BACK = timedelta(days=7)
#: How far back any looks, at most: after a snooze, say. What is older is said to be left out.
LONGEST_LOOK_BACK = timedelta(days=31)
#: A company is quiet when nothing happened on it for so long.
QUIET_AFTER = timedelta(days=60)
#: How far back the weekly look for quiet companies goes. What was last active before is not seen by it.
QUIET_LOOK_BACK = timedelta(days=365)


class RowId(NamedTuple):
    """What tells a row from every other of the same participant's.

    Its action does not: that grows with the window.
    """

    company_id: int
    time: datetime | None
    action_id: int


def row_id(activity: Activity) -> RowId:
    """The row's identity."""
    return RowId(activity.company_id, activity.time, activity.action_id)


class Group(StrEnum):
    """What a row is told under, in the order of what matters; the first that fits counts."""

    COMPANIES = "companies"
    FOLLOW_UPS = "follow-ups"
    PEOPLE = "people"
    DOCUMENTS = "documents"
    CHANGES = "changes"
    OTHER = "other"
    #: What the reader did: they know it.
    OWN = "own"


#: Which actions make a group, in its order.
_GROUPS = (
    (Action.CREATED, Group.COMPANIES),
    (Action.NEW_ACTIVITY | Action.ACTIVITY_COMPLETED, Group.FOLLOW_UPS),
    (Action.PERSON_ADDED, Group.PEOPLE),
    (Action.DOCUMENT_ADDED, Group.DOCUMENTS),
    (Action.UPDATED | Action.PERSON_UPDATED, Group.CHANGES),
)
_ORDER = {group: number for number, group in enumerate(Group)}


class News(StrEnum):
    """How a row stands to the digest before."""

    #: Its company was not in that.
    NEW = "new"
    #: Its company was: it moved again.
    AGAIN = "again"
    #: It may have been told before: Slack did not say whether that digest arrived.
    REPEATED = "repeated"


class WhenEmpty(StrEnum):
    """What to do when there is nothing to tell."""

    SILENT = "silent"
    NOTE = "note"


#: What entries go by.
Rank = tuple[int, bool, timedelta, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One company's row, as it is told."""

    activity: Activity
    news: News
    group: Group
    #: It is from before the window: it was not yet to be had when the digest before looked.
    is_late: bool = False


class CauseKind(StrEnum):
    """Why a digest covers more than one interval of its schedule, or comes late."""

    #: SuperOffice did not answer, or refused (``detail`` is the error's code).
    CRM = "crm"
    #: The sign-in was over.
    SIGN_IN = "sign-in"
    #: Slack did not take it.
    SLACK = "slack"
    #: The channel was not to be told: somebody from outside might have read along, say.
    REFUSED = "refused"
    #: Slack did not say whether the one before arrived.
    UNCERTAIN = "uncertain"
    SNOOZED = "snoozed"
    #: The bot was not running, or had too much to do.
    LATE = "late"
    #: It was switched off or paused meanwhile.
    OFF = "off"
    #: What it filters by is gone, or what all who share with it do.
    FILTERS = "filters"
    #: More is due than a digest looks back; what is older is not told.
    CAPPED = "capped"
    #: The first digest.
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Cause:
    """One of them, and of which local day, where there is one."""

    kind: CauseKind
    day: date | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of rows from earlier digests."""

    #: Told for certain, or seen before the first window began.
    told: Collection[RowId] = frozenset()
    #: Told perhaps.
    uncertain: Collection[RowId] = frozenset()
    #: The companies of the digest before.
    previous: Collection[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Quiet:
    """Companies that went quiet since the last weekly look, and how many are quiet in all."""

    companies: tuple[Activity, ...]
    total: int
    since: timedelta = QUIET_AFTER
    looked_back: timedelta = QUIET_LOOK_BACK


@dataclass(frozen=True, slots=True)
class Digest:
    """What there is to tell. Without entries it is a proven "nothing"."""

    #: From the end of the last told window to the moment of asking.
    window: Window
    #: Ranked: by group, then by news, then newest first.
    entries: tuple[Entry, ...]
    principal: Principal
    #: The root of SuperOffice's web client, for links; ``""`` where it is not known.
    web_url: str = ""
    filter: Filter = EVERYTHING
    #: How many rows were left out, by reason.
    hidden: Mapping[Reason, int] = field(default_factory=dict)
    #: Rows that count as told without an entry: those left out, and those from before the first window.
    silent: tuple[RowId, ...] = ()
    causes: tuple[Cause, ...] = ()
    quiet: Quiet | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that anybody has to read."""
        return not self.entries and not (self.quiet and self.quiet.companies)


def building(
    rows: Iterable[Activity],
    *,
    window: Window,
    overlap: timedelta,
    known: Known,
    filter_: Filter,
    principal: Principal,
    muted: Collection[int],
    is_first: bool = False,
) -> Steps[Digest]:
    """Sort out the rows that SuperOffice returned for ``window`` (aware, UTC; it has both ends).

    ``overlap`` is how much earlier than it was a row may seem to have been. A row from before the window,
    but within that, is late: it is told, unless it was. In a participant's first digest nothing before the
    window is late; such rows only count as told.
    """
    start = window.start or EPOCH
    earliest, words = start - overlap, cache(words_of)
    wanted, hidden, silent = list[tuple[Rank, Entry]](), Counter[Reason](), list[RowId]()
    for number, activity in enumerate(rows, 1):
        if number % STEP == 0:
            yield
        id_, time = row_id(activity), known_time(activity)
        before = time is not None and time < start
        if id_ in known.told or (before and time is not None and time < earliest):
            continue
        if before and is_first:
            silent.append(id_)
        elif reason := why_dropped(activity, filter_, principal, muted, words):
            hidden[reason] += 1
            silent.append(id_)
        else:
            entry = Entry(activity, _news(id_, known), group_of(activity, principal), before)
            wanted.append((rank(entry), entry))
    yield
    ranked = [entry for _, entry in sorted(wanted, key=itemgetter(0))]
    kept = ranked[: filter_.top]
    if left := ranked[len(kept) :]:
        hidden[Reason.TOP] = len(left)
        silent += (row_id(entry.activity) for entry in left)
    return Digest(window, tuple(kept), principal, filter=filter_, hidden=dict(hidden), silent=tuple(silent))


def first_start(previous_slot: datetime | None, now: datetime) -> datetime:
    """Where a participant's first window begins: at the slot before, at most a week back."""
    earliest = now - FIRST_LOOK_BACK
    return earliest if previous_slot is None else max(previous_slot, earliest)


def gone_quiet(rows: Iterable[Activity], now: datetime, last_look: datetime | None) -> Quiet:
    """Of the latest activity of each company over a year, which went quiet since ``last_look``.

    In the first look that is nobody: who has been quiet for long is counted only.
    """
    border = now - QUIET_AFTER
    still = [(time, row) for row in rows if (time := known_time(row)) is not None and time < border]
    newly = [] if last_look is None else [pair for pair in still if pair[0] >= last_look - QUIET_AFTER]
    newly.sort(key=lambda pair: (pair[0], pair[1].company_id), reverse=True)
    return Quiet(tuple(row for _, row in newly), len(still))


def _news(id_: RowId, known: Known) -> News:
    if id_ in known.uncertain:
        return News.REPEATED
    return News.AGAIN if id_.company_id in known.previous else News.NEW


def group_of(activity: Activity, principal: Principal) -> Group:
    """What a row is told under to that reader."""
    if did(ME, activity, principal):
        return Group.OWN
    return _group_of(activity.action)


@lru_cache(maxsize=128)
def _group_of(action: Action) -> Group:
    return next((group for actions, group in _GROUPS if action & actions), Group.OTHER)


def rank(entry: Entry) -> Rank:
    """What entries go by: the group; new before moved again; the newest first, unknown times last."""
    time = known_time(entry.activity)
    age = timedelta.max if time is None else EPOCH - time
    return _ORDER[entry.group], entry.news is not News.NEW, age, -entry.activity.company_id
