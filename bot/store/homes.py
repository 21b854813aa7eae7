"""Whose Home tab there is, and which no longer says what is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain

from bot.core.people import SlackUser
from bot.store.database import Database, micros
from bot.store.homeschema import GLANCE, OWN

__all__ = ["StoredHomes"]

#: So long after the last time one is published again, by how stale it is: many changes make one.
PAUSES = ((OWN, timedelta(seconds=2)), (GLANCE, timedelta(seconds=30)))
#: Whoever did not open theirs for so long gets it anew when they do.
SEEN = timedelta(days=30)
#: Of each workspace in one go.
MOST = 20

_DUE = " OR ".join(["stale = ? AND published_at NOT BETWEEN ? AND ?"] * len(PAUSES))
STALE = (
    "SELECT workspace, user FROM (SELECT workspace, user, row_number() OVER "  # noqa: S608 - constants
    "(PARTITION BY workspace ORDER BY stale DESC, published_at) AS place FROM homes "
    f"WHERE stale > 0 AND opened_at > ? AND ({_DUE})) AS due WHERE place <= ?"
)


class StoredHomes:
    """Implements the port ``Homes``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def opened(self, user: SlackUser, at: datetime) -> None:
        """The user looks at it: keep it up to date from now on."""
        await self._db.execute(
            "INSERT INTO homes VALUES (?, ?, 0, ?, 0, 0) "
            "ON CONFLICT (workspace, user) DO UPDATE SET opened_at = excluded.opened_at",
            (*user, micros(at)),
        )

    async def changed(self, user: SlackUser) -> None:
        """Something that is shown there changed that is not stored here."""
        statement = "UPDATE homes SET stale = ? WHERE workspace = ? AND user = ?"
        await self._db.execute(statement, (OWN, *user))

    async def stale(self, now: datetime) -> Sequence[SlackUser]:
        """Whose is to be published anew, a few of each workspace, the longest published first."""
        due = [(stale, micros(now - pause) + 1, micros(now)) for stale, pause in PAUSES]
        rows = await self._db.rows(STALE, (micros(now - SEEN), *chain(*due), MOST))
        return [SlackUser(*row) for row in rows]

    async def published(self, user: SlackUser, at: datetime) -> None:
        """It is made anew from what there is from now on."""
        statement = "UPDATE homes SET stale = 0, published_at = ? WHERE workspace = ? AND user = ?"
        await self._db.execute(statement, (micros(at), *user))

    async def shows_glance(self, user: SlackUser, *, shows: bool) -> None:
        """It tells of the whole workspace, or does not."""
        statement = "UPDATE homes SET is_admin = ? WHERE workspace = ? AND user = ? AND is_admin <> ?"
        await self._db.execute(statement, (shows, *user, shows))
