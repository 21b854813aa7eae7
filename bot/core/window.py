"""Windows of time, and which activities belong to one."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.core.activity import Activity

__all__ = ["EPOCH", "Judged", "Mark", "Window", "judge", "known_time", "mark", "place_after"]

#: Where times are counted from.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span, ``start <= time < end``, of aware date-times.

    Without a ``start`` it begins at the reader's last log-out from SuperOffice; without an ``end`` it is
    still open.
    """

    start: datetime | None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The activities of one answer, sorted out against a window; newest first."""

    #: Within the window, or of unknown time: those come last.
    inside: tuple[Activity, ...]
    #: Active again since the window ended: SuperOffice tells the latest activity only, so what happened
    #: within the window, if anything, can no longer be asked.
    later: tuple[Activity, ...]


class Mark(NamedTuple):
    """What a row was when it was shown: active again, its company has another."""

    time: datetime | None
    company_id: int


def mark(activity: Activity) -> Mark:
    """The row's mark."""
    return Mark(known_time(activity), activity.company_id)


def place_after(shown: Mark, rows: Sequence[Activity], window: Window) -> int:
    """Where to go on in ``rows`` (those inside the window, then those later) after the one shown last.

    It may be gone from there, and others may have come: nothing is skipped, nothing is told again.
    """
    return bisect_right(rows, _order(shown, window), key=lambda row: _order(mark(row), window))


def _order(row: Mark, window: Window) -> tuple[int, timedelta, int]:
    if row.time is None:
        return 1, timedelta(0), -row.company_id
    is_later = window.end is not None and row.time >= window.end
    return (2 if is_later else 0), EPOCH - row.time, -row.company_id


def known_time(activity: Activity) -> datetime | None:
    """When it happened, or ``None``: .NET's smallest and largest dates stand for "not known"."""
    time = activity.time
    return time if time is not None and 1 < time.year < 9999 else None


def judge(activities: Iterable[Activity], window: Window) -> Judged:
    """Keep what belongs to ``window``. What lies before it was asked for only to overlap."""
    inside, later, undated = [], [], []
    for activity in activities:
        time = known_time(activity)
        if time is None:
            undated.append(activity)
        elif window.end is not None and time >= window.end:
            later.append((time, activity))
        elif window.start is None or time >= window.start:
            inside.append((time, activity))
    undated.sort(key=lambda activity: -activity.company_id)
    return Judged((*_newest_first(inside), *undated), _newest_first(later))


def _newest_first(dated: list[tuple[datetime, Activity]]) -> tuple[Activity, ...]:
    ordered = sorted(dated, key=lambda pair: (pair[0], pair[1].company_id), reverse=True)
    return tuple(activity for _, activity in ordered)
