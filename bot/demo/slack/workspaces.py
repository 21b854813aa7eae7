"""The workspaces and organizations there are, where the app is installed, and the events it hears of them."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from bot.demo.clock import Clock
from bot.demo.slack import payloads
from bot.demo.slack.answers import Answer
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.installs import SCOPES, Installation, Installs
from bot.demo.slack.people import user_object
from bot.demo.slack.workspace import MEMBERS, Channel, Enterprise, Member, Workspace

__all__ = ["Where", "Workspaces"]

#: A workspace, or its id; ``None`` is the first one.
Where = Workspace | str | None


class Workspaces(Delivery):
    """``workspace`` is the one there is from the start."""

    def __init__(self, clock: Clock | None, bot_url: str, *, installed: bool) -> None:
        super().__init__(clock, bot_url)
        self.app_token = f"xapp-1-demo-{secrets.token_hex(12)}"
        self.installs = Installs()
        self.workspace = Workspace(self.clock)
        self.workspaces = {self.workspace.id: self.workspace}
        self.enterprises: dict[str, Enterprise] = {}
        self._events = 0
        if installed:
            self.install(self.workspace)
        else:
            self.workspace.remove_bot()

    # ------------------------------------------------------------ where there is what

    def add_workspace(
        self,
        id_: str,
        name: str = "",
        *,
        members: Iterable[Member] = MEMBERS,
        channels: Iterable[Channel] | None = None,
        enterprise: Enterprise | None = None,
        installed: bool = True,
    ) -> Workspace:
        """One more workspace. Without a word, it has the same people and channels, by the same ids.

        Of an organization that the app is installed in, the app is added to it; else it is installed there.
        """
        names = name or id_.removeprefix("T0").title()
        new = Workspace(self.clock, id_, names, members=members, channels=channels, enterprise=enterprise)
        self.workspaces[id_] = new
        if enterprise is not None:
            enterprise.workspaces[id_] = new
        if installed and enterprise is not None and self.installs.alive(enterprise):
            enterprise.granted.add(id_)
        elif installed:
            self.install(new)
        else:
            new.remove_bot()
        return new

    def add_enterprise(self, id_: str, name: str = "", *, installed: bool = True) -> Enterprise:
        """An organization on Enterprise Grid, as yet without workspaces."""
        self.enterprises[id_] = new = Enterprise(id_, name or id_.removeprefix("E0").title())
        if installed:
            self.install(new)
        return new

    def install(self, where: Workspace | Enterprise, scopes: Iterable[str] = SCOPES) -> Installation:
        """Install the app without OAuth, as from its settings page."""
        return self.installs.install(where, scopes)

    def token(self, where: Where | Enterprise = None) -> str:
        """The app's newest bot token there, good or not."""
        return self.installs.latest(where if isinstance(where, Enterprise) else self.at(where)).token

    @property
    def bot_token(self) -> str:
        """The bot token of the first workspace."""
        return self.token()

    def at(self, where: Where) -> Workspace:
        """The workspace that is meant."""
        if where is None:
            return self.workspace
        return self.workspaces[where] if isinstance(where, str) else where

    def _origin(self, where: Workspace) -> payloads.Origin:
        return payloads.Origin(where, self.installs.serving(where))

    # ------------------------------------------------------------ events

    async def event(
        self, event: Mapping[str, Any], *, retry: int = 0, workspace: Where | Enterprise = None
    ) -> Answer:
        """Send an event; ``retry`` is the number of a repeated delivery."""
        self._events += 1
        seconds = int(self.clock.now().timestamp())
        if isinstance(workspace, Enterprise):
            installed = self.installs.alive(workspace) is not None
            payload = payloads.organization_event(
                event, self._events, seconds, workspace, installed=installed
            )
        else:
            payload = payloads.event(event, self._events, seconds, self._origin(self.at(workspace)))
        return await self._deliver("events_api", Answer(payload, "", ""), None, retry)

    async def redeliver(self, answer: Answer, retry: int = 1) -> Answer:
        """Send the same event again, ``event_id`` and all, as Slack does when it got no good answer."""
        return await self._deliver("events_api", Answer(answer.payload, "", ""), None, retry)

    async def uninstall(
        self,
        where: Where | Enterprise = None,
        *,
        order: Sequence[str] = ("app_uninstalled", "tokens_revoked"),
    ) -> list[Answer]:
        """Remove the app: its tokens are no good from then on. Then both events, or those in ``order``.

        "The order … not guaranteed" (docs.slack.dev, "app_uninstalled").
        """
        place = where if isinstance(where, Enterprise) else self.at(where)
        ended = self.installs.uninstall(place)
        inner: dict[str, dict[str, Any]] = {
            "app_uninstalled": {"type": "app_uninstalled"},
            "tokens_revoked": _revoked(ended),
        }
        return [await self.event(inner[name], workspace=place) for name in order]

    async def revoke(
        self, where: Where | Enterprise = None, *, bot: bool = True, people: bool = True
    ) -> Answer:
        """Revoke the app's token, those of people, or both; then ``tokens_revoked``."""
        place = where if isinstance(where, Enterprise) else self.at(where)
        ended = self.installs.revoke(place, bot=bot, people=people)
        return await self.event(_revoked(ended), workspace=place)

    async def change(self, user: Member | str, workspace: Where = None, **what: Any) -> Answer:
        """Change somebody: flags such as ``deleted=True``, or fields such as ``tz``; then ``user_change``."""
        where = self.at(workspace)
        old = where.members[user if isinstance(user, str) else user.id]
        told = {name: value for name, value in what.items() if name in {each.name for each in fields(Member)}}
        flags = {flag for flag in old.flags if what.get(flag, True)}
        flags |= {name for name, value in what.items() if name not in told and value}
        where.members[old.id] = new = replace(old, **{"flags": tuple(sorted(flags)), **told})
        return await self.event(self._about("user_change", where, new), workspace=where)

    async def join(self, member: Member, workspace: Where = None, channel: str = "C0GENERAL") -> Answer:
        """Let somebody new come, into a channel; then ``team_join``."""
        where = self.at(workspace)
        where.members[member.id] = new = replace(member, team=where.id)
        where.channels[channel].members.add(new.id)
        return await self.event(self._about("team_join", where, new), workspace=where)

    async def grant(self, workspace: Where) -> Answer:
        """Add the org-wide installed app to a workspace; then ``team_access_granted``."""
        where = self.at(workspace)
        enterprise = _organization(where)
        enterprise.granted.add(where.id)
        inner = {"type": "team_access_granted", "team_ids": [where.id]}
        return await self.event(inner, workspace=enterprise)

    async def withdraw(self, workspace: Where) -> Answer:
        """Remove the org-wide installed app from a workspace; then ``team_access_revoked``."""
        where = self.at(workspace)
        enterprise = _organization(where)
        enterprise.granted.discard(where.id)
        where.remove_bot()
        inner = {"type": "team_access_revoked", "team_ids": [where.id]}
        return await self.event(inner, workspace=enterprise)

    def _about(self, kind: str, where: Workspace, member: Member) -> dict[str, Any]:
        installation = self.installs.serving(where)
        with_email = installation is not None and "users:read.email" in installation.scopes
        user = user_object(where, member, with_email=with_email, with_locale=True)
        return {"type": kind, "user": user, "cache_ts": int(self.clock.now().timestamp())}


def _organization(workspace: Workspace) -> Enterprise:
    if workspace.enterprise is None:
        raise LookupError(f"{workspace.id} is in no organization")
    return workspace.enterprise


def _revoked(ended: Iterable[Installation]) -> dict[str, Any]:
    """ "Each key contains an array of user IDs" (docs.slack.dev, "tokens_revoked")."""
    of = {is_bot: sorted({each.user for each in ended if each.is_bot is is_bot}) for is_bot in (True, False)}
    return {"type": "tokens_revoked", "tokens": {"oauth": of[False], "bot": of[True]}}
