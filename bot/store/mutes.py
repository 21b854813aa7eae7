"""Which companies users muted, their names sealed."""

import logging
from collections.abc import Iterator, Sequence

from bot.core.errors import SealBroken
from bot.core.filters import MutedCompany
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.store.database import Database, upsert
from bot.store.sealed import COMPANY_NAME
from bot.store.sealing import Sealer

__all__ = ["StoredMutes"]

log = logging.getLogger(__name__)

PUT = upsert("muted_companies", ["workspace", "user", "tenant", "company_id"], ["sealed_name"])
OF_USER = "WHERE workspace = ? AND user = ? AND tenant = ?"


class StoredMutes:
    """Implements the port ``Mutes``. Every method is one statement, so atomic.

    A name that does not open any more is ``""``: the company stays muted, and can be let back in.
    """

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    async def of(self, user: SlackUser, tenant: str) -> Sequence[MutedCompany]:
        """The user's muted companies, by name."""
        query = f"SELECT company_id, sealed_name FROM muted_companies {OF_USER}"  # noqa: S608 - a constant
        rows = await self._db.rows(query, (*user, tenant))
        return sorted(self._companies(rows, user, tenant), key=lambda company: company.name.casefold())

    async def ids(self, user: SlackUser, tenant: str) -> frozenset[int]:
        """Their ids alone: nothing is unsealed."""
        query = f"SELECT company_id FROM muted_companies {OF_USER}"  # noqa: S608 - a constant
        return frozenset(row[0] for row in await self._db.rows(query, (*user, tenant)))

    async def add(self, user: SlackUser, tenant: str, company: MutedCompany) -> None:
        """Mute a company; one that is muted already takes the new name."""
        sealed = COMPANY_NAME.seal(self._sealer, Secret(company.name), *user, tenant, company.id)
        await self._db.execute(PUT, (*user, tenant, company.id, sealed))

    async def remove(self, user: SlackUser, tenant: str, company_id: int) -> MutedCompany | None:
        """Unmute a company; say which, or ``None`` if it was not muted."""
        statement = (
            f"DELETE FROM muted_companies {OF_USER} AND company_id = ? "  # noqa: S608 - a constant
            "RETURNING company_id, sealed_name"
        )
        rows = await self._db.rows(statement, (*user, tenant, company_id))
        return next(self._companies(rows, user, tenant), None)

    def _companies(
        self, rows: Iterator[tuple[int, bytes]] | list[tuple[int, bytes]], user: SlackUser, tenant: str
    ) -> Iterator[MutedCompany]:
        for company_id, sealed in rows:
            try:
                name = COMPANY_NAME.open(self._sealer, sealed, *user, tenant, company_id).reveal()
            except SealBroken as error:
                log.error("a muted company's name does not open: %s", error, extra={"action": "mute.sealed"})
                name = ""
            yield MutedCompany(company_id, name)
