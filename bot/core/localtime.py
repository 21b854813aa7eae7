"""Local dates and times to instants: what a wall clock means on the days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["instant", "local", "midnight"]


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a clock in ``zone`` shows ``at`` on ``day``.

    A time that does not exist that day becomes the first instant after the gap; one that exists twice
    is the first of the two.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0), zone)
    exact = wall.astimezone(UTC)
    if exact.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return exact
    return _end_of_gap(wall)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When ``day`` begins in ``zone``, in UTC."""
    return instant(day, time.min, zone)


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """An instant as a clock in ``zone`` shows it."""
    return moment.astimezone(zone)


def _end_of_gap(wall: datetime) -> datetime:
    """The instant at which the clock jumps over ``wall``, found to the second by bisection.

    In a gap, fold 0 reads the wall time by the offset from before it and fold 1 by the one from after:
    the jump lies between the two readings.
    """
    after_jump = wall.astimezone(UTC)
    before_jump = wall.replace(fold=1).astimezone(UTC)
    zone = wall.tzinfo
    offset_before = before_jump.astimezone(zone).utcoffset()
    while after_jump - before_jump > timedelta(seconds=1):
        middle = before_jump + (after_jump - before_jump) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset_before:
            before_jump = middle
        else:
            after_jump = middle
    return after_jump.replace(microsecond=0)
