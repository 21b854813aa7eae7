"""The audit log: what was done, by whom, to whom; people by pseudonyms that die with them."""

import json
from typing import Any

from sqlite_utils import Database

from bot.core.audit import Deed
from bot.core.people import SlackUser
from bot.services.ports import Recorded
from bot.store.database import micros, moment, writing
from bot.store.pseudonyms import Pseudonyms

__all__ = ["SqliteAudit"]

COLUMNS = "at, action, actor, subject, what, why, before, after"
INSERT = f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant
SELECT = f"SELECT {COLUMNS} FROM audit ORDER BY id"  # noqa: S608 - a constant


class SqliteAudit:
    """Implements the port ``Audit``."""

    def __init__(self, db: Database, pseudonyms: Pseudonyms) -> None:
        self._db = db
        self._pseudonyms = pseudonyms

    async def record(self, deed: Deed) -> None:
        """Write it down."""
        with writing(self._db):
            self.write(deed)

    def write(self, deed: Deed) -> None:
        """What :meth:`record` does, for use within a transaction."""
        row = (
            micros(deed.at),
            deed.action,
            self._pseudonym(deed.by),
            self._pseudonym(deed.to),
            deed.what,
            deed.why,
            json.dumps(dict(deed.before)),
            json.dumps(dict(deed.after)),
        )
        self._db.conn.execute(INSERT, row)

    async def all(self) -> list[Recorded]:
        """Everything, the oldest first."""
        users = self._pseudonyms.users()
        return [_recorded(row, users) for row in self._db.conn.execute(SELECT).fetchall()]

    def _pseudonym(self, user: SlackUser | None) -> bytes | None:
        return user and self._pseudonyms.of(user)


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
