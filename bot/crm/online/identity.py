"""Who signed in: SuperOffice's ``id_token``, verified against its keys.

Sources: docs.superoffice.com, "Validate security tokens"; OpenID Connect Core 1.0, 3.1.3.7.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.core.onlineerrors import (
    IdentityRefused,
    WrongAudience,
    WrongIssuer,
    WrongNonce,
    WrongSignature,
    WrongTenant,
    WrongTimes,
)
from bot.crm.online.http import JsonClient
from bot.services.ports import Clock

__all__ = ["Expected", "Identity", "Keys", "verified"]

_CLAIM = "http://schemes.superoffice.net/identity/"
#: How far the two clocks may differ.
_LEEWAY = timedelta(minutes=2)
#: Keys are asked for again when a token names one that is not among them, but not more often than this.
_PAUSE = timedelta(minutes=1)
_KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say."""

    issuer: str
    audience: str
    #: The customer id, such as ``Cust12345``.
    customer: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token is about."""

    associate_id: int
    email: str


class Keys:
    """The public keys of an environment: remembered for a day, and asked for anew when they were rotated."""

    def __init__(self, client: JsonClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._keys: KeySet | None = None
        self._asked_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def all(self, url: str, kid: str) -> KeySet:
        """The keys, with the one called ``kid`` if there is such. Raises ``CrmError``."""
        async with self._asking:
            now = self._clock.now()
            age = _KEEP if self._asked_at is None else abs(now - self._asked_at)
            has_it = self._keys is not None and any(key.kid == kid for key in self._keys.keys)
            if self._keys is None or age >= _KEEP or (not has_it and age >= _PAUSE):
                self._keys = KeySet.import_key_set(dict(await self._client.get(url)))  # type: ignore[arg-type]
                self._asked_at = now
            return self._keys


async def verified(token: str, keys: Keys, keys_url: str, expected: Expected, now: datetime) -> Identity:
    """The identity in a token. Raises :class:`IdentityRefused` by what is wrong with it, and ``CrmError``."""
    try:
        header = jwt.decode(token, await keys.all(keys_url, _kid(token)), algorithms=["RS256"])
        claims = header.claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise WrongSignature from None
    _require(claims, expected, now)
    try:
        associate_id = int(claims[f"{_CLAIM}associateid"])
    except (KeyError, TypeError, ValueError):
        raise IdentityRefused from None
    emails = (claims.get(f"{_CLAIM}{name}") for name in ("so_primary_email_address", "email"))
    return Identity(associate_id, next((str(email) for email in emails if email), ""))


def _kid(token: str) -> str:
    """The key that the token's header names; nothing else of it is believed before it is verified."""
    from joserfc.jws import extract_compact

    return str(extract_compact(token.encode()).headers().get("kid", ""))


def _require(claims: Mapping[str, Any], expected: Expected, now: datetime) -> None:
    audience = claims.get("aud")
    if claims.get("iss") != expected.issuer:
        raise WrongIssuer
    if expected.audience not in (audience if isinstance(audience, list) else [audience]):
        raise WrongAudience
    if claims.get("nonce") != expected.nonce:
        raise WrongNonce
    if str(claims.get(f"{_CLAIM}ctx", "")).casefold() != expected.customer.casefold():
        raise WrongTenant
    try:
        ends, begins = float(claims["exp"]), float(claims.get("nbf", 0))
    except (KeyError, TypeError, ValueError):
        raise WrongTimes from None
    leeway, seconds = _LEEWAY.total_seconds(), now.timestamp()
    if not begins - leeway <= seconds < ends + leeway:
        raise WrongTimes
