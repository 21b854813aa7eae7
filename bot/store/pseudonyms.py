"""Names for users in what must stay when they are forgotten.

A pseudonym is a keyed hash of the user. Each user has a key of their own, stored sealed; forgetting the user
destroys it, and from then on nobody can tell whose the pseudonym was.
"""

import base64
import hmac
import logging
import secrets

from bot.core.errors import SealBroken
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.store.database import Statements, upsert
from bot.store.sealed import PSEUDONYM_KEY
from bot.store.sealing import KEY_BYTES, Sealer, joined

__all__ = ["Pseudonyms"]

log = logging.getLogger(__name__)

BYTES = 16
ADD = "INSERT INTO pseudonyms VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
PUT = upsert("pseudonyms", ["workspace", "user"], ["sealed_key"])


class Pseudonyms:
    """For use within a transaction, which every method is given."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def known(self, tx: Statements, user: SlackUser) -> bytes | None:
        """The user's pseudonym, if there is one."""
        query = "SELECT sealed_key FROM pseudonyms WHERE workspace = ? AND user = ?"
        row = await tx.one(query, user)
        return self._opened(user, row[0]) if row else None

    async def of(self, tx: Statements, user: SlackUser) -> bytes:
        """The user's pseudonym; it is made if there is none, or its key does not open any more."""
        if found := await self.known(tx, user):
            return found
        key = Secret(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode())
        sealed = PSEUDONYM_KEY.seal(self._sealer, key, *user)
        if not await tx.execute(ADD, (*user, sealed)):
            if found := await self.known(tx, user):  # somebody else has just made one
                return found
            await tx.execute(PUT, (*user, sealed))
        return _pseudonym(key, user)

    async def users(self, tx: Statements) -> dict[bytes, SlackUser]:
        """Whose pseudonym is whose, of all who are not forgotten."""
        rows = await tx.rows("SELECT workspace, user, sealed_key FROM pseudonyms")
        opened = ((SlackUser(*who), self._opened(SlackUser(*who), sealed)) for *who, sealed in rows)
        return {pseudonym: user for user, pseudonym in opened if pseudonym}

    def _opened(self, user: SlackUser, sealed: bytes) -> bytes | None:
        try:
            return _pseudonym(PSEUDONYM_KEY.open(self._sealer, sealed, *user), user)
        except SealBroken as error:
            log.error("a pseudonym's key does not open: %s", error, extra={"action": "pseudonym.sealed"})
            return None


def _pseudonym(key: Secret, user: SlackUser) -> bytes:
    secret = base64.urlsafe_b64decode(key.reveal())
    return hmac.digest(secret, joined(("pseudonym", *user)), "sha256")[:BYTES]
