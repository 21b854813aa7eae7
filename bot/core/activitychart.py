"""What one answer looks like as a picture: companies by the day of their latest activity, and by action."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.activity import Action, Activity
from bot.core.localtime import local
from bot.core.teamchart import DayCounts
from bot.core.window import Window, known_time

__all__ = ["MOST_BARS", "ActivityCounts", "Grain", "counted"]

#: What Slack's charts hold.
MOST_BARS = 20
#: So long ago the first bar may be: as many months as there may be bars, and less.
LONGEST = timedelta(days=570)
#: So many of those that were quiet for the longest are named, and never more than the half of all.
MOST_QUIET = 10


class Grain(StrEnum):
    """How long a bar is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class ActivityCounts:
    """The figures. Days are the reader's."""

    total: int
    #: By the first day of each bar. Days without any are in it: nobody was last active then.
    by_day: DayCounts
    grain: Grain
    #: The most frequent first. An activity may be several actions, or none that is known: ``Action(0)``.
    by_action: Mapping[Action, int]
    #: How many of them nobody knows the time of.
    undated: int = 0
    #: Whose latest activity is the longest ago, that first.
    quiet: tuple[Activity, ...] = ()


def counted(activities: Sequence[Activity], window: Window, now: datetime, zone: ZoneInfo) -> ActivityCounts:
    """Count the activities within a window; it begins, where it has no start, with the first of them.

    ``now`` is the moment of the answer. What is older than the first bar can be is counted there.
    """
    dated = sorted(
        ((time, activity) for activity in activities if (time := known_time(activity))),
        key=lambda each: (each[0], each[1].company_id),
    )
    last = local(window.end - timedelta(microseconds=1) if window.end else now, zone).date()
    days = [min(local(time, zone).date(), last) for time, _ in dated]  # a clock may be ahead
    start = local(window.start, zone).date() if window.start else min(days, default=last)
    first = max(start, last - LONGEST)
    grain = _grain(first, last)
    bars = Counter(_start(max(day, first), grain) for day in days)
    by_day = {each: bars[each] for each in sorted({*_starts(first, last, grain)})} if days else {}
    actions = Counter(flag for each in activities for flag in _flags(each.action))
    most = min(MOST_QUIET, len(dated) // 2)
    return ActivityCounts(
        total=len(activities),
        by_day=DayCounts(by_day),
        grain=grain,
        by_action=dict(actions.most_common()),
        undated=len(activities) - len(dated),
        quiet=tuple(activity for _, activity in dated[:most]) if len(by_day) > 1 else (),
    )


def _flags(action: Action) -> list[Action]:
    return [flag for flag in Action if flag in action] or [Action(0)]


def _grain(first: date, last: date) -> Grain:
    """The finest of which there are not too many."""
    return next(
        (grain for grain in (Grain.DAY, Grain.WEEK) if len(set(_starts(first, last, grain))) <= MOST_BARS),
        Grain.MONTH,
    )


def _starts(first: date, last: date, grain: Grain) -> Iterable[date]:
    return (_start(first + timedelta(days=n), grain) for n in range((last - first).days + 1))


def _start(day: date, grain: Grain) -> date:
    """The first day of its bar; weeks begin on Monday."""
    match grain:
        case Grain.DAY:
            return day
        case Grain.WEEK:
            return day - timedelta(days=day.weekday())
        case Grain.MONTH:
            return day.replace(day=1)
