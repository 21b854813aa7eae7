"""Where the app is installed: tokens, what they may, and which workspaces they reach."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.demo.slack.workspace import Enterprise, Workspace

__all__ = ["KNOWN_SCOPES", "SCOPES", "Installation", "Installs", "end"]

#: What the app's bot token may: the app asks for no more.
SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "files:write",
        "im:write",
        "users:read",
        "users:read.email",
        "channels:read",
        "groups:read",
    }
)
#: What the authorize page takes for a scope; anything else is ``invalid_scope``.
KNOWN_SCOPES = SCOPES | {
    *("app_mentions:read", "channels:history", "channels:join", "channels:manage", "chat:write.customize"),
    *("chat:write.public", "email", "files:read", "groups:history", "im:history", "im:read"),
    *("links:read", "links:write", "mpim:history", "mpim:read", "mpim:write", "openid", "profile"),
    *("reactions:read", "reactions:write", "team:read", "users.profile:read", "users:write"),
}


@dataclass(eq=False, slots=True)
class Installation:
    """A token: a bot's of a workspace or of a whole organization, or a person's."""

    where: Workspace | Enterprise
    #: Whose token it is: the app's own user, or a person.
    user: str
    scopes: set[str]
    token: str = field(repr=False)
    #: Who allowed it.
    by: str = ""
    #: Why it is no good any more: ``token_revoked``, ``account_inactive``.
    ended: str | None = None

    @property
    def is_bot(self) -> bool:
        """Whether it is the app's own."""
        return self.token.startswith("xoxb-")

    @property
    def is_enterprise_install(self) -> bool:
        """Whether it is good for a whole organization."""
        return isinstance(self.where, Enterprise)

    @property
    def enterprise(self) -> Enterprise | None:
        """The organization, if there is one."""
        return self.where if isinstance(self.where, Enterprise) else self.where.enterprise

    @property
    def reach(self) -> list[Workspace]:
        """Where it works: in its workspace, or in those that the organization's admin added the app to."""
        if isinstance(self.where, Enterprise):
            return [each for id_, each in self.where.workspaces.items() if id_ in self.where.granted]
        return [self.where]


class Installs:
    """Every token there ever was."""

    def __init__(self) -> None:
        self.all: list[Installation] = []

    def install(self, where: Workspace | Enterprise, scopes: Iterable[str], by: str = "") -> Installation:
        """The app's token there: the one it has, for "scopes are additive", or a new one.

        Source: docs.slack.dev, "Installing with OAuth".
        """
        old = self.alive(where)
        if old is not None:
            old.scopes |= set(scopes)
            return old
        return self._issue("xoxb", where, where.bot_user, scopes, by)

    def permit(self, where: Workspace | Enterprise, user: str, scopes: Iterable[str]) -> Installation:
        """A person's own token."""
        return self._issue("xoxp", where, user, scopes, user)

    def find(self, token: str) -> Installation | None:
        """Whose token that is."""
        return next((each for each in self.all if each.token == token), None)

    def serving(self, workspace: Workspace) -> Installation | None:
        """By what the app serves a workspace: its own install before the organization's."""
        places: list[Workspace | Enterprise] = [workspace]
        if workspace.enterprise is not None and workspace.id in workspace.enterprise.granted:
            places.append(workspace.enterprise)
        return next((each for place in places if (each := self.alive(place))), None)

    def alive(self, where: Workspace | Enterprise) -> Installation | None:
        """The app's token there that is good."""
        return next((each for each in self._bots(where) if each.ended is None), None)

    def latest(self, where: Workspace | Enterprise) -> Installation:
        """The app's newest token there, good or not. Raises :class:`LookupError`."""
        if not (bots := self._bots(where)):
            raise LookupError(f"the app was never installed in {where.id}")
        return bots[-1]

    def uninstall(self, where: Workspace | Enterprise) -> list[Installation]:
        """No token there is good any more; those that were. Source: docs.slack.dev, "auth.test", errors."""
        ending = [each for each in self.all if each.where is where and each.ended is None]
        for each in ending:
            end(each, "account_inactive" if each.is_bot else "token_revoked")
        if isinstance(where, Enterprise):
            where.granted.clear()
        return ending

    def revoke(self, where: Workspace | Enterprise, *, bot: bool, people: bool) -> list[Installation]:
        """Revoke the app's token there, those that people gave it, or both; those that were good."""
        ending = [each for each in self.all if each.where is where and each.ended is None]
        ending = [each for each in ending if (bot if each.is_bot else people)]
        for each in ending:
            end(each)
        return ending

    def _bots(self, where: Workspace | Enterprise) -> list[Installation]:
        return [each for each in self.all if each.where is where and each.is_bot]

    def _issue(
        self, kind: str, where: Workspace | Enterprise, user: str, scopes: Iterable[str], by: str
    ) -> Installation:
        new = Installation(where, user, set(scopes), f"{kind}-demo-{secrets.token_hex(12)}", by)
        self.all.append(new)
        return new


def end(installation: Installation, why: str = "token_revoked") -> None:
    """The token is no good any more. A bot whose token is revoked leaves its channels.

    Source: docs.slack.dev, "auth.revoke".
    """
    installation.ended = why
    if installation.is_bot:
        for workspace in installation.reach:
            workspace.remove_bot()
