"""Attempts at signing in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.core.throttle import Allowance
from bot.store.database import micros, moment, writing
from bot.store.hashing import Hasher

__all__ = ["SqliteAttempts"]

#: An attempt counts until so long after the last one.
REMEMBERED = timedelta(hours=1)

COUNT = """
    INSERT INTO attempts (key_hash, tried, last_at) VALUES (?, 1, ?)
    ON CONFLICT (key_hash) DO UPDATE SET
        tried = CASE WHEN last_at > ? THEN tried + 1 ELSE 1 END,
        last_at = excluded.last_at
"""


class SqliteAttempts:
    """Implements the port ``Attempts``."""

    def __init__(self, db: Database, hasher: Hasher) -> None:
        self._db = db
        self._hasher = hasher

    async def reserve(self, allowances: Sequence[Allowance], now: datetime) -> timedelta:
        """Count an attempt under every key, or none and say how long one has to wait."""
        with writing(self._db) as connection:
            wait = max((self._wait(allowance, now) for allowance in allowances), default=timedelta(0))
            if wait <= timedelta(0):
                since = micros(now - REMEMBERED)
                connection.executemany(COUNT, [(self._hash(one), micros(now), since) for one in allowances])
        return max(wait, timedelta(0))

    async def release(self, allowances: Sequence[Allowance]) -> None:
        """Take an attempt back under every key."""
        with writing(self._db) as connection:
            connection.executemany(
                "UPDATE attempts SET tried = tried - 1 WHERE key_hash = ? AND tried > 0",
                [(self._hash(allowance),) for allowance in allowances],
            )

    async def prune(self, now: datetime) -> int:
        """Forget attempts that no longer count; say how many rows."""
        before = micros(now - REMEMBERED)
        return self._db.conn.execute("DELETE FROM attempts WHERE last_at <= ?", (before,)).rowcount

    def _wait(self, allowance: Allowance, now: datetime) -> timedelta:
        row = self._db.conn.execute(
            "SELECT tried, last_at FROM attempts WHERE key_hash = ? AND last_at > ?",
            (self._hash(allowance), micros(now - REMEMBERED)),
        ).fetchone()
        if row is None:
            return timedelta(0)
        tried, last_at = row
        # A clock that was set back must not lock anybody out until it is there again.
        return min(moment(last_at), now) + allowance.wait_after(tried) - now

    def _hash(self, allowance: Allowance) -> bytes:
        return self._hasher.digest("attempts", allowance.key)
