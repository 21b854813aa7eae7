"""Who looks after a channel's digest: whether there is nobody, and whether somebody was sought."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.core.people import SlackUser
from bot.store.database import claiming, micros, writing

__all__ = ["SqliteStewardship"]


class SqliteStewardship:
    """Implements the port ``Stewardship``. It leaves schedules alone: what is due stays due."""

    def __init__(self, db: Database) -> None:
        self._database = db
        self._db = db.conn

    async def orphan(self, id: int, at: datetime) -> bool:  # noqa: A002 - it is what it is
        """Its owner is gone, if it had one."""
        with writing(self._database) as connection:
            statement = (
                "UPDATE subscriptions SET user = '' WHERE id = ? AND user <> '' "
                "AND id IN (SELECT subscription FROM channel_digests)"
            )
            done = connection.execute(statement, (id,)).rowcount == 1
            if done:
                connection.execute(
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
        return [row[0] for row in self._db.execute(query)]

    async def all(self) -> Sequence[int]:
        """Those of channels."""
        return [row[0] for row in self._db.execute("SELECT subscription FROM channel_digests")]

    async def seek(self, id: int, at: datetime) -> bool:  # noqa: A002
        """An owner is sought from now on: on the disk before the channel is asked."""
        statement = (
            "UPDATE channel_digests SET owner_sought_at = ? "
            "WHERE subscription = ? AND orphaned_since IS NOT NULL AND owner_sought_at IS NULL"
        )
        with claiming(self._database) as connection:
            return connection.execute(statement, (micros(at), id)).rowcount == 1

    async def unsought(self, id: int) -> None:  # noqa: A002
        """The channel was not asked after all."""
        self._db.execute("UPDATE channel_digests SET owner_sought_at = NULL WHERE subscription = ?", (id,))

    async def imported(self) -> Sequence[int]:
        """Those that a file changed, and whose channels do not know."""
        query = "SELECT subscription FROM channel_digests WHERE imported_at IS NOT NULL"
        return [row[0] for row in self._db.execute(query)]

    async def told(self, id: int) -> bool:  # noqa: A002
        """The channel is told from now on: on the disk before it is."""
        statement = (
            "UPDATE channel_digests SET imported_at = NULL WHERE subscription = ? AND imported_at IS NOT NULL"
        )
        with claiming(self._database) as connection:
            return connection.execute(statement, (id,)).rowcount == 1

    async def untold(self, id: int, at: datetime) -> None:  # noqa: A002
        """The channel was not told after all."""
        statement = "UPDATE channel_digests SET imported_at = ? WHERE subscription = ?"
        self._db.execute(statement, (micros(at), id))

    async def adopt(self, id: int, owner: SlackUser) -> bool:  # noqa: A002
        """It is theirs from now on."""
        with writing(self._database) as connection:
            done = connection.execute(
                "UPDATE subscriptions SET user = ? WHERE id = ? AND workspace = ? AND user = ''",
                (owner.user, id, owner.workspace),
            )
            if done.rowcount != 1:
                return False
            connection.execute(
                "UPDATE channel_digests SET orphaned_since = NULL, owner_sought_at = NULL "
                "WHERE subscription = ?",
                (id,),
            )
        return True
