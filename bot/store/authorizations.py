"""Browsers on their way to SuperOffice CRM Online and back."""

import json
from datetime import datetime, timedelta

from bot.core.onlineerrors import StateExpired, StateUnknown, StateUsed
from bot.core.secret import Secret
from bot.services.ports import Authorization
from bot.store.database import Database, micros, moment, whole
from bot.store.hashing import Hasher
from bot.store.sealed import AUTHORIZATION
from bot.store.sealing import Sealer

__all__ = ["StoredAuthorizations"]

#: For so long it can be told that a state has expired, or was used.
REMEMBERED = timedelta(hours=1)
#: Browsers that one page may send on their way; the oldest is forgotten for one more.
MOST = 20


class StoredAuthorizations:
    """Implements the port ``Authorizations``, for one kind of journey: no state is good for another."""

    def __init__(self, db: Database, sealer: Sealer, hasher: Hasher, kind: str = "authorization") -> None:
        self._db = db
        self._kind = kind
        self._sealer = sealer
        self._hasher = hasher

    @whole
    async def begin(self, state: Secret, authorization: Authorization) -> None:
        """Remember one in the place of an older one of the same page and browser."""
        page = self._hasher.digest(f"{self._kind} page", authorization.page.reveal())
        browser = self._hasher.digest(f"{self._kind} browser", authorization.browser.reveal())
        key = self._key(state)
        row = (key, page, browser, micros(authorization.expires_at), 0, self._sealed(key, authorization))
        async with self._db.transaction("authorizations", page) as tx:
            await tx.execute("DELETE FROM authorizations WHERE page = ? AND browser = ?", (page, browser))
            await tx.execute(
                "DELETE FROM authorizations WHERE state_hash IN (SELECT state_hash FROM (SELECT state_hash, "
                "row_number() OVER (ORDER BY expires_at DESC) AS place FROM authorizations WHERE page = ?) "
                "AS those WHERE place > ?)",
                (page, MOST - 1),
            )
            await tx.execute("INSERT INTO authorizations VALUES (?, ?, ?, ?, ?, ?)", row)

    async def look(self, state: Secret, now: datetime) -> Authorization:
        """The one that comes back, if it is open."""
        key = self._key(state)
        query = "SELECT expires_at, used, sealed_authorization FROM authorizations WHERE state_hash = ?"
        row = await self._db.one(query, (key,))
        if row is None:
            raise StateUnknown
        expires_at, used, sealed = row
        if used:
            raise StateUsed
        if moment(expires_at) <= now:
            raise StateExpired
        parts = json.loads(AUTHORIZATION.open(self._sealer, sealed, key).reveal())
        page, browser, verifier, nonce = map(Secret, parts)
        return Authorization(page, browser, verifier, nonce, moment(expires_at))

    async def take(self, state: Secret) -> bool:
        """Use it up."""
        statement = "UPDATE authorizations SET used = 1 WHERE state_hash = ? AND used = 0"
        return await self._db.execute(statement, (self._key(state),)) == 1

    async def prune(self, now: datetime) -> int:
        """Forget what expired an hour ago."""
        statement = "DELETE FROM authorizations WHERE expires_at <= ?"
        return await self._db.execute(statement, (micros(now - REMEMBERED),))

    def _key(self, state: Secret) -> str:
        return self._hasher.digest(self._kind, state.reveal()).hex()

    def _sealed(self, key: str, authorization: Authorization) -> bytes:
        parts = (
            authorization.page,
            authorization.browser,
            authorization.verifier,
            authorization.nonce,
        )
        text = Secret(json.dumps([part.reveal() for part in parts]))
        return AUTHORIZATION.seal(self._sealer, text, key)
