"""The app itself, as Slack knows it: installing by OAuth, and uninstalling.

Source: docs.slack.dev, "Installing with OAuth", "oauth.v2.access" and "Organization-ready apps".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import SlackFailed
from bot.core.onlineerrors import InstallRotates, WrongCode
from bot.core.secret import Secret
from bot.services.ports import Installation
from bot.slack.scopes import OPTIONAL_SCOPES, SCOPES
from bot.slack.sdk import failure

__all__ = ["SlackOAuth"]

#: What Slack says of a code that is used, expired or somebody else's.
#: Source: docs.slack.dev, the errors of ``oauth.v2.access``.
_WRONG_CODE = ("invalid_code", "code_already_used", "invalid_grant", "bad_redirect_uri")


class SlackOAuth:
    """Implements the port ``SlackApp``. ``client`` has no token; Slack's pages are beside its API."""

    def __init__(self, client_id: str, client_secret: Secret, client: AsyncWebClient, api_url: str) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._client = client
        self._root = urljoin(api_url, "/")

    def address(self, state: Secret, redirect_uri: str) -> Secret:
        """Where to send the browser."""
        query = urlencode(
            {
                "client_id": self._client_id,
                "scope": ",".join((*SCOPES, *OPTIONAL_SCOPES)),
                "redirect_uri": redirect_uri,
                "state": state.reveal(),
            }
        )
        return Secret(f"{self._root}oauth/v2/authorize?{query}")

    async def redeem(self, code: Secret, redirect_uri: str, now: datetime) -> Installation:
        """Trade a code for an install."""
        try:
            answer = await self._client.oauth_v2_access(
                client_id=self._client_id,
                client_secret=self._client_secret.reveal(),
                code=code.reveal(),
                redirect_uri=redirect_uri,
            )
        except Exception as error:
            failed = failure(error)
            if isinstance(error, SlackApiError) and failed.error in _WRONG_CODE:
                raise WrongCode(by="Slack") from None
            raise failed from None
        return _installation(answer.data if isinstance(answer.data, dict) else {}, now)

    async def withdraw(self, installation: Installation) -> None:
        """Uninstall it by ``apps.uninstall``."""
        try:
            await self._client.apps_uninstall(
                client_id=self._client_id,
                client_secret=self._client_secret.reveal(),
                token=installation.token.reveal(),
            )
        except Exception as error:
            raise failure(error) from None


def _installation(answer: Mapping[str, Any], now: datetime) -> Installation:
    """What Slack gave; of a whole organisation, ``team`` is null."""
    if answer.get("refresh_token") or answer.get("expires_in"):
        raise InstallRotates
    organization = (answer.get("enterprise") or {}).get("id")
    is_organization = bool(answer.get("is_enterprise_install"))
    where = answer.get("enterprise" if is_organization else "team") or {}
    token, id_ = answer.get("access_token"), where.get("id")
    if not (isinstance(token, str) and isinstance(id_, str)):
        raise SlackFailed(error="unreadable")
    return Installation(id_, str(where.get("name") or id_), organization, is_organization, now, Secret(token))
