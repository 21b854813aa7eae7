"""When digests are due: the slots of a schedule, and what clock changes, edits and journeys do to them.

A slot is one chosen time of day on one local date. Its key, (local date, id of the time), is unique in the
ledger: a slot whose row is there does not fire again, whatever became of its time.

*Clock changes.* A local time that does not exist is the first instant after the gap; one that exists twice
is the first of the two. Two slots in one gap share an instant: the first of them ends where the second
begins, at once, so that both have a row and one digest tells.

*Edits.* An edit takes effect at an instant: what was due until then (:func:`due` with the old schedule, up to
and including that instant) stays owed, and the new schedule counts after it. A time keeps its id while it is
edited. So an edit

- to a later time today, before the slot fired, makes it fire at the new time;
- to a later time today, after it fired, counts from the next chosen date: its row of today is there;
- to a time that is past today, before it fired, counts from the next chosen date as well.

:func:`not_today` names the slots of the last two kinds, for the answer to an edit.

*Journeys.* To fly east is a gap, to fly west a second time: :func:`passed_over` are the slots that a
traveller's clock jumped over, which are due at once; what comes again is in the ledger already. A zone that
is chosen in an edit passes over nothing: it is an edit.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.localtime import instant, local
from bot.core.schedule import ChosenTime, Schedule

__all__ = [
    "HORIZON",
    "NO_HOLIDAYS",
    "SLOT_LENGTH",
    "Holidays",
    "Shift",
    "Slot",
    "SlotKey",
    "due",
    "next_due",
    "next_fires",
    "not_today",
    "passed_over",
    "previous_fire",
    "slot_end",
    "slots_on",
]

#: So long a slot may still be told.
SLOT_LENGTH = timedelta(hours=4)
#: So many days are looked through, forwards or backwards, for a slot.
HORIZON = 731
#: How far a slot's date can be from the one that a clock shows at its instant: the longest gap, and one more.
_MARGIN = timedelta(days=2)

#: The name of the public holiday on a date; ``""`` where it is none.
Holidays = Callable[[date], str]


def NO_HOLIDAYS(day: date) -> str:  # noqa: N802 - a constant that happens to be callable
    """No day is a holiday."""
    return ""


class SlotKey(NamedTuple):
    """What the ledger knows a slot by, within its subscription."""

    day: date
    id: int


class Shift(StrEnum):
    """Why a slot is not simply when the clock shows its time."""

    NONE = "none"
    #: The clock jumps over that time: it is the first instant after the gap.
    GAP = "gap"
    #: The clock shows that time twice: it is the first of the two.
    FOLD = "fold"
    #: Its reader came to a zone where that time was over: it is when they came.
    JOURNEY = "journey"


@dataclass(frozen=True, slots=True)
class Slot:
    """One chosen time of a schedule on one local date."""

    key: SlotKey
    #: The time of day that was chosen.
    time: time
    #: When it is due, in UTC.
    at: datetime
    #: What its zone adds to UTC then.
    offset: timedelta
    shift: Shift = Shift.NONE

    @property
    def local(self) -> datetime:
        """What a clock there shows when it is due, with its offset: after a gap that is not ``time``."""
        return self.at.astimezone(timezone(self.offset))


def slots_on(
    schedule: Schedule, zone: ZoneInfo, day: date, holidays: Holidays = NO_HOLIDAYS
) -> tuple[Slot, ...]:
    """The slots of a local date, in order; none where the schedule does not choose it."""
    if not schedule.days.includes(day) or (schedule.country and holidays(day)):
        return ()
    return tuple(_slot(day, chosen, zone) for chosen in schedule.times)


def due(
    schedule: Schedule, zone: ZoneInfo, since: datetime, now: datetime, holidays: Holidays = NO_HOLIDAYS
) -> tuple[Slot, ...]:
    """The slots with an instant in (``since``, ``now``], both aware, in order.

    ``since`` is the instant up to which was asked before or, after an edit, that of the edit.
    """
    if since >= now:
        return ()
    days = _days(_date(since, zone) - _MARGIN, _date(now, zone) + _MARGIN)
    return tuple(
        slot for day in days for slot in slots_on(schedule, zone, day, holidays) if since < slot.at <= now
    )


def next_fires(
    schedule: Schedule,
    zone: ZoneInfo,
    after: datetime,
    count: int = 3,
    holidays: Holidays = NO_HOLIDAYS,
    told: Collection[SlotKey] = (),
) -> tuple[Slot, ...]:
    """The next ``count`` slots after an instant, without those whose rows are in the ledger (``told``).

    Fewer where the next ``HORIZON`` days have no more.
    """
    slots = _from(schedule, zone, _date(after, zone) - _MARGIN, holidays)
    return tuple(islice((slot for slot in slots if slot.at > after and slot.key not in told), count))


def next_due(
    schedule: Schedule,
    zone: ZoneInfo,
    after: datetime,
    holidays: Holidays = NO_HOLIDAYS,
    told: Collection[SlotKey] = (),
) -> datetime | None:
    """When to look next, in UTC; ``None`` where nothing is due within ``HORIZON`` days."""
    return next((slot.at for slot in next_fires(schedule, zone, after, 1, holidays, told)), None)


def previous_fire(
    schedule: Schedule, zone: ZoneInfo, before: datetime, holidays: Holidays = NO_HOLIDAYS
) -> Slot | None:
    """The last slot before an instant; ``None`` where the ``HORIZON`` days before it have none."""
    last = _date(before, zone) + _MARGIN
    for day in _days(last, last - timedelta(HORIZON)):
        for slot in reversed(slots_on(schedule, zone, day, holidays)):
            if slot.at < before:
                return slot
    return None


def slot_end(schedule: Schedule, zone: ZoneInfo, slot: Slot, holidays: Holidays = NO_HOLIDAYS) -> datetime:
    """When a slot is over, in UTC: ``SLOT_LENGTH`` after its instant, or sooner at the next slot's.

    Two slots in one gap share an instant: the first of them is over at once.
    """
    place = (slot.key.day, slot.time)
    for next_ in _from(schedule, zone, slot.key.day, holidays):
        if (next_.key.day, next_.time) > place:
            return min(slot.at + SLOT_LENGTH, max(slot.at, next_.at))
        if next_.at > slot.at + SLOT_LENGTH:
            break
    return slot.at + SLOT_LENGTH


def passed_over(
    schedule: Schedule, old: ZoneInfo, new: ZoneInfo, at: datetime, holidays: Holidays = NO_HOLIDAYS
) -> tuple[Slot, ...]:
    """The slots that the user's clock jumps over when their zone changes at ``at``: they are due then.

    They were still to come in the old zone and are past in the new one.
    """
    days = _days(_date(at, new) - _MARGIN, _date(at, new) + _MARGIN)
    slots = (slot for day in days for slot in slots_on(schedule, new, day, holidays))
    return tuple(
        replace(slot, at=at.astimezone(UTC), offset=_offset(at, new), shift=Shift.JOURNEY)
        for slot in slots
        if slot.at <= at < instant(slot.key.day, slot.time, old)
    )


def not_today(
    schedule: Schedule,
    zone: ZoneInfo,
    now: datetime,
    holidays: Holidays = NO_HOLIDAYS,
    told: Collection[SlotKey] = (),
) -> tuple[Slot, ...]:
    """The slots of today, in the zone, that after an edit at ``now`` wait for the next chosen date.

    Those that are past, and are in no row (``slot.at <= now``); and those to come whose row is there already.
    """
    slots = slots_on(schedule, zone, _date(now, zone), holidays)
    return tuple(slot for slot in slots if (slot.at <= now) != (slot.key in told))


def _from(schedule: Schedule, zone: ZoneInfo, first: date, holidays: Holidays) -> Iterator[Slot]:
    for day in _days(first, first + timedelta(HORIZON)):
        yield from slots_on(schedule, zone, day, holidays)


def _days(first: date, last: date) -> Iterator[date]:
    """From one date to another, that included; backwards where that is earlier."""
    count = (last - first).days
    step = 1 if count >= 0 else -1
    return (first + timedelta(n) for n in range(0, count + step, step))


def _slot(day: date, chosen: ChosenTime, zone: ZoneInfo) -> Slot:
    key, wall = SlotKey(day, chosen.id), datetime.combine(day, chosen.time, zone)
    first, second = wall.utcoffset() or timedelta(), wall.replace(fold=1).utcoffset() or timedelta()
    if first == second:
        return Slot(key, chosen.time, wall.astimezone(UTC), first)
    at = instant(day, chosen.time, zone)
    return Slot(key, chosen.time, at, _offset(at, zone), Shift.FOLD if first > second else Shift.GAP)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return local(at, zone).utcoffset() or timedelta()


def _date(moment: datetime, zone: ZoneInfo) -> date:
    return local(moment, zone).date()
