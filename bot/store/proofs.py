"""Browsers that have proved to be the Slack user's whom a one-time page is for."""

from datetime import datetime

from sqlite_utils import Database

from bot.core.secret import Secret
from bot.store.database import micros
from bot.store.hashing import Hasher

__all__ = ["SqliteProofs"]


class SqliteProofs:
    """Implements the port ``Proofs``. A row is one keyed hash of both: it tells nothing of either."""

    def __init__(self, db: Database, hasher: Hasher) -> None:
        self._db = db.conn
        self._hasher = hasher

    async def put(self, page: Secret, browser: Secret, until: datetime) -> None:
        """Remember one."""
        row = (self._hash(page, browser), micros(until))
        self._db.execute("INSERT OR REPLACE INTO proofs VALUES (?, ?)", row)

    async def has(self, page: Secret, browser: Secret, now: datetime) -> bool:
        """Whether this browser has, for this page."""
        query = "SELECT 1 FROM proofs WHERE proof_hash = ? AND expires_at > ?"
        return self._db.execute(query, (self._hash(page, browser), micros(now))).fetchone() is not None

    async def prune(self, now: datetime) -> int:
        """Forget what has expired."""
        return self._db.execute("DELETE FROM proofs WHERE expires_at <= ?", (micros(now),)).rowcount

    def _hash(self, page: Secret, browser: Secret) -> bytes:
        return self._hasher.digest("proof", page.reveal(), browser.reveal())
