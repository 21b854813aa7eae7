"""Which slots of a subscription are to be seen to now, and what with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.core.digest import LONGEST_LOOK_BACK
from bot.core.slots import NO_HOLIDAYS, Holidays, Slot, due, next_due, slot_end
from bot.core.subscription import Delivery, Outcome, Skipped, Subscription

__all__ = ["Plan", "plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write in one transaction, unless the subscription changed meanwhile."""

    subscription: Subscription
    #: The new rows of the ledger: at most one is claimed, the others are skipped.
    rows: tuple[Delivery, ...]
    considered_until: datetime
    #: When to look at the subscription next; ``None`` for never.
    next_due: datetime | None


def plan(
    subscription: Subscription,
    now: datetime,
    holidays: Holidays = NO_HOLIDAYS,
    more: Iterable[Slot] = (),
) -> Plan:
    """See to what is due at ``now``, and to the slots in ``more``, which are due for another reason.

    One that is over, or within a snooze, is skipped. A slot ends at the next one at the latest, so at most
    one is left to be sent. After a month without the bot, older slots are not looked at: no digest looks back
    that far.
    """
    schedule, zone = subscription.schedule, subscription.zone
    since = max(subscription.considered_until or now, now - LONGEST_LOOK_BACK)
    slots = (*due(schedule, zone, since, now, holidays), *more)
    rows = tuple(_rows(subscription, slots, now, holidays))
    return Plan(subscription, rows, now, next_due(schedule, zone, now, holidays))


def _rows(
    subscription: Subscription, slots: Iterable[Slot], now: datetime, holidays: Holidays
) -> Iterator[Delivery]:
    for slot in slots:
        ends_at = slot_end(subscription.schedule, subscription.zone, slot, holidays)
        outcome, reason = Outcome.SKIPPED, ""
        if subscription.snoozed_until and slot.at < subscription.snoozed_until:
            reason = Skipped.SNOOZED
        elif ends_at <= now:
            reason = Skipped.LATE
        else:
            outcome = Outcome.CLAIMED
        yield Delivery(
            id=0,
            subscription=subscription.id,
            workspace=subscription.owner.workspace,
            slot=slot.key,
            due_at=slot.at,
            ends_at=ends_at,
            outcome=outcome,
            reason=reason,
        )
