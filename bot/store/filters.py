"""The filters that users saved, sealed: they name categories and people."""

import logging
from collections.abc import Iterator, Sequence

from bot.core.errors import SealBroken
from bot.core.filters import EVERYTHING, SavedFilter
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.core.typed.filtertext import read_filters, written
from bot.store.database import Database, upsert
from bot.store.sealed import FILTER
from bot.store.sealing import Sealer

__all__ = ["StoredFilters"]

log = logging.getLogger(__name__)

PUT = upsert("saved_filters", ["workspace", "user", "name"], ["sealed_filter"])


class StoredFilters:
    """Implements the port ``SavedFilters``. Every method is one statement, so atomic.

    One that does not open is left out of the list, and can be removed or saved anew; who asks for it by name
    gets :class:`~bot.core.errors.SealBroken`.
    """

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    async def of(self, user: SlackUser) -> Sequence[SavedFilter]:
        """The user's filters, by name."""
        query = "SELECT name, sealed_filter FROM saved_filters WHERE workspace = ? AND user = ? ORDER BY name"
        return list(self._opened(user, await self._db.rows(query, user)))

    async def get(self, user: SlackUser, name: str) -> SavedFilter | None:
        """The user's filter of that name."""
        query = "SELECT name, sealed_filter FROM saved_filters WHERE workspace = ? AND user = ? AND name = ?"
        row = await self._db.one(query, (*user, name))
        return self._saved(user, *row) if row else None

    async def put(self, user: SlackUser, saved: SavedFilter) -> None:
        """Save a filter; one of the same name is replaced."""
        sealed = FILTER.seal(self._sealer, Secret(written(saved.filter)), *user, saved.name)
        await self._db.execute(PUT, (*user, saved.name, sealed))

    async def remove(self, user: SlackUser, name: str) -> SavedFilter | None:
        """Delete a filter; say what it was, or ``None`` if there was none."""
        row = await self._db.one(
            "DELETE FROM saved_filters WHERE workspace = ? AND user = ? AND name = ? "
            "RETURNING name, sealed_filter",
            (*user, name),
        )
        return next(self._opened(user, [row]), SavedFilter(name, EVERYTHING)) if row else None

    def _opened(self, user: SlackUser, rows: Sequence[tuple[str, bytes]]) -> Iterator[SavedFilter]:
        for row in rows:
            try:
                yield self._saved(user, *row)
            except SealBroken as error:
                log.error("a saved filter does not open: %s", error, extra={"action": "filter.sealed"})

    def _saved(self, user: SlackUser, name: str, sealed: bytes) -> SavedFilter:
        text = FILTER.open(self._sealer, sealed, *user, name).reveal()
        return SavedFilter(name, read_filters(text).filter)
