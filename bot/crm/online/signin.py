"""Signing in to SuperOffice CRM Online: the authorisation code flow with PKCE, and new access tokens.

Source: docs.superoffice.com, "Authorization code flow". oauthlib writes and reads the requests, and sends
none.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError
from oauthlib.oauth2.rfc6749.tokens import OAuth2Token

from bot.core.errors import CrmError, CrmFailed, CrmUnreadable
from bot.core.onlineerrors import AppRefused, ConsentWithdrawn, WrongCode, WrongSignature
from bot.core.secret import Secret
from bot.crm.online.http import Answer, JsonClient
from bot.crm.online.identity import identified
from bot.idtokens import Expected, Keys
from bot.services.ports import Authorization, Clock, OnlineSignedIn, Tokens
from bot.singleflight import SingleFlight

__all__ = ["OnlineSignIn"]

_METADATA = "/login/.well-known/openid-configuration"
#: How long it is believed, and where it cannot be had anew, until it is asked for again.
_KEEP, _AGAIN = timedelta(hours=1), timedelta(minutes=1)
#: What an access token lives, where the answer does not say.
#: Source: docs.superoffice.com, "Authorization code flow".
_TOKEN_SECONDS = 3600


class OnlineSignIn:
    """One app at one environment, for one tenant. Every method raises ``CrmError``."""

    def __init__(
        self, customer: str, client_id: str, client_secret: Secret, client: JsonClient, clock: Clock
    ) -> None:
        self._customer = customer
        self._client_id = client_id
        self._client_secret = client_secret
        self._client = client
        self._clock = clock
        self._keys = Keys(client.get, clock)
        #: When it is to be asked for, and what it was.
        self._metadata: tuple[datetime, Answer] | None = None
        self._flights = SingleFlight()

    async def address(
        self, authorization: Authorization, state: Secret, redirect_uri: str, email: str
    ) -> Secret:
        """Where to send the browser. It holds ``state``."""
        metadata = await self._known()
        oauth = WebApplicationClient(self._client_id)
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": redirect_uri,
                "scope": "openid",
                "state": state.reveal(),
                "nonce": authorization.nonce.reveal(),
                "code_challenge": oauth.create_code_challenge(authorization.verifier.reveal(), "S256"),
                "code_challenge_method": "S256",
                "acr_values": f"tenant:{self._customer}",
                **({"login_hint": email} if email else {}),
            }
        )
        return Secret(f"{self._endpoint(metadata, 'authorization_endpoint')}?{query}")

    async def redeem(self, code: Secret, authorization: Authorization, redirect_uri: str) -> OnlineSignedIn:
        """Trade a code for tokens, and see who signed in.

        Raises :class:`WrongCode` and :class:`~bot.core.onlineerrors.IdentityRefused`.
        """
        metadata = await self._known()
        body = WebApplicationClient(self._client_id).prepare_request_body(
            code=code.reveal(),
            redirect_uri=redirect_uri,
            code_verifier=authorization.verifier.reveal(),
            client_secret=self._client_secret.reveal(),
        )
        try:
            token = await self._token(metadata, body)
        except InvalidGrantError:
            raise WrongCode from None
        if not token.get("id_token"):
            raise WrongSignature
        issuer, nonce = str(metadata.get("issuer")), authorization.nonce.reveal()
        identity = await identified(
            str(token["id_token"]),
            self._keys,
            self._endpoint(metadata, "jwks_uri"),
            Expected(issuer, self._client_id, nonce),
            self._customer,
            self._clock.now(),
        )
        return OnlineSignedIn(identity.associate_id, identity.email, self._tokens(token))

    async def refresh(self, refresh_token: Secret) -> Tokens:
        """A new access token. Raises :class:`ConsentWithdrawn`."""
        metadata = await self._known()
        body = WebApplicationClient(self._client_id).prepare_refresh_body(
            refresh_token=refresh_token.reveal(),
            client_id=self._client_id,
            client_secret=self._client_secret.reveal(),
        )
        try:
            return self._tokens(await self._token(metadata, body))
        except InvalidGrantError:
            raise ConsentWithdrawn(tenant=self._client.tenant) from None

    async def _token(self, metadata: Answer, body: str) -> OAuth2Token:
        """The answer of the token endpoint. Raises :class:`InvalidGrantError`, else ``CrmError``."""
        status, answer = await self._client.post(self._endpoint(metadata, "token_endpoint"), body)
        if status == 400 and answer.get("error") == "invalid_grant":
            raise InvalidGrantError
        if answer.get("error") in ("invalid_client", "unauthorized_client"):
            raise AppRefused(tenant=self._client.tenant)
        if status != 200:
            said = str(answer.get("error", status))[:40]
            raise CrmFailed(tenant=self._client.tenant, exception_type=f"OAuth {said}")
        try:
            return _checked(answer)
        except (OAuth2Error, ValueError, TypeError, Warning):
            raise CrmUnreadable(tenant=self._client.tenant, reason="no token") from None

    def _tokens(self, token: Mapping[str, Any]) -> Tokens:
        renewal = token.get("refresh_token")
        seconds = token.get("expires_in")
        lives = timedelta(seconds=float(seconds) if isinstance(seconds, int | float) else _TOKEN_SECONDS)
        return Tokens(
            access=Secret(str(token["access_token"])),
            expires_at=self._clock.now() + lives,
            refresh=Secret(str(renewal)) if renewal else None,
        )

    async def _known(self) -> Answer:
        """The environment's metadata, at most an hour old; older where it cannot be had."""
        if self._metadata is None or self._clock.now() >= self._metadata[0]:
            return await self._flights.join("metadata", self._ask)
        return self._metadata[1]

    async def _ask(self) -> Answer:
        now = self._clock.now()
        try:
            found, until = await self._client.get(f"{self._client.environment}{_METADATA}"), now + _KEEP
        except CrmError:
            if self._metadata is None:
                raise
            found, until = self._metadata[1], now + _AGAIN
        self._metadata = until, found
        return found

    def _endpoint(self, metadata: Answer, name: str) -> str:
        return self._client.require_within(str(metadata.get(name) or ""))


def _checked(answer: Answer) -> OAuth2Token:
    """What oauthlib makes of it: an access token of type Bearer."""
    from oauthlib.oauth2.rfc6749.parameters import validate_token_parameters

    token = OAuth2Token(dict(answer))
    validate_token_parameters(token)
    return token
