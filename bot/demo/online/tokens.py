"""``/login/common/oauth/tokens``: codes and refresh tokens for access tokens, as RFC 6749 has it."""

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from aiohttp import web

from bot.demo.online.authorize import Application
from bot.demo.online.grants import Consent, Grants, OAuthError
from bot.demo.online.identity import Signer
from bot.demo.superoffice.cast import User

__all__ = ["TokenService"]

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_BASIC = {"WWW-Authenticate": 'Basic realm="SuperOffice"'}


class TokenService:
    """Exchanges, refreshes, and counts what it grants by user. ``refusals`` tells why it refused."""

    def __init__(self, application: Application, grants: Grants, signer: Signer) -> None:
        self.exchanges: Counter[User] = Counter()
        self.refreshes: Counter[User] = Counter()
        self.refusals: list[str] = []
        self._application = application
        self._grants = grants
        self._signer = signer

    def answer(self, issuer: str, form: Mapping[str, str], authorization: str) -> web.Response:
        """The answer to a form, with the request's Authorization header."""
        try:
            self._authenticate(form, authorization)
            match form.get("grant_type"):
                case None:
                    raise OAuthError("invalid_request", "The grant_type is missing.")
                case "authorization_code":
                    answer = self._exchange(issuer, form)
                case "refresh_token":
                    answer = self._refresh(issuer, form)
                case _:
                    raise OAuthError("unsupported_grant_type", "It is authorization_code or refresh_token.")
        except OAuthError as error:
            return self.refuse(error)
        return web.json_response(answer, headers=_NO_STORE)

    def refuse(self, error: OAuthError) -> web.Response:
        """An error as RFC 6749 writes it."""
        self.refusals.append(f"{error.error}: {error}")
        body = {"error": error.error, "error_description": str(error)}
        headers = _NO_STORE | (_BASIC if error.status == 401 else {})
        return web.json_response(body, status=error.status, headers=headers)

    def _authenticate(self, form: Mapping[str, str], authorization: str) -> None:
        """client_secret_post or client_secret_basic, never both."""
        if authorization:
            client, secret = _basic(authorization)
            if "client_secret" in form:
                raise OAuthError("invalid_request", "The client authenticates in more than one way.")
            if form.get("client_id", client) != client:
                raise OAuthError("invalid_request", "The client_id is not the one of the header.")
        else:
            client, secret = form.get("client_id", ""), form.get("client_secret", "")
        if (client, secret) != (self._application.client_id, self._application.client_secret):
            raise OAuthError("invalid_client", "The client is unknown, or its secret is wrong.", 401)

    def _exchange(self, issuer: str, form: Mapping[str, str]) -> dict[str, Any]:
        code, verifier = _needed(form, "code"), form.get("code_verifier", "")
        authorization, consent = self._grants.redeem(code, _needed(form, "redirect_uri"), verifier)
        self.exchanges[consent.user] += 1
        refresh_token = self._grants.refresh_token(consent)
        return self._grant(issuer, consent, authorization.nonce, refresh_token=refresh_token)

    def _refresh(self, issuer: str, form: Mapping[str, str]) -> dict[str, Any]:
        """A new access token and id_token, which has no nonce then, and no new refresh token."""
        consent = self._grants.consent(_needed(form, "refresh_token"))
        self.refreshes[consent.user] += 1
        return self._grant(issuer, consent, "")

    def _grant(self, issuer: str, consent: Consent, nonce: str, **more: str) -> dict[str, Any]:
        id_token = self._signer.id_token(issuer, consent.user, consent.tenant, nonce)
        return {
            "token_type": "Bearer",
            "access_token": consent.tenant.access_token(consent.user),
            "expires_in": 3600,
            **more,
            **({"id_token": id_token} if id_token else {}),
        }


def _needed(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise OAuthError("invalid_request", f"The {name} is missing.")
    return form[name]


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    client, colon, secret = text.partition(":")
    if scheme.casefold() != "basic" or not colon:
        raise OAuthError("invalid_client", "The Authorization header is not one of Basic.", 401)
    return unquote_plus(client), unquote_plus(secret)
