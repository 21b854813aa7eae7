"""Who runs the bot: those whom the settings name, else the workspace's owners."""

import asyncio
import logging
from collections.abc import Collection, Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.people import SlackUser
from bot.slack.paging import PAGE, pages
from bot.slack.sdk import failure
from bot.slack.workspace import Workspace

__all__ = ["SlackAdmins"]

log = logging.getLogger(__name__)

#: Owners that are told, at most.
MOST = 5
PATIENCE_SECONDS = 30


class SlackAdmins:
    """Implements the port ``Admins``. Owners are asked of Slack by ``users.list``, each time: it is rare."""

    def __init__(self, client: AsyncWebClient, workspace: Workspace, configured: Collection[str]) -> None:
        self._client = client
        self._workspace = workspace
        self._configured = configured

    async def all(self) -> Sequence[SlackUser]:
        """Those to tell; nobody where Slack does not say who owns the workspace."""
        workspace = await self._workspace.id()
        if workspace is None:
            return []
        users = self._configured or await self._owners()
        return [SlackUser(workspace, user) for user in users]

    async def _owners(self) -> Sequence[str]:
        owners: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                async for page in pages(self._client.users_list, limit=PAGE):
                    owners += [user["id"] for user in page["members"] if user.get("is_owner")]
        except Exception as error:
            log.warning("no owners: %s", failure(error), extra={"action": "slack.owners"})
        return owners[:MOST]
