"""Browsers that have proved to be the Slack user's whom a one-time page is for."""

from datetime import datetime

from bot.core.secret import Secret
from bot.store.database import Database, micros, upsert
from bot.store.hashing import Hasher

__all__ = ["StoredProofs"]

PUT = upsert("proofs", ["proof_hash"], ["expires_at"])


class StoredProofs:
    """Implements the port ``Proofs``. A row is one keyed hash of both: it tells nothing of either."""

    def __init__(self, db: Database, hasher: Hasher) -> None:
        self._db = db
        self._hasher = hasher

    async def put(self, page: Secret, browser: Secret, until: datetime) -> None:
        """Remember one."""
        row = (self._hash(page, browser), micros(until))
        await self._db.execute(PUT, row)

    async def has(self, page: Secret, browser: Secret, now: datetime) -> bool:
        """Whether this browser has, for this page."""
        query = "SELECT 1 FROM proofs WHERE proof_hash = ? AND expires_at > ?"
        return await self._db.one(query, (self._hash(page, browser), micros(now))) is not None

    async def prune(self, now: datetime) -> int:
        """Forget what has expired."""
        return await self._db.execute("DELETE FROM proofs WHERE expires_at <= ?", (micros(now),))

    def _hash(self, page: Secret, browser: Secret) -> bytes:
        return self._hasher.digest("proof", page.reveal(), browser.reveal())
