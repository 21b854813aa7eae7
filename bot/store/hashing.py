"""Keyed hashes, for what only has to be recognised.

Their key is none of BOT_SECRET_KEY's: it is made once and stored, sealed, so that what was hashed is still
recognised when those have been replaced.
"""

import base64
import hashlib
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress

from bot.core.errors import SealBroken
from bot.core.secret import Secret
from bot.store.database import Database, Statements, whole
from bot.store.sealed import HASH_KEY
from bot.store.sealing import KEY_BYTES, Sealer, joined

__all__ = ["Hasher"]

log = logging.getLogger(__name__)

#: What SHA-256 takes at a time.
BLOCK_BYTES = 64


class Hasher:
    """HMAC-SHA256 under a key that it does not show."""

    def __init__(self, key: bytes) -> None:
        self._inner, self._outer = _keyed(key)

    @classmethod
    async def of(cls, db: Database, sealer: Sealer) -> "Hasher":
        """With the key that is stored; one is made if there is none that opens.

        The first that opens counts: once the key that sealed it is put back, everything is recognised again.
        """
        found = await _stored(db, sealer) or await _made(db, sealer)
        return cls(base64.urlsafe_b64decode(found.reveal()))

    def digest(self, purpose: str, *parts: str) -> bytes:
        """A keyed hash: the same only for the same purpose and parts."""
        return self.begun(purpose, *parts)(b"")

    def begun(self, purpose: str, *parts: str) -> Callable[[bytes], bytes]:
        """What :meth:`digest` gives for more parts, joined, behind these: for many that begin alike."""
        inner, outer = self._inner.copy(), self._outer
        inner.update(joined((purpose, *parts)))

        def digest(rest: bytes) -> bytes:
            hash_, around = inner.copy(), outer.copy()
            hash_.update(rest)
            around.update(hash_.digest())
            return around.digest()

        return digest


def _keyed(key: bytes) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """Both hashes of HMAC as RFC 2104 begins them, the inner one first.

    The standard library's own objects take four times as long to be copied and ended, forty times a digest.
    """
    if len(key) > BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    block = key.ljust(BLOCK_BYTES, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in block)), hashlib.sha256(
        bytes(byte ^ 0x5C for byte in block)
    )


async def _stored(db: Statements, sealer: Sealer) -> Secret | None:
    for id_, sealed in await db.rows("SELECT id, sealed_key FROM hash_keys ORDER BY id"):
        with suppress(SealBroken):
            return HASH_KEY.open(sealer, sealed, id_)
    return None


@whole
async def _made(db: Database, sealer: Sealer) -> Secret:
    key = Secret(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    async with db.transaction("hash key") as tx:
        # Another process may have made one since.
        if found := await _stored(tx, sealer):
            return found
        (last,) = await tx.only("SELECT coalesce(max(id), 0) FROM hash_keys")
        if last:
            log.error(
                "the key of stored hashes does not open, a new one is made: see `python -m bot keys check`",
                extra={"action": "hash-key.sealed"},
            )
        id_ = last + 1
        await tx.execute("INSERT INTO hash_keys VALUES (?, ?)", (id_, HASH_KEY.seal(sealer, key, id_)))
    return key
