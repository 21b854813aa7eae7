"""Attempts at signing in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.throttle import Allowance
from bot.store.database import Database, Statements, micros, moment, whole
from bot.store.hashing import Hasher

__all__ = ["StoredAttempts"]

#: An attempt counts until so long after the last one.
REMEMBERED = timedelta(hours=1)

COUNT = """
    INSERT INTO attempts (key_hash, tried, last_at) VALUES (?, 1, ?)
    ON CONFLICT (key_hash) DO UPDATE SET
        tried = CASE WHEN attempts.last_at > ? THEN attempts.tried + 1 ELSE 1 END,
        last_at = excluded.last_at
"""


class StoredAttempts:
    """Implements the port ``Attempts``."""

    def __init__(self, db: Database, hasher: Hasher) -> None:
        self._db = db
        self._hasher = hasher

    @whole
    async def reserve(self, allowances: Sequence[Allowance], now: datetime) -> timedelta:
        """Count an attempt under every key, or none and say how long one has to wait."""
        async with self._db.transaction("attempts") as tx:
            waits = [await self._wait(tx, allowance, now) for allowance in allowances]
            wait = max(waits, default=timedelta(0))
            if wait <= timedelta(0):
                since = micros(now - REMEMBERED)
                await tx.execute_many(COUNT, [(self._hash(one), micros(now), since) for one in allowances])
        return max(wait, timedelta(0))

    @whole
    async def release(self, allowances: Sequence[Allowance]) -> None:
        """Take an attempt back under every key."""
        async with self._db.transaction() as tx:
            await tx.execute_many(
                "UPDATE attempts SET tried = tried - 1 WHERE key_hash = ? AND tried > 0",
                [(self._hash(allowance),) for allowance in allowances],
            )

    async def prune(self, now: datetime) -> int:
        """Forget attempts that no longer count; say how many rows."""
        before = micros(now - REMEMBERED)
        return await self._db.execute("DELETE FROM attempts WHERE last_at <= ?", (before,))

    async def _wait(self, tx: Statements, allowance: Allowance, now: datetime) -> timedelta:
        row = await tx.one(
            "SELECT tried, last_at FROM attempts WHERE key_hash = ? AND last_at > ?",
            (self._hash(allowance), micros(now - REMEMBERED)),
        )
        if row is None:
            return timedelta(0)
        tried, last_at = row
        # A clock that was set back must not lock anybody out until it is there again.
        return min(moment(last_at), now) + allowance.wait_after(tried) - now

    def _hash(self, allowance: Allowance) -> bytes:
        return self._hasher.digest("attempts", allowance.key)
