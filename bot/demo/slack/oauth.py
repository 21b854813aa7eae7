"""Installing by OAuth: the authorize page, its codes, and ``oauth.v2.access``.

Source: docs.slack.dev, "Installing with OAuth" and "oauth.v2.access".
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.demo.clock import Clock
from bot.demo.slack import consent
from bot.demo.slack.calls import Arguments, Caller
from bot.demo.slack.errors import ApiError
from bot.demo.slack.installs import KNOWN_SCOPES, Installation, Installs
from bot.demo.slack.workspace import APP, Enterprise, Member, Workspace

__all__ = ["App", "Authorized", "Browser", "Codes", "OAuth", "back", "bad_redirect", "scopes_of"]

#: "the code … expires ten minutes after it is issued" (docs.slack.dev, "Installing with OAuth").
CODE_LIFE = timedelta(minutes=10)


@dataclass(slots=True)
class App:
    """The app as Slack has it registered. ``redirect_urls``: where it may send people; none: anywhere."""

    client_id: str = field(default_factory=lambda: f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    redirect_urls: list[str] = field(default_factory=list)

    def check(self, arguments: Arguments) -> None:
        """Refuse a call without the app's own id and secret."""
        if arguments.get("client_id") != self.client_id:
            raise ApiError("invalid_client_id")
        given = str(arguments.get("client_secret", ""))
        if not hmac.compare_digest(given.encode(), self.client_secret.encode()):
            raise ApiError("bad_client_secret")


@dataclass(slots=True)
class Browser:
    """Who sits at the browser, signed in to Slack, and what they will say to the app.

    ``approve``: allow at once in that workspace, or for that organization; ``decline``: cancel at once;
    else there is a page with both buttons. Signing in is allowed unless declined.
    """

    user: Member | None
    approve: Workspace | Enterprise | str | None = None
    decline: bool = False


@dataclass(frozen=True, slots=True)
class Authorized:
    """What somebody agreed to on the authorize page, and where the code goes."""

    member: Member
    where: Workspace | Enterprise
    scopes: Sequence[str]
    #: As it was sent; ``""``: it was not, and the app's first one was taken.
    redirect_uri: str
    user_scopes: Sequence[str] = ()
    nonce: str | None = None


class Codes:
    """Codes that work once, within ten minutes, for who was sent with the same ``redirect_uri``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, tuple[Authorized, datetime]] = {}
        self._used: set[str] = set()

    def issue(self, authorized: Authorized) -> str:
        """A new one."""
        code = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(32)}"
        self._known[code] = authorized, self._clock.now() + CODE_LIFE
        return code

    def exchange(self, arguments: Arguments) -> Authorized:
        """Use it up, or say in Slack's words why not."""
        code = str(arguments.get("code", ""))
        if code in self._used:
            raise ApiError("code_already_used")
        authorized, ends = self._known.get(code, (None, self._clock.now()))
        if authorized is None or self._clock.now() >= ends:
            raise ApiError("invalid_code")
        if (arguments.get("redirect_uri") or "") != authorized.redirect_uri:
            raise ApiError("bad_redirect_uri")
        self._used.add(code)
        return authorized


