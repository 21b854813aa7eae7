"""A team's digest: what several people see, merged into one row for each company.

Whose answer a row came with decides nothing but who is said to have seen it: a company that several see is
told once, and what was told through one of them is not told again through another. What somebody does not
share is as if they did not see it; only how many companies nobody shared is counted.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from statistics import median_low
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.activity import Activity
from bot.core.channeldigest import SHARES_ALL, ChannelSettings, DropOut, Grouping, Narrowing
from bot.core.digest import Cause, Entry, Known, News, RowId, group_of, rank, row_id
from bot.core.filters import EVERYTHING, Filter, Reason, why_dropped, words_of
from bot.core.localtime import local
from bot.core.people import Principal, SlackUser
from bot.core.window import EPOCH, Window, known_time

__all__ = [
    "Company",
    "MissingView",
    "TeamDigest",
    "TeamEntry",
    "View",
    "merge",
    "observed_days",
]

#: So many views keep a row as told: one is enough to know it, the others are there should that one leave.
TELLERS = 3
#: Windows of the same digest begin so far apart at most: each is asked for at another moment.
AT_ONCE = timedelta(hours=1)
#: Who reads a channel is nobody's "me".
NOBODY = Principal(0, 0, "", "")


class Company(NamedTuple):
    """A company of one SuperOffice."""

    tenant: str
    id: int


@dataclass(frozen=True, slots=True)
class View:
    """What SuperOffice told one participant, and how much of it they share."""

    user: SlackUser
    tenant: str
    principal: Principal
    rows: tuple[Activity, ...]
    #: Theirs: from the end of the last one that was told to the moment of asking. Aware, UTC.
    window: Window
    #: How much earlier than it was a row may seem to have been.
    overlap: timedelta = timedelta(0)
    known: Known = field(default_factory=Known)
    narrowing: Narrowing = SHARES_ALL
    #: It is their first: nothing from before it is late.
    is_first: bool = False
    #: The root of SuperOffice's web client, for links; ``""`` where it is not known.
    web_url: str = ""

    @property
    def start(self) -> datetime:
        """Where it begins."""
        return self.window.start or EPOCH

    @property
    def end(self) -> datetime:
        """Where it ends: the moment SuperOffice was asked, by its clock."""
        if self.window.end is None:
            raise ValueError("the window of a view has an end")
        return self.window.end


@dataclass(frozen=True, slots=True)
class MissingView:
    """A participant whose view could not be had, and why: an error's code."""

    user: SlackUser
    #: As SuperOffice tells it; ``""`` where it is not known.
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class TeamEntry(Entry):
    """One company's row, as it is told to a team."""

    tenant: str = ""
    #: Who of the team sees the company and shares that, by name.
    seen_by: tuple[str, ...] = ()
    #: Through whose views it counts as told.
    tellers: tuple[SlackUser, ...] = ()
    #: What it is told under: an owner's name, a category, or a local day; nothing where that is unknown.
    under: str | date | None = None

    @property
    def company(self) -> Company:
        """What tells its row from every other."""
        return Company(self.tenant, self.activity.company_id)


