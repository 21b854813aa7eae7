"""What is stored about a user, and where: one definition for all who delete it."""

from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from bot.core.people import SlackUser
from bot.store.backups import LONGEST
from bot.store.database import writing

__all__ = ["PERSONAL", "SqlitePersonal"]

#: The tables with a user's rows, by the columns ``workspace`` and ``user``.
PERSONAL = ("links", "invitations", "muted_companies", "saved_filters")


class SqlitePersonal:
    """Implements the port ``Personal``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def forget(self, user: SlackUser) -> Mapping[str, int]:
        """Delete all of it, from the write-ahead log too; how many rows of each table there were."""
        with writing(self._db) as connection:
            counts = {
                table: connection.execute(
                    f"DELETE FROM {table} WHERE workspace = ? AND user = ?",  # noqa: S608 - constants
                    user,
                ).rowcount
                for table in PERSONAL
            }
        self._db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return counts

    def backups_end(self, now: datetime) -> datetime:
        """When the last back-up that may hold something of what is stored now is deleted."""
        return now + LONGEST
