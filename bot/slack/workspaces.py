"""The workspaces that the bot is installed in, and a client for each."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import SlackFailed
from bot.core.secret import Secret
from bot.slack.sdk import failure, web_client

__all__ = ["TokenRefused", "Workspaces"]

log = logging.getLogger(__name__)

#: Seconds that Slack has to answer while a request of its own waits for its acknowledgement.
PATIENCE = 2

#: What Slack says of a token that will not get better by waiting.
#: Source: docs.slack.dev, the errors of ``auth.test``.
REFUSALS = ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked")


class TokenRefused(Exception):
    """Slack does not take the bot token; the message says what to do."""


class _Clients(NamedTuple):
    """The two ways to call with one token."""

    asking: AsyncWebClient
    #: One that never posts twice.
    posting: AsyncWebClient


class Workspaces:
    """Hands out clients, all on the process's one session.

    ``token`` is that of the one workspace that the settings name. It is known from the start on, or from the
    first request that comes once Slack answers again.
    """

    def __init__(self, token: Secret, api_url: str, session: ClientSession) -> None:
        self._api_url = api_url
        self._session = session
        self._own = self._clients(token)
        #: A client without a token, for what the app asks in its own name.
        self.tokenless = web_client(None, api_url, session)
        self._names: dict[str, str] = {}

    @property
    def names(self) -> Mapping[str, str]:
        """The workspaces' names by their ids, as far as they are known."""
        return self._names

    @property
    def own(self) -> str | None:
        """The workspace of the token that the settings name, as far as it is known."""
        return next(iter(self._names), None)

    def organization(self, workspace: str) -> str | None:
        """The organisation by whose install the bot serves a workspace, if it does."""
        return None

    async def start(self) -> None:
        """Ask Slack. Raises :class:`TokenRefused`; a Slack that is down keeps no bot from starting."""
        problem = await self._ask()
        if problem in REFUSALS:
            raise TokenRefused(
                f"Slack refuses SLACK_BOT_TOKEN ({problem}): copy it again, or reinstall the app."
            )

    async def check(self) -> None:
        """Raise unless Slack answers and takes the token."""
        await self._own.asking.auth_test()

    async def all(self) -> Sequence[str]:
        """The ids of the workspaces that are known."""
        return [own] if (own := await self._own_id()) else []

    async def client(self, workspace: str, *, posting: bool = False) -> AsyncWebClient:
        """The client for a workspace; with ``posting``, one that never does anything twice.

        Methods that list what there is in a workspace need its ``team_id`` as well: the token may be that of
        an organisation. Raises :class:`SlackFailed` where the bot is not installed.
        """
        own = await self._own_id()
        if workspace != own:
            raise SlackFailed(error="not_installed", passing=own is None)
        return self._own.posting if posting else self._own.asking

    async def _own_id(self) -> str | None:
        """The token's workspace, by ``auth.test`` the first time; ``None`` if Slack does not tell."""
        if self.own is None:
            await self._ask()
        return self.own

    async def _ask(self) -> str:
        """Ask, and say what went wrong, if anything."""
        try:
            async with asyncio.timeout(PATIENCE):
                who = await self._own.asking.auth_test()
            self._names[str(who["team_id"])] = str(who.get("team", ""))
            return ""
        except Exception as error:
            problem = str(failure(error).params["error"])
            log.error("Slack does not take the bot token: %s", problem, extra={"action": "slack.token"})
            return problem

    def _clients(self, token: Secret) -> _Clients:
        return _Clients(
            web_client(token, self._api_url, self._session),
            web_client(token, self._api_url, self._session, repeating=False),
        )
