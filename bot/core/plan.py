"""Which slots of subscriptions are to be seen to now, and what with: once for all that are alike."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from bot.core.digest import LONGEST_LOOK_BACK
from bot.core.schedule import Schedule
from bot.core.slots import NO_HOLIDAYS, Holidays, Slot, SlotKey, due, next_due, slot_end
from bot.core.subscription import Outcome, Skipped, Subscription

__all__ = ["Due", "Plan", "Planned", "plan"]


class Due(NamedTuple):
    """Subscriptions that are alike in all that says when they are due: there may be very many."""

    subscriptions: tuple[int, ...]
    workspace: str
    schedule: Schedule
    zone: ZoneInfo
    #: Until when slots are skipped.
    snoozed_until: datetime | None
    #: Slots up to then, included, were seen to.
    considered_until: datetime | None

    @classmethod
    def only(cls, one: Subscription) -> Self:
        """A single one."""
        return cls((one.id,), one.workspace, one.schedule, one.zone, one.snoozed_until, one.considered_until)


class Planned(NamedTuple):
    """What one slot's row in the ledger begins with, whoever's it is."""

    slot: SlotKey
    due_at: datetime
    ends_at: datetime
    outcome: Outcome
    reason: str


class Plan(NamedTuple):
    """What to write in one transaction, for each of the subscriptions that was not changed meanwhile."""

    subscriptions: tuple[int, ...]
    workspace: str
    #: Up to when their slots were seen to before: another moment now, and one was changed.
    considered_before: datetime | None
    #: The new rows of the ledger, for each: at most one is claimed, the others are skipped.
    rows: tuple[Planned, ...]
    considered_until: datetime
    #: When to look at them next; ``None`` for never.
    next_due: datetime | None


def plan(alike: Due, now: datetime, holidays: Holidays = NO_HOLIDAYS, more: Iterable[Slot] = ()) -> Plan:
    """See to what is due at ``now``, and to the slots in ``more``, which are due for another reason.

    One that is over, or within a snooze, is skipped. A slot ends at the next one at the latest, so at most
    one is left to be sent. After a month without the bot, older slots are not looked at: no digest looks back
    that far.
    """
    subscriptions, workspace, schedule, zone, snoozed, before = alike
    since = max(before or now, now - LONGEST_LOOK_BACK)
    rows, next_ = _by_the_clock(schedule, zone, holidays, snoozed, _minute(since), _minute(now))
    others = [_planned(slot, slot_end(schedule, zone, slot, holidays), snoozed, now) for slot in more]
    return Plan(subscriptions, workspace, before, (*rows, *others), now, next_)


@lru_cache(4096)
def _by_the_clock(
    schedule: Schedule,
    zone: ZoneInfo,
    holidays: Holidays,
    snoozed: datetime | None,
    since: datetime,
    now: datetime,
) -> tuple[tuple[Planned, ...], datetime | None]:
    """The rows, and when to look next: the same for all who have the same schedule."""
    rows = tuple(
        _planned(slot, slot_end(schedule, zone, slot, holidays), snoozed, now)
        for slot in due(schedule, zone, since, now, holidays)
    )
    return rows, next_due(schedule, zone, now, holidays)


def _minute(moment: datetime) -> datetime:
    """When its minute began. Slots begin and end with a minute: within one, nothing becomes due."""
    return moment.replace(second=0, microsecond=0)


def _planned(slot: Slot, ends_at: datetime, snoozed: datetime | None, now: datetime) -> Planned:
    outcome, reason = Outcome.SKIPPED, ""
    if snoozed and slot.at < snoozed:
        reason = Skipped.SNOOZED
    elif ends_at <= now:
        reason = Skipped.LATE
    else:
        outcome = Outcome.CLAIMED
    return Planned(slot.key, slot.at, ends_at, outcome, reason)
