"""Turns that all processes take of one limit: on PostgreSQL alone, for on SQLite there is one process."""

from bot.store.database import Database

__all__ = ["StoredRates"]

#: By the database's own clock, as machines' clocks differ: in microseconds.
NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
#: The row is locked until its turn is given, so no two get the same one.
TAKE = f"""
    INSERT INTO rates (name, next_at) VALUES (:name, {NOW} - :credit + :interval)
    ON CONFLICT (name) DO UPDATE
    SET next_at = GREATEST(rates.next_at, excluded.next_at - :interval) + :interval
    RETURNING next_at - :interval - {NOW}
"""  # noqa: S608 - constants
CLOSE = f"""
    INSERT INTO rates (name, next_at) VALUES (:name, {NOW} + :closed)
    ON CONFLICT (name) DO UPDATE SET next_at = GREATEST(rates.next_at, excluded.next_at)
"""  # noqa: S608 - constants
#: A limit that nobody took a turn of for so long is as good as one that nobody ever did.
PRUNE = f"DELETE FROM rates WHERE next_at < {NOW} - 3600000000"  # noqa: S608 - constants
SECOND = 1_000_000


class StoredRates:
    """Implements the port ``Rates``. Every method is one statement, so atomic."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, name: str, interval: float, credit: float) -> float:
        """Take the next turn; in how many seconds it is, 0 or less for now."""
        values = {"name": name, "interval": round(interval * SECOND), "credit": round(credit * SECOND)}
        (wait,) = await self._db.only(TAKE, values)
        return float(wait) / SECOND

    async def close(self, name: str, seconds: float) -> None:
        """There is no turn before so many seconds are over."""
        await self._db.execute(CLOSE, {"name": name, "closed": round(seconds * SECOND)})

    async def prune(self) -> int:
        """Forget limits of which no turn was taken for long; say how many."""
        return await self._db.execute(PRUNE)
