"""Who runs the bot: those whom the settings name, else the workspace's owners."""

import asyncio
import logging
from collections.abc import Sequence

from bot.core.people import SlackUser
from bot.services.access import Access
from bot.slack.paging import PAGE, pages
from bot.slack.sdk import failure
from bot.slack.workspaces import Workspaces

__all__ = ["SlackAdmins"]

log = logging.getLogger(__name__)

#: Owners that are told, at most.
MOST = 5
PATIENCE_SECONDS = 30


class SlackAdmins:
    """Implements the port ``Admins``. Owners are asked of Slack by ``users.list``, each time: it is rare."""

    def __init__(self, workspaces: Workspaces, access: Access) -> None:
        self._workspaces = workspaces
        self._access = access

    async def of(self, tenant: str) -> Sequence[SlackUser]:
        """Those to tell; nobody of a workspace of which Slack does not say who owns it."""
        return [
            admin
            for workspace in await self._workspaces.all()
            if tenant in self._access.tenants(workspace)
            for admin in await self.of_workspace(workspace)
        ]

    async def of_workspace(self, workspace: str) -> Sequence[SlackUser]:
        """Those of one; its owners where the settings name nobody."""
        ids = self._access.admins(workspace) or await self._owners(workspace)
        return [SlackUser(workspace, user) for user in ids]

    async def _owners(self, workspace: str) -> Sequence[str]:
        owners: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                client = await self._workspaces.client(workspace)
                async for page in pages(client.users_list, team_id=workspace, limit=PAGE):
                    owners += [user["id"] for user in page["members"] if user.get("is_owner")]
        except Exception as error:
            log.warning("no owners: %s", failure(error), extra={"action": "slack.owners"})
        return owners[:MOST]
