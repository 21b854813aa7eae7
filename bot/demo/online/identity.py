"""Who signed in, as SuperOffice CRM Online says it: the id_token, the keys, and ways to get it wrong."""

import secrets
import warnings
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey

from bot.demo.clock import Clock
from bot.demo.online.tenant import Tenant
from bot.demo.signingkeys import FORGED, UNPUBLISHED, kid, signing_key
from bot.demo.superoffice.cast import User

__all__ = ["PREFIX", "Flaw", "Signer", "configuration"]

PREFIX = "http://schemes.superoffice.net/identity/"

#: From the documentation's example of an id_token: nbf a minute before iat, exp five minutes after.
_EARLIER, _LIFE = timedelta(minutes=1), timedelta(minutes=5)


def configuration(issuer: str) -> dict[str, Any]:
    """The OpenID metadata: of what is documented, as much as this one can do, and PKCE."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/login/common/oauth/authorize",
        "token_endpoint": f"{issuer}/login/common/oauth/tokens",
        "jwks_uri": f"{issuer}/login/.well-known/jwks",
        "scopes_supported": ["openid"],
        "response_modes_supported": ["query"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
    }


class Flaw(Enum):
    """What is wrong with an id_token."""

    #: Signed by another key that says it is the published one.
    SIGNATURE = auto()
    #: Signed by a key, under a kid, that is not published.
    UNKNOWN_KEY = auto()
    #: Not signed at all: ``alg`` is ``none``.
    UNSIGNED = auto()
    #: Signed with the client secret: ``alg`` is ``HS256``.
    HMAC = auto()
    #: For another client.
    AUDIENCE = auto()
    #: From another environment.
    ISSUER = auto()
    #: Of another sign-in.
    NONCE = auto()
    #: Of another customer: ``ctx``.
    TENANT = auto()
    #: It ended 55 minutes ago.
    EXPIRED = auto()
    #: It begins in 59 minutes.
    EARLY = auto()
    #: There is none in the answer.
    MISSING = auto()


class Signer:
    """Signs for one client of one environment."""

    def __init__(self, clock: Clock, client_id: str, client_secret: str) -> None:
        self.flaw: Flaw | None = None
        #: Whether iat is a string, as in the documentation's example of an id_token, or a number, as
        #: OpenID Connect has it.
        self.text_iat = True
        self._clock = clock
        self._client_id = client_id
        self._client_secret = client_secret
        self._number = 0
        self._published = [0]

    def rotate(self, *, keep_old: bool = False) -> None:
        """Sign with a new key from now on. The old ones are still published, or not."""
        self._number += 1
        self._published = [*(self._published if keep_old else ()), self._number]

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [signing_key(number).as_dict(private=False) for number in self._published]}

    def id_token(self, issuer: str, user: User, tenant: Tenant, nonce: str) -> str | None:
        """A signed id_token with the flaw in force, or ``None`` where that is that there is none."""
        if self.flaw is Flaw.MISSING:
            return None
        claims = {**_identity(user, tenant), **self._standard(issuer, user, nonce)}
        match self.flaw:
            case Flaw.AUDIENCE:
                claims["aud"] = "0" * 32
            case Flaw.ISSUER:
                claims["iss"] = f"{issuer}.example.org"
            case Flaw.NONCE:
                claims["nonce"] = secrets.token_urlsafe(16)
            case Flaw.TENANT:
                claims[PREFIX + "ctx"] = "Cust99999"
        return self._sign(claims)

    def _standard(self, issuer: str, user: User, nonce: str) -> dict[str, Any]:
        shift = {Flaw.EXPIRED: timedelta(hours=-1), Flaw.EARLY: timedelta(hours=1)}
        now = self._clock.now() + shift.get(self.flaw or Flaw.MISSING, timedelta())
        iat = int(now.timestamp())
        return {
            "iat": str(iat) if self.text_iat else iat,
            "nbf": int((now - _EARLIER).timestamp()),
            "exp": int((now + _LIFE).timestamp()),
            "iss": issuer,
            "aud": self._client_id,
            "sub": user.email,
            **({"nonce": nonce} if nonce else {}),
        }

    def _sign(self, claims: Mapping[str, Any]) -> str:
        name = kid(self._number)
        if self.flaw is Flaw.UNSIGNED:
            with warnings.catch_warnings(action="ignore", category=SecurityWarning):
                return jwt.encode({"alg": "none"}, dict(claims), OctKey.import_key("-" * 32), ["none"])
        if self.flaw is Flaw.HMAC:
            secret = OctKey.import_key(self._client_secret)
            return jwt.encode({"alg": "HS256", "kid": name}, dict(claims), secret, ["HS256"])
        number = {Flaw.SIGNATURE: FORGED, Flaw.UNKNOWN_KEY: UNPUBLISHED}.get(
            self.flaw or Flaw.MISSING, self._number
        )
        if self.flaw is Flaw.UNKNOWN_KEY:
            name = kid(UNPUBLISHED)
        return jwt.encode({"alg": "RS256", "kid": name}, dict(claims), signing_key(number))


def _identity(user: User, tenant: Tenant) -> dict[str, str]:
    """The claims of the reference ``oidc-claims``; all are strings, as in its example."""
    claims = {
        "associateid": str(user.associate_id),
        "company_name": "Fjell & Vidde AS",
        "ctx": tenant.name,
        "email": user.email,
        "identityprovider": "superid",
        "initials": "".join(name[0] for name in user.full_name.split()),
        "is_administrator": str(user.role == "Manager"),
        "netserver_url": tenant.url,
        "serial": "1000123456",
        "so_primary_email_address": user.email,
        "system_token": "SuperOffice for Slack-made-up",
        "upn": user.email,
        "webapi_url": f"{tenant.endpoint}/api/",
    }
    return {PREFIX + name: value for name, value in claims.items()}
