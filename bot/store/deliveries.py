"""Slack's deliveries that were seen."""

from datetime import datetime

from bot.store.database import Database, micros

__all__ = ["StoredDeliveries"]


class StoredDeliveries:
    """Implements the port ``Deliveries``. Every method is one statement, so atomic."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def first(self, key: str, now: datetime) -> bool:
        """Whether ``key`` is seen for the first time."""
        statement = "INSERT INTO deliveries (id, seen_at) VALUES (?, ?) ON CONFLICT DO NOTHING"
        return await self._db.execute(statement, (key, micros(now))) == 1

    async def prune(self, before: datetime) -> int:
        """Forget those seen before that time; say how many."""
        return await self._db.execute("DELETE FROM deliveries WHERE seen_at < ?", (micros(before),))
