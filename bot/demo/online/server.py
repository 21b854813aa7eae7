"""SuperOffice CRM Online on 127.0.0.1: sign-in by OpenID Connect, the state service, hosts that move.

async with Online(clock=clock, redirect_uris=["http://127.0.0.1:3000/signed-in"]) as online:
    online.url                          # the environment's root, and the issuer
    online.client_id, online.client_secret
    online.consent = online.seller      # sign in without the page
    online.tenant.happen(...)           # the first customer's installation, as SuperOffice's
    online.move()                       # ... which is elsewhere now

Sources: SuperOffice's documentation of online authentication, of tenant status and of web services; what is
documented nowhere is said to be a guess where it is guessed.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from bot.demo.clock import Clock, SystemClock
from bot.demo.gate import Gate
from bot.demo.host import Host
from bot.demo.online.authorize import Application, Authorize
from bot.demo.online.grants import Authorization, Consent, Grants, OAuthError
from bot.demo.online.identity import Flaw, Signer, configuration
from bot.demo.online.login import Asked, Login, Route
from bot.demo.online.node import Node
from bot.demo.online.page import error_page
from bot.demo.online.tenant import Tenant, unknown_state
from bot.demo.online.tokens import TokenService
from bot.demo.superoffice.cast import USERS, User
from bot.demo.superoffice.faults import Faults

__all__ = ["Online"]

_LOGIN = frozenset({"configuration", "jwks", "authorize", "tokens"})


class Online:
    """The environment: a login host, nodes that serve SOAP, and customers (tenants) on them."""

    seller, manager, colleague, other_email, no_zone = USERS

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        redirect_uris: Sequence[str] = (),
        tenants: Sequence[str] = ("Cust12345", "Cust67890"),
        application: str = "SuperOffice for Slack",
        nodes: int = 2,
        seed: int = 7,
        port: int = 0,
    ) -> None:
        self.clock = clock or SystemClock()
        self.application = Application(
            application, secrets.token_hex(16), secrets.token_hex(16), [*redirect_uris]
        )
        #: Requests wait here while a gate is closed: those to the login, to the state service, to SOAP.
        self.login_gate, self.state_gate, self.soap_gate = Gate(), Gate(), Gate()
        #: How long an answer of the state service is valid.
        self.valid_for = timedelta(hours=1)
        #: What the state service answers as everybody's endpoint instead of the true one.
        self.endpoint: str | None = None
        #: What the OpenID configuration says otherwise than it should.
        self.configuration: dict[str, Any] = {}
        self.tenants: dict[str, Tenant] = {}
        #: SOAP's hosts, in the order in which tenants move through them.
        self.nodes = [
            Host(Node(place, self.tenants, self.soap_gate, self.clock).serve) for place in range(nodes)
        ]
        for place, name in enumerate(tenants):
            self.tenants[name] = Tenant(name, self.clock, seed + place, self.client_secret, self.nodes)
        self._grants = Grants(self.clock)
        self._signer = Signer(self.clock, self.client_id, self.client_secret)
        self._authorize = Authorize(self.application, self.tenants, self._grants, self.clock)
        self._tokens = TokenService(self.application, self._grants, self._signer)
        gates = {**dict.fromkeys(_LOGIN, self.login_gate), "state": self.state_gate}
        self._login = Login(self.clock, self._routes(), gates)
        self.host = Host(self._login.serve, port)

    async def __aenter__(self) -> Self:
        for host in (self.host, *self.nodes):
            await host.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for host in (self.host, *self.nodes):
            await host.close()

    # ------------------------------------------------------------ addresses

    @property
    def url(self) -> str:
        """The environment's root, which is the issuer, without a slash at the end."""
        return self.host.url

    @property
    def client_id(self) -> str:
        """The application's id."""
        return self.application.client_id

    @property
    def client_secret(self) -> str:
        """Its secret; SOAP's ApplicationToken too."""
        return self.application.client_secret

    @property
    def redirect_uris(self) -> list[str]:
        """Where the browser may be sent back to; may be changed at any time."""
        return self.application.redirect_uris

    def state_url(self, tenant: str) -> str:
        """Where a tenant's state is told."""
        return f"{self.url}/api/state/{tenant}"

    # ------------------------------------------------------------ switches

    @property
    def tenant(self) -> Tenant:
        """The first tenant, which is meant where none is named."""
        return next(iter(self.tenants.values()))

    @property
    def consent(self) -> User | Literal["deny"] | None:
        """Who allows, or ``"deny"``, without the page; ``None``: the page."""
        return self._authorize.consent

    @consent.setter
    def consent(self, who: User | Literal["deny"] | None) -> None:
        self._authorize.consent = who

    @property
    def flaw(self) -> Flaw | None:
        """What is wrong with the id_tokens from now on."""
        return self._signer.flaw

    @flaw.setter
    def flaw(self, flaw: Flaw | None) -> None:
        self._signer.flaw = flaw

    @property
    def text_iat(self) -> bool:
        """Whether an id_token's iat is a string, as in the documentation's example; the default."""
        return self._signer.text_iat

    @text_iat.setter
    def text_iat(self, text: bool) -> None:
        self._signer.text_iat = text

    @property
    def state(self) -> str:
        """The first tenant's state."""
        return self.tenant.state

    @state.setter
    def state(self, state: str) -> None:
        self.tenant.state = state

    @property
    def login_down(self) -> bool:
        """Whether everything under ``/login`` answers 503."""
        return self._login.down >= _LOGIN

    @login_down.setter
    def login_down(self, down: bool) -> None:
        self._login.down = self._login.down | _LOGIN if down else self._login.down - _LOGIN

    @property
    def state_down(self) -> bool:
        """Whether the state service answers 503."""
        return "state" in self._login.down

    @state_down.setter
    def state_down(self, down: bool) -> None:
        self._login.down = self._login.down | {"state"} if down else self._login.down - {"state"}

    @property
    def faults(self) -> Faults:
        """Faults of ``configuration``, ``jwks``, ``authorize``, ``tokens``, ``state``, but for SOAP's own."""
        return self._login.faults

    # ------------------------------------------------------------ records

    @property
    def requests(self) -> list[Asked]:
        """What the login host was asked, in order; SOAP's are ``tenant.requests``."""
        return self._login.requests

    @property
    def authorizations(self) -> list[Authorization]:
        """Who arrived to sign in, and what came of it."""
        return self._authorize.authorizations

    @property
    def exchanges(self) -> Counter[User]:
        """How many codes were exchanged, by user."""
        return self._tokens.exchanges

    @property
    def refreshes(self) -> Counter[User]:
        """How many access tokens were granted for refresh tokens, by user."""
        return self._tokens.refreshes

    @property
    def refusals(self) -> list[str]:
        """Why the token endpoint refused."""
        return self._tokens.refusals

    # ------------------------------------------------------------ what happens to it

    def move(self, tenant: str | None = None) -> str:
        """Move a tenant to the next node; the others answer 421 then. Its new endpoint."""
        moving = self._named(tenant)
        moving.node = (moving.node + 1) % len(self.nodes)
        return moving.endpoint

    def rotate_keys(self, *, keep_old: bool = False) -> None:
        """Sign with a new key. The old ones are still published, or not."""
        self._signer.rotate(keep_old=keep_old)

    def revoke(self, user: User | None = None, tenant: str | None = None) -> None:
        """Withdraw consent: a user's, a tenant's, everybody's. Access tokens live on until they expire."""
        self._grants.revoke(user, self.tenants[tenant] if tenant else None)

    def expire_tokens(self, user: User | None = None) -> None:
        """Let every access token, or a user's, end now; refresh tokens live on."""
        for tenant in self.tenants.values():
            tenant.tickets.expire(user)

    def add_users(self, count: int, tenant: str | None = None) -> list[User]:
        """Users more, each with three companies on each of which one thing has happened."""
        return self._named(tenant).add_users(count)

    def access_token(self, user: User, tenant: str | None = None) -> str:
        """A valid access token, without the browser."""
        return self._named(tenant).access_token(user)

    def refresh_token(self, user: User, tenant: str | None = None) -> str:
        """A valid refresh token, without the browser."""
        return self._grants.refresh_token(Consent(user, self._named(tenant)))

    def _named(self, tenant: str | None) -> Tenant:
        return self.tenants[tenant] if tenant else self.tenant

    # ------------------------------------------------------------ HTTP

    def _routes(self) -> tuple[Route, ...]:
        return (
            Route("configuration", r"/login/\.well-known/openid-configuration", self._configured),
            Route("jwks", r"/login/\.well-known/jwks", self._jwks),
            Route("authorize", "/login/common/oauth/authorize", self._arrive, ("GET", "POST")),
            Route("tokens", "/login/common/oauth/tokens", self._grant, ("POST",)),
            Route("state", r"/api/state/(?P<part>\w+)", self._tell_state),
        )

    def _configured(self, _: Asked) -> web.Response:
        return web.json_response(configuration(self.url) | self.configuration)

    def _jwks(self, _: Asked) -> web.Response:
        return web.json_response(self._signer.jwks())

    def _arrive(self, asked: Asked) -> web.Response:
        try:
            fields = asked.fields
        except OAuthError as error:
            return error_page(400, str(error))
        return self._authorize.decide(fields) if asked.method == "POST" else self._authorize.ask(fields)

    def _grant(self, asked: Asked) -> web.Response:
        """The documentation writes the parameters into the address too; RFC 6749 forbids it, and so do we."""
        try:
            if not asked.is_form or asked.query:
                raise OAuthError("invalid_request", "The parameters are sent as a form, in the body.")
            fields = asked.fields
        except OAuthError as error:
            return self._tokens.refuse(error)
        return self._tokens.answer(self.url, fields, asked.headers.get("Authorization", ""))

    def _tell_state(self, asked: Asked) -> web.Response:
        tenant = self.tenants.get(asked.part)
        if tenant is None:
            return web.json_response(unknown_state(asked.part, self.clock.now() + self.valid_for))
        return web.json_response(tenant.status(self.endpoint or tenant.endpoint, self.valid_for))
