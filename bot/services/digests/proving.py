"""What became of a digest on a date: the rows of the ledger, beside what the schedule says."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from bot.core.dayplan import plan_of
from bot.core.localtime import local
from bot.core.replies.digests import DigestProof, History, ProofRow
from bot.core.slots import NO_HOLIDAYS, Holidays, Shift, Slot
from bot.core.subscription import Delivery, Subscription
from bot.services.ports import Clock, Ledger

__all__ = ["Proving"]

#: Rows of a history.
LATEST = 15


class Proving:
    """The use case."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        holidays: Callable[[str | None], Holidays] = lambda _: NO_HOLIDAYS,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._holidays = holidays

    async def prove(self, subscription: Subscription, day: date | None) -> DigestProof:
        """The proof for a date; for none, that of the last slot."""
        now = self._clock.now()
        if day is None:
            latest = await self._ledger.latest(subscription.id, 1)
            day = latest[0].slot.day if latest else local(now, subscription.zone).date()
        holidays = self._holidays(subscription.schedule.country)
        plan = plan_of(subscription.schedule, subscription.zone, day, holidays)
        rows = await self._ledger.on(subscription.id, day)
        return DigestProof(
            day=day,
            zone=subscription.zone,
            rows=tuple(sorted(_rows(subscription, rows, plan.slots, now), key=lambda row: row.due_at)),
            holiday=plan.holiday,
            as_of=now,
            channel=subscription.channel,
        )

    async def history(self, subscription: Subscription, most: int = LATEST) -> History:
        """What became of the last slots, the latest first."""
        rows = [_row(row, subscription) for row in await self._ledger.latest(subscription.id, most)]
        return History(subscription.zone, tuple(rows), self._clock.now(), subscription.channel)


def _rows(
    subscription: Subscription, rows: Sequence[Delivery], slots: Sequence[Slot], now: datetime
) -> Iterator[ProofRow]:
    chosen = {slot.key: slot for slot in slots}
    for row in rows:
        yield _row(row, subscription, chosen.get(row.slot))
    for slot in slots:
        if slot.key not in {row.slot for row in rows}:
            outcome = "due" if slot.at > now else "none"
            yield ProofRow(slot.time, slot.at, outcome, shift=slot.shift)


def _row(row: Delivery, subscription: Subscription, slot: Slot | None = None) -> ProofRow:
    """A row of the ledger, beside its slot if the schedule has that still."""
    is_so = slot is not None and slot.at == row.due_at  # an edit may have changed the time since
    return ProofRow(
        time=slot.time if slot and is_so else local(row.due_at, subscription.zone).time(),
        due_at=row.due_at,
        outcome=row.outcome,
        reason=row.reason,
        at=row.concluded_at,
        companies=row.rows,
        tries=row.tries,
        shift=slot.shift if slot and is_so else Shift.NONE,
    )
