"""What Slack sends to an app: commands, presses, submitted views, events."""

import html
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.slack.elements import Used
from bot.demo.slack.installs import Installation
from bot.demo.slack.workspace import APP, Channel, Enterprise, Member, Message, Workspace

__all__ = [
    "Origin",
    "Values",
    "closed",
    "command",
    "event",
    "marked",
    "organization_event",
    "press",
    "press_view",
    "submission",
]

#: What is chosen and typed, by block and element: ``view.state.values``.
Values = Mapping[str, Any]

#: Slack's deprecated way of verifying requests; still sent.
_TOKEN = "demo-verification-token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something happens, and by which install the app hears of it; ``None``: by none any more."""

    workspace: Workspace
    installation: Installation | None

    @property
    def is_enterprise_install(self) -> bool:
        """Whether the app is installed in the whole organization."""
        return self.installation is not None and self.installation.is_enterprise_install


def command(name: str, text: str, member: Member, channel: Channel, origin: Origin) -> dict[str, str]:
    """A slash command's form fields, without ``response_url`` and ``trigger_id``.

    Its text is escaped, and the people whom it mentions are marked, as the manifest's ``should_escape`` asks
    Slack to.
    """
    return {
        "token": _TOKEN,
        "team_id": member.team,
        "team_domain": origin.workspace.domain,
        **_organization(origin),
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.user else channel.name,
        "user_id": member.id,
        "user_name": member.name,
        "command": name,
        "text": marked(text, origin.workspace.members.values()),
        "api_app_id": APP,
        "is_enterprise_install": str(origin.is_enterprise_install).lower(),
    }


def marked(text: str, members: Iterable[Member]) -> str:
    """What somebody types as Slack has it: escaped, with the people marked whom it mentions."""
    people = {f"@{each.name}": each for each in members}
    escaped = html.escape(text, quote=False)
    return re.sub(
        r"@[\w.-]+", lambda found: _mention(people[found[0]]) if found[0] in people else found[0], escaped
    )


def _mention(member: Member) -> str:
    return f"<@{member.id}|{member.name}>"


def press(
    message: Message, action: Used, member: Member, channel: Channel, origin: Origin, values: Values
) -> dict[str, Any]:
    """A ``block_actions`` payload for an element of a message. ``values``: what is chosen in it otherwise."""
    container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    payload = _common("block_actions", member, origin) | {
        "container": container | {"is_ephemeral": message.ephemeral_to is not None},
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "state": {"values": values},
        "actions": [action],
    }
    # Of an ephemeral message, Slack sends no content.
    if message.ephemeral_to is None:
        payload["message"] = {
            "type": "message",
            "ts": message.ts,
            "text": message.text,
            "blocks": message.blocks,
        }
    return payload


def press_view(
    view: Mapping[str, Any], action: Used, member: Member, origin: Origin, values: Values
) -> dict[str, Any]:
    """The same for an element of a modal or a Home tab, which has no channel and no ``response_url``."""
    return _common("block_actions", member, origin) | {
        "container": {"type": "view", "view_id": view["id"]},
        "view": {**view, "state": {"values": values}},
        "actions": [action],
    }


def submission(view: Mapping[str, Any], values: Values, member: Member, origin: Origin) -> dict[str, Any]:
    """A ``view_submission`` payload. ``values`` is the state: block id, action id, value."""
    return _common("view_submission", member, origin) | {
        "view": {**view, "state": {"values": values}},
        "response_urls": [],
    }


def closed(view: Mapping[str, Any], member: Member, origin: Origin, *, is_cleared: bool) -> dict[str, Any]:
    """A ``view_closed`` payload, for a view with ``notify_on_close``. ``is_cleared``: all at once."""
    return _common("view_closed", member, origin) | {
        "view": {**view, "state": {"values": {}}},
        "is_cleared": is_cleared,
    }


def event(inner: Mapping[str, Any], number: int, seconds: int, origin: Origin) -> dict[str, Any]:
    """An ``event_callback``. Source: docs.slack.dev, "Events API" and "Organization-ready apps".

    When the app is gone there is nobody whom ``authorizations`` could name: "app_uninstalled" shows none.
    """
    workspace, enterprise = origin.workspace, origin.workspace.enterprise
    enterprise_id = None if enterprise is None else enterprise.id
    payload = _event(inner, number, seconds) | {
        "team_id": workspace.id,
        **({} if enterprise is None else {"enterprise_id": enterprise_id}),
        "context_team_id": workspace.id,
        "context_enterprise_id": enterprise_id,
        "is_ext_shared_channel": False,
    }
    if origin.installation is None:
        return payload
    bot, org_wide = workspace.bot_user, origin.is_enterprise_install
    return payload | {"authorizations": [_authorization(enterprise_id, workspace.id, bot, org_wide)]}


def organization_event(
    inner: Mapping[str, Any], number: int, seconds: int, enterprise: Enterprise, *, installed: bool
) -> dict[str, Any]:
    """An event of a whole organization. Source: docs.slack.dev, "team_access_granted"."""
    payload = _event(inner, number, seconds) | {"team_id": None, "enterprise_id": enterprise.id}
    if not installed:
        return payload
    return payload | {"authorizations": [_authorization(enterprise.id, None, enterprise.bot_user, True)]}


def _event(inner: Mapping[str, Any], number: int, seconds: int) -> dict[str, Any]:
    return {
        "token": _TOKEN,
        "api_app_id": APP,
        "event": {"event_ts": f"{seconds}.{number:06d}", **inner},
        "type": "event_callback",
        "event_id": f"Ev{number:04d}{secrets.token_hex(4).upper()}",
        "event_time": seconds,
    }


def _authorization(
    enterprise: str | None, team: str | None, user: str, org_wide: bool
) -> dict[str, str | bool | None]:
    ids = {"enterprise_id": enterprise, "team_id": team, "user_id": user}
    return {**ids, "is_bot": True, "is_enterprise_install": org_wide}


def _common(kind: str, member: Member, origin: Origin) -> dict[str, Any]:
    workspace, enterprise = origin.workspace, origin.workspace.enterprise
    return {
        "type": kind,
        "token": _TOKEN,
        "api_app_id": APP,
        "team": {"id": workspace.id, "domain": workspace.domain, **_organization(origin)},
        "enterprise": None if enterprise is None else {"id": enterprise.id, "name": enterprise.name},
        "is_enterprise_install": origin.is_enterprise_install,
        "user": {"id": member.id, "username": member.name, "name": member.name, "team_id": member.team},
    }


def _organization(origin: Origin) -> dict[str, str]:
    enterprise = origin.workspace.enterprise
    return {} if enterprise is None else {"enterprise_id": enterprise.id, "enterprise_name": enterprise.name}
