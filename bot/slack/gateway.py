"""Slack's way in: Bolt, set up so that it acknowledges at once and asks nothing of Slack for a request."""

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltError
from slack_bolt.response import BoltResponse

from bot.core.errors import SlackFailed
from bot.services.failures import log_unexpected
from bot.slack.guard import UNREADABLE
from bot.slack.refusals import Refusal, Refusals
from bot.slack.workspaces import Workspaces

__all__ = ["bolt_app"]


class AnotherWorkspaceError(BoltError):
    """A request that names no workspace, or one that the bot is not installed in."""


class _OfWorkspace(AsyncAuthorize):
    """The token of a request's workspace. A plain function, Bolt looks up what it takes each time."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, **_: object
    ) -> AuthorizeResult:
        if team_id is None:  # of a whole organisation: nobody asks, nobody is answered
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=None)
        await self._workspaces.meet(team_id, enterprise_id)
        try:
            client = await self._workspaces.client(team_id)
        except SlackFailed:
            raise AnotherWorkspaceError from None
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)


def bolt_app(workspaces: Workspaces, refusals: Refusals) -> AsyncApp:
    """A Bolt application, without listeners.

    ``process_before_response`` skips Bolt's loop that looks for the acknowledgement every 10 ms; listeners
    must therefore return at once. The signature is verified before Bolt (``guard``), or needs none (Socket
    Mode). Requests of a workspace that the bot is not installed in are refused.
    """

    app = AsyncApp(
        name="superoffice-slack",
        logger=_bolt_log(),
        client=workspaces.tokenless,
        signing_secret="verified-before-bolt",  # noqa: S106 - Bolt wants one; see guard
        request_verification_enabled=False,
        process_before_response=True,
        authorize=_OfWorkspace(workspaces),
        # What is not needed: there are no workflow steps, and no listener hears what the bot does itself.
        attaching_function_token_enabled=False,
        ignoring_self_events_enabled=False,
    )

    @app.error
    async def malformed(error: Exception) -> BoltResponse:
        # Bolt and the listeners read the payload, acknowledge and queue: what can fail is the reading.
        if isinstance(error, AnotherWorkspaceError):
            refusals.refused(Refusal.ANOTHER_WORKSPACE)
            return BoltResponse(status=403)
        if isinstance(error, UNREADABLE):
            refusals.unread(error)
            return BoltResponse(status=400)
        log_unexpected(error, "slack.not-taken")
        return BoltResponse(status=500)

    return app


def _bolt_log() -> logging.Logger:
    """Bolt's logger. Below ERROR it explains, at each start, settings that are as they are on purpose."""
    bolt_log = logging.getLogger("slack_bolt")
    bolt_log.setLevel(logging.ERROR)
    return bolt_log
