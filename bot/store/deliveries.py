"""Slack's deliveries that were seen."""

from datetime import datetime

from sqlite_utils import Database

from bot.store.database import micros

__all__ = ["SqliteDeliveries"]


class SqliteDeliveries:
    """Implements the port ``Deliveries``. Every method is one statement, so atomic."""

    def __init__(self, db: Database) -> None:
        self._db = db.conn

    async def first(self, key: str, now: datetime) -> bool:
        """Whether ``key`` is seen for the first time."""
        statement = "INSERT OR IGNORE INTO deliveries (id, seen_at) VALUES (?, ?)"
        return self._db.execute(statement, (key, micros(now))).rowcount == 1

    async def prune(self, before: datetime) -> int:
        """Forget those seen before that time; say how many."""
        return self._db.execute("DELETE FROM deliveries WHERE seen_at < ?", (micros(before),)).rowcount
