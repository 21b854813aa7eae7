"""What a member sees, as JSON for the page: people, conversations, messages, views."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.demo.servers import ADMIN, Servers
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Channel, Member, Message

__all__ = ["Json", "Read", "clock", "hints", "message", "places", "read_only", "scene", "subscribed"]

Json = dict[str, Any]

#: What Slack says where one may not write to an app.
READ_ONLY = "Sending messages to this app has been turned off."
_ROLES = {
    Slack.manager.id: "manager",
    ADMIN.id: "admin",
    Slack.guest.id: "guest",
    Slack.stranger.id: "partner",
}


@dataclass
class Read:
    """How far each member has read each conversation: the ``ts`` of the last message seen."""

    upto: dict[tuple[str, str], str] = field(default_factory=dict)

    def mark(self, user: str, place: str, ts: str) -> None:
        """Everything up to a message is read."""
        self.upto[user, place] = max(ts, self.upto.get((user, place), ""))

    def unread(self, user: str, message: Message) -> bool:
        """Whether somebody has not read a message, which is not their own."""
        return message.by != user and message.ts > self.upto.get((user, message.channel), "")


def scene(servers: Servers, me: Member, read: Read) -> Json:
    """Everything that a member sees now, but for what the panel shows."""
    workspace = servers.slack.workspace
    shown = list(_places(servers, me))
    return {
        "team": workspace.name,
        "me": _member(servers, me),
        "members": [_member(servers, each) for each in workspace.members.values()],
        "places": [_place(servers, each, me, read) for each in shown],
        "messages": {
            each.id: [message(servers, one) for one in workspace.messages(each.id, me.id)] for each in shown
        },
        "home": workspace.views.homes.get(me.id),
        "modals": workspace.views.stack(me.id),
        **clock(servers, me),
        "hints": hints(),
    }


def clock(servers: Servers, me: Member) -> Json:
    """The demo's time, and the zone it is shown in."""
    return {"now": servers.clock.now().isoformat(), "zone": me.zone.key}


def _member(servers: Servers, who: Member) -> Json:
    """Somebody, the bot too, with a part in the story; ``login``: the SuperOffice user's name."""
    user = servers.user_of(who)
    return {
        "id": who.id,
        "name": who.name,
        "real_name": who.real_name,
        "role": "app" if who.is_bot else _ROLES.get(who.id, "seller"),
        "tz": who.tz,
        "locale": who.locale,
        "login": user.login if user else None,
    }


def places(servers: Servers, me: Member, read: Read) -> list[Json]:
    """The conversations that somebody is in; the direct message with the app comes last."""
    return [_place(servers, each, me, read) for each in _places(servers, me)]


def _places(servers: Servers, me: Member) -> Iterator[Channel]:
    workspace = servers.slack.workspace
    for channel in list(workspace.channels.values()):
        if not channel.user and me.id in channel.members:
            yield channel
    if me.team == workspace.id:
        yield workspace.direct(me.id)


def _place(servers: Servers, channel: Channel, me: Member, read: Read) -> Json:
    """A conversation. ``read_only``: why one cannot write there; ``None``: one can."""
    workspace = servers.slack.workspace
    messages = workspace.messages(channel.id, me.id)
    people = [workspace.members[each] for each in sorted(channel.members) if each in workspace.members]
    return {
        "id": channel.id,
        "name": "SuperOffice" if channel.user else channel.name,
        "kind": "app" if channel.user else "private" if "is_private" in channel.flags else "channel",
        "members": [each.id for each in people],
        "external": bool(channel.flags & {"is_ext_shared", "is_pending_ext_shared"}),
        "guests": any("is_restricted" in each.flags for each in people),
        "archived": "is_archived" in channel.flags,
        "bot": workspace.bot_user in channel.members,
        "read_only": read_only(channel),
        "unread": sum(read.unread(me.id, each) for each in messages),
    }


def read_only(channel: Channel) -> str | None:
    """Why nobody can write there, in Slack's words."""
    if "is_archived" in channel.flags:
        return "You are viewing an archived channel."
    home: Mapping[str, Any] = _manifest()["features"]["app_home"]
    return READ_ONLY if channel.user and home["messages_tab_read_only_enabled"] else None


def message(servers: Servers, one: Message) -> Json:
    """A message as it stands now."""
    workspace = servers.slack.workspace
    return {
        "ts": one.ts,
        "place": one.channel,
        "thread_ts": one.thread_ts,
        "by": one.by or workspace.bot_user,
        "text": one.text,
        "blocks": list(one.blocks),
        "ephemeral": one.ephemeral_to is not None,
        "edited": one.edited > 0 and one.via not in {"response_url", "ack"},
        "deleted": one.deleted,
        "time": datetime.fromtimestamp(float(one.ts), UTC).isoformat(),
        "files": [{**file, "url": f"file/{file['id']}"} for file in one.extra.get("files", ())],
    }


def hints() -> list[Json]:
    """The slash commands that the app's manifest names."""
    return list(_manifest()["features"]["slash_commands"])


def subscribed() -> list[str]:
    """The events that the app's manifest asks for."""
    return list(_manifest()["settings"]["event_subscriptions"]["bot_events"])


@cache
def _manifest() -> Json:
    """The app's manifest, which says what Slack lets the app do and tells it of."""
    here = Path(__file__).parent
    installed = here / "manifest.json"
    file = installed if installed.is_file() else here.parents[2] / "config" / "manifest.json"
    found: Json = json.loads(file.read_text("utf-8"))
    return found
