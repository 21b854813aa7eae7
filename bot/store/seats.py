"""Seats that all processes share: on PostgreSQL alone, for on SQLite there is one process."""

import secrets
from collections.abc import Sequence

from bot.core.seats import shares
from bot.store.database import Database, whole
from bot.store.rates import NOW, SECOND

__all__ = ["StoredSeats"]

#: Seconds after which another has what cannot be divided.
TURN = 10
OTHERS = f"""
    SELECT at, holder, held, wanted FROM (SELECT {NOW} AS at) AS now
    LEFT JOIN seats ON name = :name AND holder <> :me AND until > at
"""  # noqa: S608 - constants
PUT = f"""
    INSERT INTO seats (name, holder, held, wanted, until) VALUES (:name, :me, :held, :wanted, {NOW} + :lease)
    ON CONFLICT (name, holder) DO UPDATE
    SET held = excluded.held, wanted = excluded.wanted, until = excluded.until
"""  # noqa: S608 - constants
RENEW = f"""
    UPDATE seats SET until = {NOW} + :lease
    WHERE holder = :me AND until > {NOW} AND name = ANY(:names) RETURNING name
"""  # noqa: S608 - constants
SHORT = f"""
    SELECT DISTINCT mine.name FROM seats AS mine JOIN seats AS other ON other.name = mine.name
    WHERE mine.holder = ? AND mine.held > 0 AND other.holder <> mine.holder AND other.held < other.wanted
    AND other.until > {NOW}
"""  # noqa: S608 - constants


class StoredSeats:
    """Implements the port ``Seats``, for this process; by the database's own clock, as machines' differ."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._me = secrets.token_hex(8)

    @whole
    async def settle(self, name: str, total: int, wanted: int, in_use: int, lease: float) -> int:
        """Say how many seats one could use; how many one has, as soon as no more are in use."""
        who = {"name": name, "me": self._me}
        async with self._db.transaction("seats", name) as tx:
            rows = await tx.rows(OTHERS, who)
            others = [row[1:] for row in rows if row[1] is not None]
            wishes = {holder: wish for holder, _, wish in others} | {self._me: wanted}
            fair = shares(total, wishes, rows[0][0] // (TURN * SECOND))[self._me]
            has: int = max(0, min(fair, total - sum(held for _, held, _ in others)))
            held = max(in_use, has)
            await tx.execute(PUT, {**who, "held": held, "wanted": wanted, "lease": round(lease * SECOND)})
        return has

    async def renew(self, names: Sequence[str], lease: float) -> Sequence[str]:
        """Have these for longer; those that one has."""
        values = {"me": self._me, "names": list(names), "lease": round(lease * SECOND)}
        return [name for (name,) in await self._db.rows(RENEW, values)]

    async def short(self) -> Sequence[str]:
        """Where one has seats of which another has too few."""
        return [name for (name,) in await self._db.rows(SHORT, (self._me,))]

    async def leave(self, names: Sequence[str]) -> None:
        """Have no seats of these any more."""
        await self._db.execute(
            "DELETE FROM seats WHERE holder = :me AND name = ANY(:names)",
            {"me": self._me, "names": list(names)},
        )

    async def prune(self) -> int:
        """Forget those whose time is over; say how many."""
        return await self._db.execute(f"DELETE FROM seats WHERE until < {NOW}")  # noqa: S608 - a constant
