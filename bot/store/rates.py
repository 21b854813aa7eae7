"""Limits that all processes share: on PostgreSQL alone, for on SQLite there is one process."""

from bot.services.ports import Limit
from bot.store.database import Database, whole

__all__ = ["NOW", "SECOND", "StoredRates"]

#: By the database's own clock, as machines' clocks differ: in microseconds.
NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
SECOND = 1_000_000
#: The row is locked until its turns are given, so no two get the same one.
TAKE = f"""
    INSERT INTO rates (name, next_at) VALUES (:name, {NOW} - :credit + :span)
    ON CONFLICT (name) DO UPDATE
    SET next_at = GREATEST(rates.next_at, excluded.next_at - :span) + :span
    RETURNING next_at - :span - {NOW}
"""  # noqa: S608 - constants
CLOSE = f"""
    INSERT INTO rates (name, next_at) VALUES (:name, {NOW} + :closed)
    ON CONFLICT (name) DO UPDATE SET next_at = GREATEST(rates.next_at, excluded.next_at)
"""  # noqa: S608 - constants
#: A call may be made in the last moment of its lease, and counts for the limit's window from then on.
LEASED = f"""
    SELECT coalesce(sum(calls), 0), coalesce(min(until) + :window - {NOW}, 0),
        coalesce((SELECT next_at - {NOW} FROM rates WHERE name = :name), 0)
    FROM leases WHERE name = :name AND until > {NOW} - :window
"""  # noqa: S608 - constants
LEASE = f"""
    INSERT INTO leases (name, until, calls) VALUES (:name, {NOW} + :lease, :calls)
    ON CONFLICT (name, until) DO UPDATE SET calls = leases.calls + excluded.calls
"""  # noqa: S608 - constants
#: A limit that nobody took a turn of for so long is as good as one that nobody ever did.
OVER = f"< {NOW} - {3600 * SECOND}"


class StoredRates:
    """Implements the port ``Rates``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, name: str, turns: int, interval: float, credit: float) -> float:
        """Take the next turns; in how many seconds the first is, 0 or less for now."""
        values = {"name": name, "span": round(turns * interval * SECOND), "credit": round(credit * SECOND)}
        (wait,) = await self._db.only(TAKE, values)
        return float(wait) / SECOND

    @whole
    async def lease(self, name: str, calls: int, limit: Limit) -> tuple[int, float]:
        """So many calls, or fewer, for a while; where it is none, when to ask again."""
        values = {"name": name, "window": round(limit.window * SECOND)}
        async with self._db.transaction("rates", name) as tx:
            leased, opens_in, closed = await tx.only(LEASED, values)
            granted = 0 if closed > 0 else max(0, min(calls, limit.calls - leased))
            if granted:
                lease = {"name": name, "lease": round(limit.lease * SECOND), "calls": granted}
                await tx.later(f"DELETE FROM leases WHERE name = :name AND until <= {NOW} - :window", values)  # noqa: S608
                await tx.later(LEASE, lease)
        return granted, 0 if granted else float(max(closed, opens_in)) / SECOND

    async def left(self, name: str, limit: Limit) -> int:
        """How many calls nobody has a lease of."""
        leased, _, closed = await self._db.only(
            LEASED, {"name": name, "window": round(limit.window * SECOND)}
        )
        return 0 if closed > 0 else max(0, limit.calls - int(leased))

    async def close(self, name: str, seconds: float) -> None:
        """There is no turn and no lease before so many seconds are over."""
        await self._db.execute(CLOSE, {"name": name, "closed": round(seconds * SECOND)})

    async def prune(self) -> int:
        """Forget limits that nobody asked for in a long time; say how many."""
        pruned = await self._db.execute(f"DELETE FROM rates WHERE next_at {OVER}")  # noqa: S608 - constants
        return pruned + await self._db.execute(f"DELETE FROM leases WHERE until {OVER}")  # noqa: S608
