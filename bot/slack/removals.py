"""What Slack tells when the app is removed. Source: docs.slack.dev, "app_uninstalled", "tokens_revoked"."""

from datetime import UTC, datetime
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp

from bot.core.audit import Departure

__all__ = ["register_removals"]

Body = dict[str, Any]


class Remover(Protocol):
    """Sees to workspaces that the app is removed from."""

    async def removed(self, id_: str, at: datetime, why: Departure) -> None:
        """The app was removed from a workspace or an organisation, or its token revoked."""
        ...

    async def withdrawn(self, workspace: str) -> None:
        """An organisation's app was removed from one of its workspaces."""
        ...


def register_removals(app: AsyncApp, removing: Remover) -> None:
    """Put the listeners on ``app``."""

    async def on_uninstalled(body: Body) -> None:
        await removing.removed(*_install(body), Departure.UNINSTALLED)

    async def on_revoked(event: Body, body: Body) -> None:
        if event["tokens"].get("bot"):  # those of people are for Sign in with Slack, and not kept
            await removing.removed(*_install(body), Departure.TOKENS_REVOKED)

    async def on_access_revoked(event: Body) -> None:
        for workspace in event["team_ids"]:
            await removing.withdrawn(str(workspace))

    app.event("app_uninstalled")(on_uninstalled)
    app.event("tokens_revoked")(on_revoked)
    app.event("team_access_revoked")(on_access_revoked)


def _install(body: Body) -> tuple[str, datetime]:
    """Whose install an event is about, and when it happened: a workspace's, else an organisation's."""
    return str(body.get("team_id") or body["enterprise_id"]), datetime.fromtimestamp(body["event_time"], UTC)
