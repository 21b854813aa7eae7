"""``/login/common/oauth/authorize``: what an application asks of a user's browser, and what the user says."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode

from aiohttp import web

from bot.demo.clock import Clock
from bot.demo.online.grants import Authorization, Consent, Grants, OAuthError
from bot.demo.online.page import consent_page, error_page
from bot.demo.online.tenant import Tenant
from bot.demo.superoffice.cast import User

__all__ = ["Application", "Authorize"]

#: How long a page may stay open.
_PATIENCE = timedelta(minutes=30)
_CHALLENGE = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass
class Application:
    """What is registered of the one application that may sign people in."""

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    #: A redirect_uri must be one of these to the letter.
    redirect_uris: list[str]


class Authorize:
    """The page, or with ``consent`` its result at once."""

    def __init__(
        self, application: Application, tenants: Mapping[str, Tenant], grants: Grants, clock: Clock
    ) -> None:
        #: Who allows, or that everybody denies, without a page; ``None``: the page.
        self.consent: User | Literal["deny"] | None = None
        self.authorizations: list[Authorization] = []
        self._application = application
        self._tenants = tenants
        self._grants = grants
        self._clock = clock
        self._open: dict[str, Authorization] = {}

    def ask(self, fields: Mapping[str, str]) -> web.Response:
        """A browser arrives."""
        if fields.get("client_id") != self._application.client_id:
            return error_page(400, "The application is unknown.")
        redirect_uri = fields.get("redirect_uri", "")
        if redirect_uri not in self._application.redirect_uris:
            return error_page(400, "Authorization error: InvalidRedirectUrl (2)")
        try:
            authorization = self._read(fields, redirect_uri)
        except OAuthError as error:
            said = {"error": error.error, "error_description": str(error)}
            return _redirect(redirect_uri, fields.get("state", ""), said, 302)
        self.authorizations.append(authorization)
        if self.consent == "deny":
            return self._deny(authorization, 302)
        if isinstance(self.consent, User):
            return self._sign_on(authorization, self.consent)
        request = secrets.token_urlsafe(24)
        self._open[request] = authorization
        return self._page(request, authorization, authorization.login_hint)

    def decide(self, form: Mapping[str, str]) -> web.Response:
        """The page is sent."""
        request = form.get("request", "")
        authorization = self._open.get(request)
        if authorization is None or self._clock.now() >= authorization.at + _PATIENCE:
            return error_page(400, "This page has expired. Go back to the application and start again.")
        if form.get("decision") == "deny":
            del self._open[request]
            return self._deny(authorization, 303)
        tenant = authorization.tenant or self._chosen(form.get("tenant"))
        user = tenant.find(form.get("login", "")) if tenant else None
        if user is None or tenant is None or form.get("password") != user.password:
            problem = "The login or the password is wrong."
            return self._page(request, authorization, form.get("login", ""), problem)
        if form.get("decision") != "allow":
            return error_page(400, "Allow or Deny.")
        del self._open[request]
        return self._allow(authorization, Consent(user, tenant), 303)

    def _sign_on(self, authorization: Authorization, user: User) -> web.Response:
        """Single sign-on: to the tenant asked for, or to the first that knows the user."""
        asked = [authorization.tenant] if authorization.tenant else self._tenants.values()
        tenant = next((each for each in asked if user in each.users), None)
        if tenant is None:
            return self._deny(authorization, 302)
        return self._allow(authorization, Consent(user, tenant), 302)

    def _read(self, fields: Mapping[str, str], redirect_uri: str) -> Authorization:
        if fields.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "The response_type must be code.")
        if "openid" not in fields.get("scope", "").split():
            raise OAuthError("invalid_scope", "The scope must contain openid.")
        if fields.get("response_mode", "query") != "query":
            raise OAuthError("invalid_request", "The response_mode must be query.")
        challenge = fields.get("code_challenge", "")
        if ("code_challenge" in fields) != (fields.get("code_challenge_method") == "S256"):
            raise OAuthError("invalid_request", "The code_challenge_method must be S256.")
        if challenge and not _CHALLENGE.fullmatch(challenge):
            raise OAuthError("invalid_request", "The code_challenge is no SHA-256 in base64url.")
        return Authorization(
            self._clock.now(),
            redirect_uri,
            fields.get("state", ""),
            fields.get("nonce", ""),
            challenge,
            fields.get("login_hint", ""),
            self._tenant(fields.get("acr_values", "")),
            dict(fields),
        )

    def _tenant(self, acr_values: str) -> Tenant | None:
        asked = [value.removeprefix("tenant:") for value in acr_values.split() if value.startswith("tenant:")]
        if not asked:
            return None
        if asked[0] not in self._tenants:
            raise OAuthError("invalid_request", "The tenant of acr_values is unknown.")
        return self._tenants[asked[0]]

    def _chosen(self, name: str | None) -> Tenant | None:
        """The tenant of the page: where there is but one, it needs no choice."""
        only = next(iter(self._tenants)) if len(self._tenants) == 1 else ""
        return self._tenants.get(name or only)

    def _page(
        self, request: str, authorization: Authorization, login: str, problem: str = ""
    ) -> web.Response:
        tenants = [authorization.tenant.name] if authorization.tenant else list(self._tenants)
        return consent_page(self._application.name, request, login, tenants, problem)

    def _allow(self, authorization: Authorization, consent: Consent, status: int) -> web.Response:
        authorization.outcome = "allowed"
        authorization.user, authorization.tenant = consent
        code = self._grants.code(authorization, consent)
        return _redirect(authorization.redirect_uri, authorization.state, {"code": code}, status)

    def _deny(self, authorization: Authorization, status: int) -> web.Response:
        authorization.outcome = "denied"
        said = {"error": "access_denied", "error_description": "The user has denied the application access."}
        return _redirect(authorization.redirect_uri, authorization.state, said, status)


def _redirect(uri: str, state: str, said: Mapping[str, str], status: int) -> web.Response:
    query = urlencode({**said, **({"state": state} if state else {})})
    location = f"{uri}{'&' if '?' in uri else '?'}{query}"
    return web.Response(status=status, headers={"Location": location, "Cache-Control": "no-store"})
