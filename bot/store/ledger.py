"""What became of each slot: one row each, and which rows were told to whom.

Who takes a row up counts up its ``tries``; every later statement names them, so that whoever was slow and was
taken for dead changes nothing any more. What must not be done twice is on the disk before its method returns.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.plan import Plan, Planned
from bot.core.slots import SlotKey
from bot.core.subscription import Delivery, Outcome
from bot.core.window import Window
from bot.services.ports import NOTHING_OBSERVED, Observed, Posted, Telling, shared_turnstile
from bot.store import noting
from bot.store.claiming import carry_out
from bot.store.database import Database, Statements, maybe_micros, maybe_moment, micros, moment, whole
from bot.store.noting import HIDDEN, PENDING, Noted
from bot.store.told import Hashes

__all__ = ["COLUMNS", "LEASE", "StoredLedger", "delivery_of"]

COLUMNS = (
    "id, subscription, workspace, day, slot, due_at, ends_at, outcome, reason, key, tries, attempted_at, "
    "part, channel, ts, window_start, window_end, rows, concluded_at"
)
#: Who took a row up has so long for each step; then they are taken for dead. Longer than any step can take.
LEASE = timedelta(minutes=5)
#: Longer than anybody waits who has an attempt in doubt.
LOST = timedelta(hours=1)
#: Rows that are noted in one transaction: in less than half a millisecond.
AT_A_TIME = 64
#: Rows that wait no more; or that are in doubt, and were put off by a clock that was far ahead.
READY = "outcome = 'claimed' AND (wait_until <= :now OR (attempted_at IS NOT NULL AND wait_until > :lost))"
#: How a row ends.
ENDED = "outcome = ?, reason = ?, concluded_at = ?, window_end = coalesce(?, window_end)"
#: Whoever took it up since would have counted up ``tries``.
MINE = "id = ? AND tries = ? AND outcome = 'claimed'"


class StoredLedger:
    """Implements the port ``Ledger``."""

    def __init__(self, db: Database, hashes: Hashes) -> None:
        self._db = db
        self._hashes = hashes

    @whole
    async def carry_out(self, plans: Sequence[Plan], now: datetime) -> Sequence[tuple[Planned, int]]:
        """Write the rows of the plans, in one transaction; how many of each were not there yet."""
        async with self._db.transaction(durable=True) as tx:
            return await carry_out(tx, plans, now)

    @whole
    async def take(self, workspace: str, now: datetime, most: int) -> Sequence[Delivery]:
        """Take up claimed rows that nobody sees to; what was noted ahead for nothing is forgotten."""
        statement = (
            "UPDATE ledger SET tries = tries + 1, wait_until = :lease WHERE id IN (SELECT id FROM ledger "  # noqa: S608
            f"WHERE {READY} AND workspace = :workspace ORDER BY wait_until LIMIT :most "
            f"{self._db.dialect.taking}) RETURNING {COLUMNS}"
        )
        values = {"lease": micros(now + LEASE), "workspace": workspace, "most": most, **ready(now)}
        async with self._db.transaction() as tx:
            taken = [delivery_of(row) for row in await tx.rows(statement, values)]
            for each in taken:
                if each.tries > 1:
                    await noting.forget(tx, each, HIDDEN, *(() if each.attempted_at else (PENDING,)))
        return taken

    async def others_open(self, delivery: Delivery) -> Sequence[Delivery]:
        """Earlier rows of its subscription that are still claimed."""
        return await self._rows(
            "subscription = ? AND outcome = 'claimed' AND (due_at, id) < (?, ?) ORDER BY due_at",
            delivery.subscription,
            micros(delivery.due_at),
            delivery.id,
        )

    async def attempt(
        self,
        delivery: Delivery,
        window: Window,
        tellings: Sequence[Telling],
        now: datetime,
        quiet_looked_at: datetime | None = None,
    ) -> bool:
        """Posting its next part begins."""
        told = await self._hashes.of(delivery.subscription, [(each, each.rows) for each in tellings])
        ahead = await self._note_ahead(delivery, told, PENDING, now)
        span = maybe_micros(window.start), maybe_micros(window.end)
        values = (micros(now), micros(now + LEASE), *span, maybe_micros(quiet_looked_at), *_mine(delivery))
        return ahead is not None and await self._attempt(delivery, values, told[ahead:], now)

    @whole
    async def _attempt(
        self, delivery: Delivery, values: Sequence[object], rows: Sequence[Noted], now: datetime
    ) -> bool:
        statement = (
            "UPDATE ledger SET attempted_at = ?, wait_until = ?, "  # noqa: S608 - constants
            "window_start = coalesce(window_start, ?), "
            f"window_end = ?, quiet_looked_at = ? WHERE {MINE}"
        )
        async with self._db.transaction(durable=True) as tx:
            if await tx.execute(statement, values) == 0:
                return False
            await noting.insert(tx, delivery, rows, PENDING, now)
        return True

    async def _note_ahead(
        self, delivery: Delivery, rows: Sequence[Noted], state: str, now: datetime
    ) -> int | None:
        """Note very many a few at a time, all but the last few. How many; ``None``: somebody else has it."""
        ahead = 0
        while len(rows) - ahead > AT_A_TIME:
            await shared_turnstile().passed()
            if not await self._note(delivery, rows[ahead : ahead + AT_A_TIME], state, now):
                return None
            ahead += AT_A_TIME
        if ahead:
            await shared_turnstile().passed()
        return ahead

    @whole
    async def _note(self, delivery: Delivery, rows: Sequence[Noted], state: str, now: datetime) -> bool:
        statement = f"UPDATE ledger SET wait_until = ? WHERE {MINE}"  # noqa: S608 - constants
        async with self._db.transaction() as tx:
            if await tx.execute(statement, (micros(now + LEASE), *_mine(delivery))) == 0:
                return False
            await noting.insert(tx, delivery, rows, state, now)
        return True

    @whole
    async def unsent(self, delivery: Delivery) -> bool:
        """That part was not posted, for certain."""
        async with self._db.transaction() as tx:
            statement = f"UPDATE ledger SET attempted_at = NULL WHERE {MINE}"  # noqa: S608 - constants
            if await tx.execute(statement, _mine(delivery)) == 0:
                return False
            await noting.forget(tx, delivery, PENDING)
        return True

    @whole
    async def confirm(self, delivery: Delivery, channel: str, ts: str) -> bool:
        """That part stands in Slack; its rows are told."""
        async with self._db.transaction(durable=True) as tx:
            return await _confirm(tx, delivery, channel, ts)

    async def finish(
        self,
        delivery: Delivery,
        outcome: Outcome,
        reason: str,
        tellings: Sequence[Telling],
        now: datetime,
        quiet_looked_at: datetime | None = None,
        observed: Observed = NOTHING_OBSERVED,
        posted: Posted | None = None,
    ) -> bool:
        """Everything is told, or there was nothing."""
        silent = await self._hashes.of(delivery.subscription, [(each, each.silent) for each in tellings])
        ahead = await self._note_ahead(delivery, silent, HIDDEN, now)
        about = outcome, reason, tellings, now, quiet_looked_at, observed, posted
        return ahead is not None and await self._finish(delivery, silent, ahead, *about)

    @whole
    async def _finish(
        self,
        delivery: Delivery,
        silent: Sequence[Noted],
        ahead: int,
        outcome: Outcome,
        reason: str,
        tellings: Sequence[Telling],
        now: datetime,
        quiet_looked_at: datetime | None,
        observed: Observed,
        posted: Posted | None,
    ) -> bool:
        ended = _ended(outcome, reason, now, max((telling.end for telling in tellings), default=None))
        async with self._db.transaction(durable=True) as tx:
            if posted:
                done = await _confirm(tx, delivery, *posted, ended)
            else:
                done = await _conclude(tx, delivery, ended)
            if not done:
                return False
            if ahead:
                await noting.settle(tx, delivery, HIDDEN, "silent")
            await noting.insert(tx, delivery, silent[ahead:], "silent", now)
            for telling in tellings:
                await tx.later(
                    "UPDATE participants SET fresh = 0, "
                    "told_until = CASE WHEN told_until > ? THEN told_until ELSE ? END "
                    "WHERE subscription = ? AND workspace = ? AND user = ?",
                    (micros(telling.end), micros(telling.end), delivery.subscription, *telling.user),
                )
            if quiet_looked_at:
                statement = "UPDATE subscriptions SET quiet_looked_at = ? WHERE id = ?"
                await tx.later(statement, (micros(quiet_looked_at), delivery.subscription))
            if observed.days:
                await _count(tx, delivery, observed.days)
            if outcome is Outcome.POSTED and observed.dropped_until:
                await tx.later(
                    "DELETE FROM drop_outs WHERE subscription = ? AND dropped_at <= ?",
                    (delivery.subscription, micros(observed.dropped_until)),
                )
        return True

    @whole
    async def conclude(self, delivery: Delivery, outcome: Outcome, reason: str, now: datetime) -> bool:
        """It came to nothing, or nobody knows."""
        async with self._db.transaction() as tx:
            if not await _conclude(tx, delivery, _ended(outcome, reason, now)):
                return False
            if outcome is Outcome.UNCERTAIN:
                await noting.settle(tx, delivery, PENDING, "uncertain")
            else:
                await noting.forget(tx, delivery, PENDING)
        return True

    async def wait(self, delivery: Delivery, reason: str, until: datetime) -> bool:
        """Give it back, to be taken up then."""
        statement = f"UPDATE ledger SET wait_until = ?, reason = ? WHERE {MINE}"  # noqa: S608 - constants
        return await self._db.execute(statement, (micros(until), reason, *_mine(delivery))) == 1

    async def renew(self, delivery: Delivery, now: datetime) -> bool:
        """It is still being seen to."""
        return await self.wait(delivery, delivery.reason, now + LEASE)

    async def release(self, delivery: Delivery, now: datetime) -> None:
        """Give it back at once, unless a part of it is in doubt."""
        statement = f"UPDATE ledger SET wait_until = ? WHERE {MINE} AND attempted_at IS NULL"  # noqa: S608
        await self._db.execute(statement, (micros(now), *_mine(delivery)))

    async def wake(self, subscription: int, now: datetime) -> None:
        """What its claimed rows wait for may be over. Those under way are left alone."""
        await self._db.execute(
            "UPDATE ledger SET wait_until = ? WHERE subscription = ? AND outcome = 'claimed' "
            "AND attempted_at IS NULL AND reason != ''",
            (micros(now), subscription),
        )

    async def ended(self, subscription: int, after: datetime | None) -> Sequence[Delivery]:
        """The rows due after a moment that are not claimed any more, in order."""
        return await self._rows(
            "subscription = ? AND due_at > ? AND outcome <> 'claimed' ORDER BY due_at, id",
            subscription,
            maybe_micros(after) or 0,
        )

    async def on(self, subscription: int, day: date) -> Sequence[Delivery]:
        """The rows of a local date, in order."""
        return await self._rows(
            "subscription = ? AND day = ? ORDER BY due_at, id", subscription, day.isoformat()
        )

    async def latest(self, subscription: int, most: int) -> Sequence[Delivery]:
        """The last rows, the latest first."""
        return await self._rows("subscription = ? ORDER BY due_at DESC, id DESC LIMIT ?", subscription, most)

    async def _rows(self, where: str, *values: object) -> list[Delivery]:
        query = f"SELECT {COLUMNS} FROM ledger WHERE {where}"  # noqa: S608 - constants
        return [delivery_of(row) for row in await self._db.rows(query, values)]


def ready(now: datetime) -> dict[str, int]:
    """The values for :data:`READY`."""
    return {"now": micros(now), "lost": micros(now + LOST)}


def _ended(
    outcome: Outcome, reason: str, now: datetime, end: datetime | None = None
) -> tuple[str, str, int, int | None]:
    """The values for :data:`ENDED`."""
    return outcome, reason, micros(now), maybe_micros(end)


async def _conclude(tx: Statements, delivery: Delivery, ended: Sequence[object]) -> bool:
    statement = f"UPDATE ledger SET attempted_at = NULL, {ENDED} WHERE {MINE}"  # noqa: S608 - constants
    return await tx.execute(statement, (*ended, *_mine(delivery))) == 1


async def _confirm(
    tx: Statements, delivery: Delivery, channel: str, ts: str, ended: Sequence[object] = ()
) -> bool:
    """``ended``: with this part the digest ends, by the same statement."""
    statement = (
        "UPDATE ledger SET attempted_at = NULL, part = part + 1, "  # noqa: S608 - constants
        "channel = CASE part WHEN 0 THEN ? ELSE channel END, ts = CASE part WHEN 0 THEN ? ELSE ts END, "
        "rows = rows + (SELECT count(DISTINCT company_hash) FROM told "
        f"WHERE delivery = ledger.id AND state = 'pending'){f', {ENDED}' if ended else ''} WHERE {MINE}"
    )
    if await tx.execute(statement, (channel, ts, *ended, *_mine(delivery))) == 0:
        return False
    await noting.settle(tx, delivery, PENDING, "told")
    if not ended:  # its end says so itself
        await tx.later(
            "UPDATE subscriptions SET quiet_looked_at = ledger.quiet_looked_at FROM ledger "
            "WHERE ledger.id = ? AND subscriptions.id = ledger.subscription "
            "AND ledger.quiet_looked_at IS NOT NULL",
            (delivery.id,),
        )
    return True


async def _count(tx: Statements, delivery: Delivery, days: Iterable[date]) -> None:
    """How many companies were told of each of these days, by this digest and those before.

    Whoever leaves takes with them what is known to be told, but not what was counted.
    """
    await tx.execute_many(
        "INSERT INTO daily_counts SELECT ?, ?, count(DISTINCT company_hash) FROM told "
        "WHERE subscription = ? AND day = ? AND state = 'told' "
        "ON CONFLICT (subscription, day) DO UPDATE SET companies = excluded.companies "
        "WHERE daily_counts.companies < excluded.companies",
        ((delivery.subscription, day.isoformat()) * 2 for day in days),
    )


def _mine(delivery: Delivery) -> tuple[int, int]:
    return delivery.id, delivery.tries


def delivery_of(row: tuple[Any, ...]) -> Delivery:
    """A row of :data:`COLUMNS`."""
    id_, subscription, workspace, day, slot, due, ends, outcome, reason, key, tries, attempted, *rest = row
    part, channel, ts, start, end, rows, concluded = rest
    return Delivery(
        id=id_,
        subscription=subscription,
        workspace=workspace,
        slot=SlotKey(date.fromisoformat(day), slot),
        due_at=moment(due),
        ends_at=moment(ends),
        outcome=Outcome(outcome),
        reason=reason,
        key=key,
        tries=tries,
        attempted_at=maybe_moment(attempted),
        part=part,
        channel=channel,
        ts=ts,
        window_start=maybe_moment(start),
        window_end=maybe_moment(end),
        rows=rows,
        concluded_at=maybe_moment(concluded),
    )
