"""What users have allowed: codes on their way, refresh tokens, and consent withdrawn."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from bot.demo.clock import Clock
from bot.demo.online.tenant import Tenant
from bot.demo.superoffice.cast import User

__all__ = ["Authorization", "Consent", "Grants", "OAuthError"]

#: "The code is valid for 10 minutes" (SuperOffice's documentation of the code flow).
CODE_LIFE = timedelta(minutes=10)


class OAuthError(Exception):
    """A refusal in the words of RFC 6749."""

    def __init__(self, error: str, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.error = error
        self.status = status


class Consent(NamedTuple):
    """A user of a tenant has let the application in."""

    user: User
    tenant: Tenant


@dataclass
class Authorization:
    """One arrival at the authorize address that was understood, and what came of it."""

    at: datetime
    redirect_uri: str
    state: str
    nonce: str
    #: PKCE's S256 challenge, or nothing.
    challenge: str
    login_hint: str
    #: The tenant asked for with ``acr_values``, else the one that was signed in to.
    tenant: Tenant | None
    #: Everything that was asked, as sent.
    fields: dict[str, str] = field(repr=False)
    outcome: Literal["open", "allowed", "denied"] = "open"
    user: User | None = None


class Grants:
    """Keeps them, on an injected clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, tuple[Authorization, Consent, datetime]] = {}
        self._consents: dict[str, Consent] = {}

    def code(self, authorization: Authorization, consent: Consent) -> str:
        """A code for what a user has just allowed."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = (authorization, consent, self._clock.now() + CODE_LIFE)
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> tuple[Authorization, Consent]:
        """What the code stands for. It is gone then, also if it is refused."""
        if code not in self._codes:
            raise OAuthError("invalid_grant", "The code is unknown or was used before.")
        authorization, consent, ends = self._codes.pop(code)
        if self._clock.now() >= ends:
            raise OAuthError("invalid_grant", "The code has expired.")
        if redirect_uri != authorization.redirect_uri:
            raise OAuthError("invalid_grant", "The redirect_uri is not the one that the code was sent to.")
        if _challenge(verifier) != authorization.challenge:
            raise OAuthError("invalid_grant", "The code_verifier does not fit the code_challenge.")
        return authorization, consent

    def refresh_token(self, consent: Consent) -> str:
        """A refresh token: "valid as long as the application authorization record (consent) exists"."""
        token = secrets.token_urlsafe(48)
        self._consents[token] = consent
        return token

    def consent(self, refresh_token: str) -> Consent:
        """Who gave it. Refresh tokens can be used again and again."""
        if refresh_token not in self._consents:
            raise OAuthError("invalid_grant", "The refresh token is unknown, or the consent was withdrawn.")
        return self._consents[refresh_token]

    def revoke(self, user: User | None = None, tenant: Tenant | None = None) -> None:
        """Withdraw consent: a user's, a tenant's, everybody's."""

        def meant(consent: Consent) -> bool:
            return user in {None, consent.user} and tenant in {None, consent.tenant}

        self._consents = {token: each for token, each in self._consents.items() if not meant(each)}
        self._codes = {code: each for code, each in self._codes.items() if not meant(each[1])}


def _challenge(verifier: str) -> str:
    if not verifier:
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