@dataclass(frozen=True, slots=True)
class TeamDigest:
    """What there is to tell a channel. Without entries it is a proven "nothing", as far as views were had."""

    #: From where most views begin to the moment of asking.
    window: Window
    #: By group, the largest or the latest day first; within one by what happened, news, then newest first.
    entries: tuple[TeamEntry, ...]
    settings: ChannelSettings
    #: In which its days are.
    zone: ZoneInfo
    #: How many views are in it.
    views: int = 0
    missing: tuple[MissingView, ...] = ()
    drop_outs: tuple[DropOut, ...] = ()
    #: Where the views begin that were missing before; ``None`` where there is none.
    reaches_back: datetime | None = None
    filter: Filter = EVERYTHING
    #: How many companies were left out, by reason.
    hidden: Mapping[Reason, int] = field(default_factory=dict)
    #: On how many companies something happened that whoever sees them does not share.
    withheld: int = 0
    causes: tuple[Cause, ...] = ()
    #: The roots of SuperOffice's web clients, by tenant.
    web_urls: Mapping[str, str] = field(default_factory=dict)
    #: Rows that count as told without an entry, through whose view.
    silent: Mapping[SlackUser, tuple[RowId, ...]] = field(default_factory=dict)
    #: On how many companies something happened each day that is over, in order.
    counts: Mapping[date, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that anybody has to read."""
        return not self.entries


class _Seen(NamedTuple):
    view: View
    activity: Activity
    is_late: bool

    @property
    def order(self) -> tuple[datetime, int, datetime, SlackUser]:
        """The latest comes last; of the same row, the one that says what happened since the latest start."""
        return known_time(self.activity) or EPOCH, self.activity.action_id, self.view.start, self.view.user


class _Merging:
    """What is found out on the way."""

    def __init__(self, usual: datetime, filter_: Filter) -> None:
        self.usual = usual
        self.filter = filter_
        self.seen_by = defaultdict[Company, dict[SlackUser, str]](dict)
        self.candidates = defaultdict[Company, list[_Seen]](list)
        self.withheld = set[Company]()
        self.hidden = Counter[Reason]()
        self.silent = defaultdict[SlackUser, list[RowId]](list)

    def look(self, view: View) -> None:
        """Sort out one view's rows."""
        for activity in view.rows:
            company, time = Company(view.tenant, activity.company_id), known_time(activity)
            is_late = time is not None and time < view.start
            is_told = row_id(activity) in view.known.told
            if time is not None and time < view.start - view.overlap:
                continue
            if is_withheld(activity, view):
                if not (is_told or is_late):
                    self.withheld.add(company)
                continue
            self.seen_by[company][view.user] = view.principal.full_name
            if is_told:
                continue
            if is_late and view.is_first:
                self.silent[view.user].append(row_id(activity))
            else:
                self.candidates[company].append(_Seen(view, activity, is_late))

    def entries(self) -> Iterator[TeamEntry]:
        """The latest row of each company, unless the filter leaves it out; what it overtook is silent."""
        words = cache(words_of)
        for company, found in self.candidates.items():
            latest = max(found, key=lambda seen: seen.order)
            id_ = row_id(latest.activity)
            tellers = [seen for seen in found if row_id(seen.activity) == id_]
            for seen in found:
                if row_id(seen.activity) != id_:
                    self.silent[seen.view.user].append(row_id(seen.activity))
            entry = self._entry(company, latest.activity, tellers)
            if reason := why_dropped(latest.activity, self.filter, NOBODY, (), words):
                self.leave_out(entry, reason)
            else:
                yield entry

    def leave_out(self, entry: TeamEntry, reason: Reason) -> None:
        """It counts as told."""
        self.hidden[reason] += 1
        for user in entry.tellers:
            self.silent[user].append(row_id(entry.activity))

    def _entry(self, company: Company, activity: Activity, tellers: list[_Seen]) -> TeamEntry:
        time = known_time(activity)
        return TeamEntry(
            activity,
            _news(row_id(activity), [seen.view.known for seen in tellers]),
            group_of(activity, NOBODY),
            all(seen.is_late for seen in tellers) or (time is not None and time < self.usual - AT_ONCE),
            tenant=company.tenant,
            seen_by=tuple(self.seen_by[company].values()),
            tellers=tuple(seen.view.user for seen in tellers[:TELLERS]),
        )


def merge(views: Iterable[View], *, filter_: Filter, settings: ChannelSettings, zone: ZoneInfo) -> TeamDigest:
    """One digest of several views, in the order of who joined. Raises :class:`ValueError` for none at all."""
    views = tuple(views)
    usual = median_low(view.start for view in views)
    merging = _Merging(usual, filter_)
    for view in views:
        merging.look(view)
    ranked = sorted(merging.entries(), key=lambda entry: (*rank(entry), entry.tenant))
    kept = ranked[: filter_.top]
    for entry in ranked[len(kept) :]:
        merging.leave_out(entry, Reason.TOP)
    earliest = min(view.start for view in views)
    return TeamDigest(
        window=Window(usual, max(view.end for view in views)),
        entries=_grouped(kept, settings.grouping, zone),
        settings=settings,
        zone=zone,
        views=len(views),
        reaches_back=earliest if earliest < usual - AT_ONCE else None,
        filter=filter_,
        hidden=dict(merging.hidden),
        withheld=len(merging.withheld - merging.seen_by.keys()),
        web_urls={view.tenant: view.web_url for view in views},
        silent={user: tuple(rows) for user, rows in merging.silent.items()},
    )


def is_withheld(activity: Activity, view: View) -> bool:
    """Whether its participant does not share it. SuperOffice was asked for no other category anyway."""
    narrowing = view.narrowing
    if narrowing.is_lost or activity.company_id in narrowing.never:
        return True
    actions = narrowing.only.actions
    if actions is not None and not activity.action & actions:
        return True
    return why_dropped(activity, narrowing.only, view.principal, ()) is not None


def observed_days(digest: TeamDigest) -> tuple[date, ...]:
    """The local days that it tells of, in order; the last one may not be over."""
    first = local(digest.reaches_back or digest.window.start or EPOCH, digest.zone).date()
    last = local(digest.window.end or EPOCH, digest.zone).date()
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _news(id_: RowId, known: Collection[Known]) -> News:
    if any(id_ in each.uncertain for each in known):
        return News.REPEATED
    return News.AGAIN if any(id_.company_id in each.previous for each in known) else News.NEW


def _grouped(entries: Iterable[TeamEntry], grouping: Grouping, zone: ZoneInfo) -> tuple[TeamEntry, ...]:
    """By what each is told under, in the order of the groups; within a group the order stays."""
    found = [replace(entry, under=_under(entry.activity, grouping, zone)) for entry in entries]
    sizes = Counter(entry.under for entry in found)

    def place(entry: TeamEntry) -> tuple[bool, int, str]:
        under = entry.under
        if isinstance(under, date):
            return False, -under.toordinal(), ""
        return not under, -sizes[under], (under or "").casefold()

    return tuple(sorted(found, key=place))


def _under(activity: Activity, grouping: Grouping, zone: ZoneInfo) -> str | date | None:
    match grouping:
        case Grouping.OWNER:
            return " ".join(activity.owner.split())
        case Grouping.CATEGORY:
            return activity.category
        case Grouping.DAY:
            time = known_time(activity)
            return None if time is None else local(time, zone).date()
