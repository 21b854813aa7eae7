"""What plans begin: rows of the ledger, by two statements for as many subscriptions as are alike.

Nothing of a row passes through Python: whoever takes it up reads it then.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from bot.core.plan import Plan, Planned
from bot.core.subscription import Outcome
from bot.store.database import Statements, maybe_micros, micros

__all__ = ["carry_out"]

COLUMNS = (
    "subscription, workspace, day, slot, due_at, ends_at, outcome, reason, wait_until, concluded_at, "
    "tries, part, channel, ts, rows, key"
)
#: Of a plan's subscriptions, those that nobody changed meanwhile.
AS_FOUND = "id IN ({}) AND considered_until = ? AND state = 'on'"


async def carry_out(tx: Statements, plans: Sequence[Plan], now: datetime) -> list[tuple[Planned, int]]:
    """Begin the rows of those subscriptions that nobody changed meanwhile: how many are new."""
    begun = []
    for plan in plans:
        found = json.dumps(plan.subscriptions), maybe_micros(plan.considered_before)
        await _keep(tx, found[0])
        begun += [(row, await _begin(tx, plan.workspace, row, found, now)) for row in plan.rows]
        statement = f"UPDATE subscriptions SET considered_until = ?, next_due = ? WHERE {_as_found(tx)}"  # noqa: S608
        await tx.later(statement, (micros(plan.considered_until), maybe_micros(plan.next_due), *found))
    return begun


async def _keep(tx: Statements, ids: str) -> None:
    """Let nobody change them in between.

    In the same order everywhere, so that hardly ever two wait for each other.
    """
    if locking := tx.dialect.changing:
        query = f"SELECT id FROM subscriptions WHERE id IN ({tx.dialect.listed}) ORDER BY id {locking}"  # noqa: S608
        await tx.later(query, (ids,))


async def _begin(
    tx: Statements, workspace: str, row: Planned, found: tuple[object, ...], now: datetime
) -> int:
    """How many had no such row yet. Nobody has taken it up: it waits since it is due."""
    due_at, ended = micros(row.due_at), None if row.outcome is Outcome.CLAIMED else micros(now)
    slot = row.slot.day.isoformat(), row.slot.id
    values = (workspace, *slot, due_at, micros(row.ends_at), row.outcome, row.reason, due_at, ended)
    statement = (
        f"INSERT INTO ledger ({COLUMNS}) SELECT id, "  # noqa: S608 - constants
        f"?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BIGINT), 0, 0, '', '', 0, {tx.dialect.key} "
        f"FROM subscriptions WHERE {_as_found(tx)} ON CONFLICT DO NOTHING"
    )
    return await tx.execute(statement, (*values, *found))


def _as_found(tx: Statements) -> str:
    return AS_FOUND.format(tx.dialect.listed)
