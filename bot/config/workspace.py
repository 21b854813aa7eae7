"""What one Slack workspace may do, where that differs from what all may."""

from dataclasses import dataclass

from bot.config import parsers
from bot.config.definition import setting

__all__ = ["WorkspaceConfig"]


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceConfig:
    """A Slack workspace, or an organization on Enterprise Grid (`E…`), which stands for all its workspaces.

    Without any such table, every workspace that the app is installed in may use every tenant. With one, only
    those that have a table may use the bot at all.
    """

    id: str
    tenants: tuple[str, ...] | None = setting(
        parsers.many(parsers.matching(r"[a-z0-9][a-z0-9_-]{0,31}", "a tenant's id, as in [tenants.id]")),
        "The tenants that its people may link to, by their ids. Without it: all of them.",
        "onsite,online",
        listed=True,
    )
    admins: tuple[str, ...] = setting(
        parsers.many(parsers.matching(r"[UW][A-Z0-9]+", "a Slack user id such as U024BE7LH")),
        "Slack user ids of the bot's admins there, beside the workspace's own.",
        "U024BE7LH,U061F7AUR",
        default="",
        listed=True,
    )
