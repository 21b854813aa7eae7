"""Who looks after a channel's digest: whether there is nobody, and whether somebody was sought."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.people import SlackUser
from bot.store.database import Database, micros

__all__ = ["StoredStewardship"]


class StoredStewardship:
    """Implements the port ``Stewardship``. It leaves schedules alone: what is due stays due."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def orphan(self, id: int, at: datetime) -> bool:  # noqa: A002 - it is what it is
        """Its owner is gone, if it had one."""
        async with self._db.transaction() as tx:
            statement = (
                "UPDATE subscriptions SET user = '' WHERE id = ? AND user <> '' "
                "AND id IN (SELECT subscription FROM channel_digests)"
            )
            done = await tx.execute(statement, (id,)) == 1
            if done:
                await tx.execute(
                    "UPDATE channel_digests SET orphaned_since = ?, owner_sought_at = NULL "
                    "WHERE subscription = ?",
                    (micros(at), id),
                )
        return done

    async def orphans(self) -> Sequence[int]:
        """Those without an owner, the longest so first."""
        query = (
            "SELECT subscription FROM channel_digests WHERE orphaned_since IS NOT NULL "
            "ORDER BY orphaned_since"
        )
        return [row[0] for row in await self._db.rows(query)]

    async def all(self) -> Sequence[int]:
        """Those of channels."""
        return [row[0] for row in await self._db.rows("SELECT subscription FROM channel_digests")]

    async def seek(self, id: int, at: datetime) -> bool:  # noqa: A002
        """An owner is sought from now on: on the disk before the channel is asked."""
        statement = (
            "UPDATE channel_digests SET owner_sought_at = ? "
            "WHERE subscription = ? AND orphaned_since IS NOT NULL AND owner_sought_at IS NULL"
        )
        async with self._db.transaction(durable=True) as tx:
            return await tx.execute(statement, (micros(at), id)) == 1

    async def unsought(self, id: int) -> None:  # noqa: A002
        """The channel was not asked after all."""
        await self._db.execute(
            "UPDATE channel_digests SET owner_sought_at = NULL WHERE subscription = ?", (id,)
        )

    async def imported(self) -> Sequence[int]:
        """Those that a file changed, and whose channels do not know."""
        query = "SELECT subscription FROM channel_digests WHERE imported_at IS NOT NULL"
        return [row[0] for row in await self._db.rows(query)]

    async def told(self, id: int) -> bool:  # noqa: A002
        """The channel is told from now on: on the disk before it is."""
        statement = (
            "UPDATE channel_digests SET imported_at = NULL WHERE subscription = ? AND imported_at IS NOT NULL"
        )
        async with self._db.transaction(durable=True) as tx:
            return await tx.execute(statement, (id,)) == 1

    async def untold(self, id: int, at: datetime) -> None:  # noqa: A002
        """The channel was not told after all."""
        statement = "UPDATE channel_digests SET imported_at = ? WHERE subscription = ?"
        await self._db.execute(statement, (micros(at), id))

    async def adopt(self, id: int, owner: SlackUser) -> bool:  # noqa: A002
        """It is theirs from now on."""
        async with self._db.transaction() as tx:
            done = await tx.execute(
                "UPDATE subscriptions SET user = ? WHERE id = ? AND workspace = ? AND user = ''",
                (owner.user, id, owner.workspace),
            )
            if done != 1:
                return False
            await tx.execute(
                "UPDATE channel_digests SET orphaned_since = NULL, owner_sought_at = NULL "
                "WHERE subscription = ?",
                (id,),
            )
        return True
