"""The Home tab in Slack: shown, and opened."""

from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp

from bot.core.people import SlackUser
from bot.core.replies import Reader
from bot.core.replies.home import Home
from bot.slack.blocks.home import home_view
from bot.slack.budgets import Budgets
from bot.slack.sdk import failure
from bot.slack.workspaces import Workspaces

__all__ = ["SlackHome", "register_home"]

METHOD = "views.publish"
#: So many calls a minute are left to those who look at theirs.
LEFT_TO_READERS = 40


class SlackHome:
    """Implements the port ``HomeView`` by ``views.publish``, which needs no scope, within its limit."""

    def __init__(self, workspaces: Workspaces, budgets: Budgets, command: str) -> None:
        self._workspaces = workspaces
        self._budgets = budgets
        self._command = command

    async def room(self, workspace: str) -> bool:
        """Whether Slack's limit leaves room for what nobody waits for."""
        return await self._budgets.left(workspace, METHOD) > LEFT_TO_READERS

    async def publish(self, user: SlackUser, home: Home, reader: Reader) -> None:
        """Show it. Raises ``SlackFailed``."""
        try:
            client = await self._workspaces.client(user.workspace)
            publish = self._budgets.paced(user.workspace, METHOD, client.views_publish)
            await publish(user_id=user.user, view=home_view(home, reader, self._command))
        except Exception as error:
            raise failure(error) from None


class Host(Protocol):
    """Sees to the Home tab."""

    async def opened(self, user: SlackUser) -> None:
        """A user looks at it."""
        ...


def register_home(app: AsyncApp, host: Host) -> None:
    """Put the listener on ``app``. Source: docs.slack.dev, "app_home_opened"."""

    async def on_opened(event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("tab") == "home":  # the messages beside it are a tab, too
            await host.opened(SlackUser(body["team_id"], event["user"]))

    app.event("app_home_opened")(on_opened)
