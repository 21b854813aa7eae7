"""Who signed in elsewhere: an ``id_token``, verified against its issuer's keys.

Source: OpenID Connect Core 1.0, 3.1.3.7.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from bot.core.onlineerrors import WrongAudience, WrongIssuer, WrongNonce, WrongSignature, WrongTimes
from bot.services.ports import Clock
from bot.singleflight import SingleFlight

__all__ = ["Expected", "Keys", "verified"]

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
    nonce: str
    #: The issuer's name, for who reads what is wrong.
    by: str = "SuperOffice"


class Keys:
    """An issuer's public keys: remembered for a day, and asked for anew when they were rotated.

    ``fetch`` brings the JSON object at an address, or raises ``BotError``.
    """

    def __init__(self, fetch: Callable[[str], Awaitable[Mapping[str, Any]]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: KeySet | None = None
        self._asked_at: datetime | None = None
        self._flights = SingleFlight()

    async def all(self, url: str, kid: str) -> KeySet:
        """The keys, with the one called ``kid`` if there is such. Raises what ``fetch`` does."""
        keys = self._keys
        age = _KEEP if self._asked_at is None else abs(self._clock.now() - self._asked_at)
        has_it = keys is not None and any(key.kid == kid for key in keys.keys)
        if keys is None or age >= _KEEP or (not has_it and age >= _PAUSE):
            return await self._flights.join(url, partial(self._ask, url))
        return keys

    async def _ask(self, url: str) -> KeySet:
        now = self._clock.now()
        keys = KeySet.import_key_set(dict(await self._fetch(url)))  # type: ignore[arg-type]
        self._keys, self._asked_at = keys, now
        return keys


async def verified(
    token: str, keys: Keys, keys_url: str, expected: Expected, now: datetime
) -> Mapping[str, Any]:
    """The claims of a token. Raises ``IdentityRefused`` by what is wrong with it, and what ``keys`` do."""
    try:
        claims = jwt.decode(token, await keys.all(keys_url, _kid(token)), algorithms=["RS256"]).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise WrongSignature(by=expected.by) from None
    _require(claims, expected, now)
    return claims


def _kid(token: str) -> str:
    """The key that the token's header names; nothing else of it is believed before it is verified."""
    return str(extract_compact(token.encode()).headers().get("kid", ""))


def _require(claims: Mapping[str, Any], expected: Expected, now: datetime) -> None:
    audience = claims.get("aud")
    if claims.get("iss") != expected.issuer:
        raise WrongIssuer(by=expected.by)
    if expected.audience not in (audience if isinstance(audience, list) else [audience]):
        raise WrongAudience(by=expected.by)
    if claims.get("nonce") != expected.nonce:
        raise WrongNonce(by=expected.by)
    try:
        ends, begins = float(claims["exp"]), float(claims.get("nbf", 0))
    except (KeyError, TypeError, ValueError):
        raise WrongTimes(by=expected.by) from None
    leeway, seconds = _LEEWAY.total_seconds(), now.timestamp()
    if not begins - leeway <= seconds < ends + leeway:
        raise WrongTimes(by=expected.by)
