"""Slack's way in: Bolt, set up so that it acknowledges at once and asks nothing of Slack for a request."""

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.guard import UNREADABLE

__all__ = ["bolt_app"]


log = logging.getLogger(__name__)


class AnotherWorkspaceError(BoltError):
    """A request that names no workspace, or one that the bot token is not of."""


def bolt_app(client: AsyncWebClient, team: str | None) -> AsyncApp:
    """A Bolt application for one workspace, without listeners.

    ``process_before_response`` skips Bolt's loop that looks for the acknowledgement every 10 ms; listeners
    must therefore return at once. The signature is verified before Bolt (``guard``), or needs none (Socket
    Mode). ``team`` is the workspace that the token belongs to, once known: requests of another are refused.
    """

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        if team is not None and team_id != team:
            raise AnotherWorkspaceError
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    app = AsyncApp(
        name="superoffice-slack",
        logger=_bolt_log(),
        client=client,
        signing_secret="verified-before-bolt",  # noqa: S106 - Bolt wants one; see guard
        request_verification_enabled=False,
        process_before_response=True,
        authorize=authorize,
    )

    @app.error
    async def malformed(error: Exception) -> BoltResponse:
        # Bolt and the listeners read the payload, acknowledge and queue: what can fail is the reading.
        if isinstance(error, AnotherWorkspaceError):
            return BoltResponse(status=403)
        log.warning("not taken: %s", type(error).__name__, extra={"action": "slack.not-taken"})
        return BoltResponse(status=400 if isinstance(error, UNREADABLE) else 500)

    return app


def _bolt_log() -> logging.Logger:
    """Bolt's logger. Below ERROR it explains, at each start, settings that are as they are on purpose."""
    bolt_log = logging.getLogger("slack_bolt")
    bolt_log.setLevel(logging.ERROR)
    return bolt_log
