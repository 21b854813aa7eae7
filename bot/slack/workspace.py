"""The workspace that the bot token is of."""

import asyncio
import logging
from collections.abc import Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.sdk import failure

__all__ = ["TokenRefused", "Workspace"]

log = logging.getLogger(__name__)

#: Seconds that Slack has to answer while a request of its own waits for its acknowledgement.
PATIENCE = 2


#: What Slack says of a token that will not get better by waiting.
#: Source: docs.slack.dev, the errors of ``auth.test``.
REFUSALS = ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked")


class TokenRefused(Exception):
    """Slack does not take the bot token; the message says what to do."""


class Workspace:
    """Known from the start on, or from the first request that comes once Slack answers again."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._names: dict[str, str] = {}

    @property
    def names(self) -> Mapping[str, str]:
        """The workspace's name by its id; empty as long as it is not known."""
        return self._names

    async def start(self) -> None:
        """Ask Slack. Raises :class:`TokenRefused`; a Slack that is down keeps no bot from starting."""
        problem = await self._ask()
        if problem in REFUSALS:
            raise TokenRefused(
                f"Slack refuses SLACK_BOT_TOKEN ({problem}): copy it again, or reinstall the app."
            )

    async def id(self) -> str | None:
        """Its id, by ``auth.test`` the first time; ``None`` if Slack does not tell."""
        if not self._names:
            await self._ask()
        return next(iter(self._names), None)

    async def _ask(self) -> str:
        """Ask, and say what went wrong, if anything."""
        try:
            async with asyncio.timeout(PATIENCE):
                who = await self._client.auth_test()
            self._names[str(who["team_id"])] = str(who.get("team", ""))
            return ""
        except Exception as error:
            problem = str(failure(error).params["error"])
            log.error("Slack does not take the bot token: %s", problem, extra={"action": "slack.token"})
            return problem
