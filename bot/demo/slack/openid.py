"""Sign in with Slack: the authorize page, ``openid.connect.token``, the keys, and what can be wrong.

Source: docs.slack.dev, "Sign in with Slack", "openid.connect.token", and the configuration that Slack
publishes at slack.com/.well-known/openid-configuration.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet

from bot.demo.clock import Clock
from bot.demo.signingkeys import FORGED, kid, signing_key
from bot.demo.slack import consent
from bot.demo.slack.calls import Arguments, Caller
from bot.demo.slack.errors import ApiError
from bot.demo.slack.installs import Installs
from bot.demo.slack.oauth import App, Authorized, Browser, Codes, back, bad_redirect, scopes_of
from bot.demo.slack.workspace import Member, Workspace

__all__ = ["WRONG", "OpenID"]

#: What an ``id_token`` can be wrong in.
WRONG = frozenset(
    {"signature", "algorithm", "audience", "issuer", "nonce", "expired", "team", "user", "email_verified"}
)
#: The example of "Sign in with Slack" is good for five minutes.
LIFE = 300


class OpenID:
    """Who is signed in to Slack at the browser signs in to the app at once, unless declined."""

    def __init__(
        self,
        app: App,
        clock: Clock,
        installs: Installs,
        workspaces: Mapping[str, Workspace],
        browser: Browser,
    ) -> None:
        self.issuer = "https://slack.com"
        #: What the next ids are wrong in, each one of :data:`WRONG`.
        self.wrong: set[str] = set()
        self._app, self._browser, self._clock = app, browser, clock
        self._codes = Codes(clock)
        self._installs, self._workspaces = installs, workspaces
        self._signed_in: dict[str, Authorized] = {}
        self._number = 0

    def rotate(self) -> None:
        """Sign with a new key from now on; the old one is no longer published."""
        self._number += 1

    # ------------------------------------------------------------ the browser

    async def authorize(self, request: web.Request) -> web.Response:
        """``/openid/connect/authorize``."""
        asked = dict(request.query)
        if problem := self._problem(asked):
            return consent.refusal(problem)
        redirect, state = asked["redirect_uri"], asked.get("state")
        if self._browser.decline:
            return back(redirect, error="access_denied", state=state)
        found = self._member(asked.get("team", ""))
        if found is None:
            return consent.refusal("Sign in to Slack first")
        member, where = found
        scopes = scopes_of(asked, "scope")
        authorized = Authorized(member, where, scopes, redirect, nonce=asked.get("nonce"))
        return back(redirect, code=self._codes.issue(authorized), state=state)

    def _member(self, team: str) -> tuple[Member, Workspace] | None:
        """Who signs in, and where; ``team`` asks for the same person in another workspace."""
        user = self._browser.user
        where = self._workspaces.get(team or (user.team if user is not None else ""))
        if user is None or where is None:
            return None
        member = where.members.get(user.id, user if user.team == where.id else None)
        return None if member is None or "deleted" in member.flags else (member, where)

    def _problem(self, asked: Mapping[str, str]) -> str:
        if asked.get("client_id") != self._app.client_id:
            return "invalid_client_id: no app has that client_id"
        if not asked.get("redirect_uri"):
            return "bad_redirect_uri: redirect_uri is missing"
        if trouble := bad_redirect(asked, self._app.redirect_urls):
            return trouble
        if asked.get("response_type") != "code":
            return "invalid_response_type: it must be code"
        scopes = set(scopes_of(asked, "scope"))
        if "openid" not in scopes or scopes - {"openid", "profile", "email"}:
            return "invalid_scope: openid, with profile and email if wanted"
        return ""

    # ------------------------------------------------------------ the app

    def token(self, arguments: Arguments) -> Mapping[str, Any]:
        """``openid.connect.token``."""
        self._app.check(arguments)
        if arguments.get("grant_type") not in {None, "authorization_code"}:
            raise ApiError("invalid_grant_type")
        authorized = self._codes.exchange(arguments)
        own = self._installs.permit(authorized.where, authorized.member.id, authorized.scopes)
        self._signed_in[own.token] = authorized
        id_token = self._sign(self._claims(authorized, own.token))
        return {"access_token": own.token, "token_type": "Bearer", "id_token": id_token}

    def user_info(self, caller: Caller, _: Arguments) -> Mapping[str, Any]:
        """``openid.connect.userInfo``."""
        return self._identity(self._signed_in[caller.installation.token])

    async def keys(self, _: web.Request) -> web.Response:
        """``/openid/connect/keys``: the public half."""
        return web.json_response(KeySet([signing_key(self._number)]).as_dict(private=False))

    async def configuration(self, request: web.Request) -> web.Response:
        """``/.well-known/openid-configuration``."""
        root = f"{request.scheme}://{request.host}"
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{root}/openid/connect/authorize",
                "token_endpoint": f"{root}/api/openid.connect.token",
                "userinfo_endpoint": f"{root}/api/openid.connect.userInfo",
                "jwks_uri": f"{root}/openid/connect/keys",
                "scopes_supported": ["openid", "profile", "email"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "claims_supported": ["sub", "auth_time", "iss"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            }
        )

    # ------------------------------------------------------------ the id

    def _claims(self, authorized: Authorized, access_token: str) -> dict[str, Any]:
        now = int(self._clock.now().timestamp())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "aud": self._app.client_id,
            "exp": now + LIFE,
            "iat": now,
            "auth_time": now,
            "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
            **({"nonce": authorized.nonce} if authorized.nonce is not None else {}),
            **self._identity(authorized),
        }
        for wrong in self.wrong:
            claims |= _spoiled(wrong, claims)
        return claims

    def _identity(self, authorized: Authorized) -> dict[str, Any]:
        """What the scopes allow to tell of somebody."""
        member, where = authorized.member, authorized.where
        claims: dict[str, Any] = {
            "sub": member.id,
            "https://slack.com/user_id": member.id,
            "https://slack.com/team_id": where.id,
        }
        enterprise = where.enterprise if isinstance(where, Workspace) else where
        if enterprise is not None:
            claims["https://slack.com/enterprise_id"] = enterprise.id
        if "email" in authorized.scopes and member.email:
            since = int(self._clock.now().timestamp()) - 86_400
            claims |= {"email": member.email, "email_verified": True, "date_email_verified": since}
        if "profile" in authorized.scopes:
            given, _, family = member.real_name.partition(" ")
            names = {"name": member.real_name, "given_name": given, "family_name": family}
            claims |= {**names, "locale": member.locale, "https://slack.com/team_name": where.name}
            claims["https://slack.com/team_domain"] = where.domain
        return claims

    def _sign(self, claims: dict[str, Any]) -> str:
        key = signing_key(FORGED if "signature" in self.wrong else self._number)
        token = jwt.encode({"alg": "RS256", "typ": "JWT", "kid": kid(self._number)}, claims, key)
        if "algorithm" in self.wrong:
            header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
            token = f"{header}.{token.split('.')[1]}."
        return token


def _spoiled(wrong: str, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims that are wrong. Raises :class:`KeyError` for what cannot be."""
    past = claims["iat"] - 2 * LIFE
    somebody, elsewhere = "U0SOMEBODY", "T0ELSEWHERE"
    spoiled: dict[str, dict[str, Any]] = {
        "signature": {},
        "algorithm": {},
        "audience": {"aud": "1.2"},
        "issuer": {"iss": "https://slack.example"},
        "nonce": {"nonce": "another"},
        "expired": {"exp": past + LIFE, "iat": past, "auth_time": past},
        "team": {"https://slack.com/team_id": elsewhere},
        "user": {"sub": somebody, "https://slack.com/user_id": somebody},
        "email_verified": {"email_verified": False},
    }
    return spoiled[wrong]
