"""Secrets at rest: AES-256-GCM.

A sealed value is ``version (1 byte) | key id (8) | nonce (12) | ciphertext and tag``. Its header and its
context (table, column and whose row it is) are authenticated with it, so that it opens in its own place only.
"""

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.core.errors import SealBroken
from bot.core.secret import Secret

__all__ = ["HEADER_BYTES", "KEY_BYTES", "BadKey", "Sealer", "joined"]

KEY_BYTES = 32
#: 96 random bits. One key seals far fewer than 2^32 values, the most for random nonces.
#: Source: NIST SP 800-38D, 8.3.
NONCE_BYTES = 12
ID_BYTES = 8
VERSION = b"\x01"
HEADER_BYTES = len(VERSION) + ID_BYTES


class BadKey(ValueError):
    """BOT_SECRET_KEY is not keys of 32 random bytes in URL-safe base64, comma-separated, newest first.

    `python -m bot keys new` makes one.
    """

    def __str__(self) -> str:
        return " ".join((self.__doc__ or "").split())


@dataclass(frozen=True, slots=True, repr=False)
class _Key:
    """What is derived of one key: it is never used itself."""

    id: bytes
    seal: AESGCM = field(compare=False)

    @classmethod
    def of(cls, master: bytes) -> "_Key":
        id_ = sha256(_derived(master, b"id")).digest()[:ID_BYTES]
        return cls(id_, AESGCM(_derived(master, b"seal")))


class Sealer:
    """Seals with the first of its keys, opens with whichever sealed. It shows none of them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise BadKey
        self._keys = tuple(_Key.of(key) for key in keys)

    @classmethod
    def from_text(cls, text: Secret) -> "Sealer":
        """From the setting BOT_SECRET_KEY. Raises :class:`BadKey`."""
        return cls([_decoded(part) for part in text.reveal().split(",")])

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Names of the keys, newest first, which tell nothing about them."""
        return tuple(key.id.hex() for key in self._keys)

    @property
    def header(self) -> bytes:
        """What every value begins with that the newest key sealed."""
        return VERSION + self._keys[0].id

    def seal(self, secret: Secret, *context: str) -> bytes:
        """Encrypt for one place: table, column and whose row it is."""
        key, header = self._keys[0], self.header
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = secret.reveal().encode("utf-8", "surrogatepass")
        return header + nonce + key.seal.encrypt(nonce, plain, header + joined(context))

    def open(self, blob: bytes, *context: str) -> Secret:
        """Decrypt what was sealed for this place. Raises :class:`SealBroken`."""
        header, nonce = blob[:HEADER_BYTES], blob[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
        key = next((key for key in self._keys if VERSION + key.id == header), None)
        if key is None:
            raise SealBroken(reason="unknown-key", table=context[0] if context else "")
        try:
            plain = key.seal.decrypt(nonce, blob[HEADER_BYTES + NONCE_BYTES :], header + joined(context))
        except (InvalidTag, ValueError):
            raise SealBroken(reason="altered", table=context[0] if context else "") from None
        return Secret(plain.decode("utf-8", "surrogatepass"))

    @staticmethod
    def key_id_of(blob: bytes) -> str | None:
        """Name of the key that sealed a value, by what it says itself; ``None`` if it is no sealed value."""
        known = blob.startswith(VERSION) and len(blob) >= HEADER_BYTES
        return blob[len(VERSION) : HEADER_BYTES].hex() if known else None


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"superoffice-slack/1/" + purpose).derive(master)


def _decoded(text: str) -> bytes:
    text = text.strip().rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadKey from None


def joined(parts: Sequence[str]) -> bytes:
    """Bytes that no other parts give: each goes with its length."""
    whole = b""
    for part in parts:  # they are few: a list of them takes longer
        encoded = part.encode("utf-8", "surrogatepass")
        whole += len(encoded).to_bytes(4) + encoded
    return whole
