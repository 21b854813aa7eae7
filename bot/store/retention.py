"""How long is kept what nobody deletes: one definition for each table."""

from datetime import datetime
from typing import NamedTuple

from bot.core.audit import Retention
from bot.store.database import Database, Statements, micros, whole

__all__ = ["AGEING", "Ageing", "prune_aged"]


class Ageing(NamedTuple):
    """A table whose rows are deleted when they are old."""

    table: str
    #: When a row began to age.
    column: str
    #: The field of :class:`~bot.core.audit.Retention` that says how old.
    kept: str


AGEING = (
    Ageing("audit", "at", "audit"),
    Ageing("ledger", "due_at", "ledger"),
    Ageing("told", "told_at", "told"),
    Ageing("channel_requests", "asked_at", "ledger"),
)


async def prune_aged(db: Database, retention: Retention, now: datetime) -> int:
    """Delete what is older than it may be; say how many rows."""
    pruned = 0
    for table, column, kept in AGEING:
        before = micros(now - getattr(retention, kept))
        delete = f"DELETE FROM {table} WHERE {column} < ?"  # noqa: S608 - definitions
        pruned += await (_prune_audit if table == "audit" else _prune)(db, delete, before)
    return pruned


async def _prune(db: Statements, delete: str, before: int) -> int:
    return await db.execute(delete, (before,))


@whole
async def _prune_audit(db: Database, delete: str, before: int) -> int:
    """A trigger lets nothing be deleted but what is older than is said within the same transaction."""
    async with db.transaction("audit retention") as tx:
        await tx.execute("INSERT INTO audit_retention VALUES (?)", (before,))
        pruned = await _prune(tx, delete, before)
        await tx.execute("DELETE FROM audit_retention")
        return pruned
