"""Sign in with Slack: OpenID Connect.

Source: docs.slack.dev, "Sign in with Slack" and "openid.connect.token". No PKCE: in Slack it would make the
app a public client for good ("Using PKCE"); the code is worth nothing without the client secret.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin

from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import SlackFailed
from bot.core.onlineerrors import IdentityRefused, WrongCode, WrongSignature
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.idtokens import Expected, Keys, verified
from bot.services.ports import Authorization, Clock, SlackIdentity
from bot.slack.sdk import failure

__all__ = ["SlackOpenID"]

BY = "Slack"
ISSUER = "https://slack.com"
_CLAIM = "https://slack.com/"
#: What Slack says of a code that is used, expired or somebody else's.
#: Source: docs.slack.dev, the errors of ``openid.connect.token``.
_WRONG_CODE = ("invalid_code", "code_already_used", "invalid_grant", "bad_redirect_uri")


class SlackOpenID:
    """Implements the port ``SlackIdentities``. ``client`` has no token; Slack's pages are beside its API."""

    def __init__(
        self,
        client_id: str,
        client_secret: Secret,
        client: AsyncWebClient,
        session: ClientSession,
        api_url: str,
        clock: Clock,
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._client = client
        self._session = session
        self._root = urljoin(api_url, "/")
        self._clock = clock
        self._keys = Keys(self._fetch, clock)

    def address(
        self, authorization: Authorization, state: Secret, redirect_uri: str, workspace: str
    ) -> Secret:
        """Where to send the browser."""
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._client_id,
                "scope": "openid",
                "redirect_uri": redirect_uri,
                "state": state.reveal(),
                "nonce": authorization.nonce.reveal(),
                "team": workspace,
            }
        )
        return Secret(f"{self._root}openid/connect/authorize?{query}")

    async def redeem(self, code: Secret, authorization: Authorization, redirect_uri: str) -> SlackIdentity:
        """Trade a code for who signed in."""
        try:
            answer = await self._client.openid_connect_token(
                client_id=self._client_id,
                client_secret=self._client_secret.reveal(),
                code=code.reveal(),
                redirect_uri=redirect_uri,
                grant_type="authorization_code",
            )
        except Exception as error:
            failed = failure(error)
            if isinstance(error, SlackApiError) and failed.error in _WRONG_CODE:
                raise WrongCode(by=BY) from None
            raise failed from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise WrongSignature(by=BY)
        expected = Expected(ISSUER, self._client_id, authorization.nonce.reveal(), BY)
        keys_url = f"{self._root}openid/connect/keys"
        return _identity(await verified(token, self._keys, keys_url, expected, self._clock.now()))

    async def _fetch(self, url: str) -> Mapping[str, Any]:
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                response.raise_for_status()
                answer = await response.json()
        except Exception as error:
            raise failure(error) from None
        if not isinstance(answer, dict):
            raise SlackFailed(error="unreadable")
        return answer


def _identity(claims: Mapping[str, Any]) -> SlackIdentity:
    user, workspace = claims.get(f"{_CLAIM}user_id"), claims.get(f"{_CLAIM}team_id")
    if not (isinstance(user, str) and isinstance(workspace, str)) or claims.get("sub") != user:
        raise IdentityRefused(by=BY)
    organization = claims.get(f"{_CLAIM}enterprise_id")
    return SlackIdentity(SlackUser(workspace, user), organization if isinstance(organization, str) else None)