class OAuth:
    """``/oauth/v2/authorize`` and ``oauth.v2.access``."""

    def __init__(
        self,
        app: App,
        clock: Clock,
        installs: Installs,
        places: tuple[Mapping[str, Workspace], Mapping[str, Enterprise]],
        browser: Browser,
    ) -> None:
        self._app, self._browser = app, browser
        self._codes = Codes(clock)
        self._installs = installs
        self._workspaces, self._enterprises = places

    async def serve(self, request: web.Request) -> web.Response:
        """The page, and what its buttons send."""
        posted = await request.post() if request.method == "POST" else {}
        asked = {name: str(value) for name, value in (posted or request.query).items()}
        if problem := self._problem(asked):
            return consent.refusal(problem)
        redirect = asked.get("redirect_uri") or self._app.redirect_urls[0]
        decision, state = asked.get("decision"), asked.get("state")
        if self._browser.decline or decision == "cancel":
            return back(redirect, error="access_denied", state=state)
        chosen = self._browser.approve or (asked.get("where", "") if decision == "allow" else None)
        if chosen is None:
            return consent.install(asked, self._choices(asked.get("team", "")), request.path)
        where = self.place(chosen) if isinstance(chosen, str) else chosen
        if where is None:
            return consent.refusal("invalid_team: there is no such workspace")
        return back(redirect, code=self._agree(asked, where), state=state)

    def place(self, id_: str) -> Workspace | Enterprise | None:
        """The workspace or organization of that id."""
        return self._workspaces.get(id_) or self._enterprises.get(id_)

    def access(self, arguments: Arguments) -> Mapping[str, Any]:
        """``oauth.v2.access``."""
        self._app.check(arguments)
        if arguments.get("grant_type") not in {None, "authorization_code"}:
            raise ApiError("invalid_grant_type")
        authorized = self._codes.exchange(arguments)
        where, member = authorized.where, authorized.member
        enterprise = where if isinstance(where, Enterprise) else where.enterprise
        answer: dict[str, Any] = {
            "app_id": APP,
            "authed_user": {"id": member.id},
            "team": {"id": where.id, "name": where.name} if isinstance(where, Workspace) else None,
            "enterprise": None if enterprise is None else {"id": enterprise.id, "name": enterprise.name},
            "is_enterprise_install": isinstance(where, Enterprise),
        }
        if authorized.user_scopes:
            own = self._installs.permit(where, member.id, authorized.user_scopes)
            answer["authed_user"] |= _granted(own) | {"token_type": "user"}
        if authorized.scopes:
            bot = self._installs.install(where, authorized.scopes, member.id)
            answer |= _granted(bot) | {"token_type": "bot", "bot_user_id": bot.user}
        return answer

    def uninstall(self, caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
        """``apps.uninstall``."""
        self._app.check(arguments)
        self._installs.uninstall(caller.installation.where)
        return {}

    def _agree(self, asked: Mapping[str, str], where: Workspace | Enterprise) -> str:
        user = self._browser.user
        assert user is not None  # noqa: S101  (a stranger gets no further than the page that says so)
        member = where.members.get(user.id, user) if isinstance(where, Workspace) else user
        uri, scopes = asked.get("redirect_uri", ""), scopes_of(asked, "scope")
        return self._codes.issue(Authorized(member, where, scopes, uri, scopes_of(asked, "user_scope")))

    def _choices(self, team: str) -> list[tuple[str, str]]:
        """The places to choose from; the one that was asked for comes first."""
        named: list[Workspace | Enterprise] = [*self._workspaces.values(), *self._enterprises.values()]
        choices = [
            (each.id, f"{each.name} (whole organization)" if isinstance(each, Enterprise) else each.name)
            for each in named
        ]
        return sorted(choices, key=lambda choice: choice[0] != team)

    def _problem(self, asked: Mapping[str, str]) -> str:
        """What Slack shows on a page of its own, as there is nowhere safe to send people."""
        if asked.get("client_id") != self._app.client_id:
            return "invalid_client_id: no app has that client_id"
        if trouble := bad_redirect(asked, self._app.redirect_urls):
            return trouble
        scopes = [*scopes_of(asked, "scope"), *scopes_of(asked, "user_scope")]
        if not scopes:
            return "invalid_scope: no scopes were requested"
        if unknown := sorted(set(scopes) - KNOWN_SCOPES):
            return f"invalid_scope: {', '.join(unknown)}"
        if asked.get("team") and self.place(asked["team"]) is None:
            return "invalid_team: there is no such workspace"
        return "" if self._browser.user is not None else "Sign in to Slack first"


def back(uri: str, **parameters: str | None) -> web.Response:
    """Send the browser back to the app."""
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return web.Response(status=302, headers={"Location": f"{uri}{'&' if '?' in uri else '?'}{query}"})


def bad_redirect(asked: Mapping[str, str], allowed: Sequence[str]) -> str:
    """What is wrong with ``redirect_uri``: it must be one of the app's, or below one.

    Source: docs.slack.dev, "Installing with OAuth", on redirect URLs.
    """
    uri = asked.get("redirect_uri", "")
    if not uri:
        return "" if allowed else "bad_redirect_uri: no redirect URL is configured"
    parts = urlsplit(uri)
    local = parts.hostname in {"127.0.0.1", "localhost"}
    if not parts.netloc or parts.fragment or parts.scheme not in {"https", *(["http"] if local else [])}:
        return "bad_redirect_uri: it must be an https URL"
    if allowed and not any(uri == each or uri.startswith(f"{each.rstrip('/')}/") for each in allowed):
        return "bad_redirect_uri: redirect_uri did not match any configured URIs"
    return ""


def scopes_of(asked: Mapping[str, str], name: str) -> list[str]:
    """What was asked for, with commas, as Slack has it, or with spaces, as OAuth does."""
    return [scope for scope in asked.get(name, "").replace(" ", ",").split(",") if scope]


def _granted(installation: Installation) -> dict[str, str]:
    return {"access_token": installation.token, "scope": ",".join(sorted(installation.scopes))}
