"""The audit log: what was done, by whom, to whom; people by pseudonyms that die with them."""

import json
from datetime import datetime
from typing import Any

from bot.core.audit import AuditAction, Deed
from bot.core.people import SlackUser
from bot.services.ports import Recorded
from bot.store.database import Database, Statements, maybe_moment, micros, moment, whole
from bot.store.pseudonyms import Pseudonyms

__all__ = ["StoredAudit"]

COLUMNS = "at, action, actor, subject, what, why, before, after"
INSERT = f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant
SELECT = f"SELECT {COLUMNS} FROM audit ORDER BY id"  # noqa: S608 - a constant


class StoredAudit:
    """Implements the port ``Audit``."""

    def __init__(self, db: Database, pseudonyms: Pseudonyms) -> None:
        self._db = db
        self._pseudonyms = pseudonyms

    @whole
    async def record(self, deed: Deed) -> None:
        """Write it down."""
        async with self._db.transaction() as tx:
            await self.write(tx, deed)

    async def write(self, tx: Statements, deed: Deed) -> None:
        """What :meth:`record` does, for use within a transaction."""
        row = (
            micros(deed.at),
            deed.action,
            await self._pseudonym(tx, deed.by),
            await self._pseudonym(tx, deed.to),
            deed.what,
            deed.why,
            json.dumps(dict(deed.before)),
            json.dumps(dict(deed.after)),
        )
        await tx.execute(INSERT, row)

    async def last(self, action: AuditAction) -> datetime | None:
        """When that was done last."""
        (at,) = await self._db.only("SELECT max(at) FROM audit WHERE action = ?", (action,))
        return maybe_moment(at)

    async def all(self) -> list[Recorded]:
        """Everything, the oldest first."""
        users = await self._pseudonyms.users(self._db)
        return [_recorded(row, users) for row in await self._db.rows(SELECT)]

    async def _pseudonym(self, tx: Statements, user: SlackUser | None) -> bytes | None:
        return await self._pseudonyms.of(tx, user) if user else None


def _recorded(row: tuple[Any, ...], users: dict[bytes, SlackUser]) -> Recorded:
    at, action, actor, subject, what, why, before, after = row
    deed = Deed(
        moment(at),
        action,
        users.get(actor),
        users.get(subject),
        what,
        why,
        json.loads(before),
        json.loads(after),
    )
    return Recorded(deed, _name(actor), _name(subject))


def _name(pseudonym: bytes | None) -> str:
    return pseudonym.hex() if pseudonym else ""
