"""What Slack sends to an app: commands, presses, submitted views, events."""

import html
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from bot.demo.workspace import APP, TEAM, Channel, Member, Message

__all__ = ["command", "event", "press", "submission"]

#: Slack's deprecated way of verifying requests; still sent.
_TOKEN = "demo-verification-token"  # noqa: S105


def command(
    name: str, text: str, member: Member, channel: Channel, people: Iterable[Member] = ()
) -> dict[str, str]:
    """A slash command's form fields, without ``response_url`` and ``trigger_id``.

    Its text is escaped, and the ``people`` whom it mentions are marked, as the manifest's ``should_escape``
    asks Slack to.
    """
    return {
        "token": _TOKEN,
        "team_id": member.team,
        "team_domain": "demo",
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.user else channel.name,
        "user_id": member.id,
        "user_name": member.name,
        "command": name,
        "text": _marked(text, {f"@{each.name}": each for each in people}),
        "api_app_id": APP,
        "is_enterprise_install": "false",
    }


def _marked(text: str, people: Mapping[str, Member]) -> str:
    escaped = html.escape(text, quote=False)
    return re.sub(
        r"@[\w.-]+", lambda found: _mention(people[found[0]]) if found[0] in people else found[0], escaped
    )


def _mention(member: Member) -> str:
    return f"<@{member.id}|{member.name}>"


def press(
    message: Message,
    block_id: str,
    element: Mapping[str, Any],
    member: Member,
    channel: Channel,
    choice: str | None,
) -> dict[str, Any]:
    """A ``block_actions`` payload for an element of a message."""
    told = ("type", "action_id", "text", "value", "style", "confirm")
    action = {name: element[name] for name in told if name in element}
    if choice is not None:
        action["selected_option"] = _option(element, choice)
    container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    payload = _common("block_actions", member) | {
        "container": container | {"is_ephemeral": message.ephemeral_to is not None},
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "state": {"values": {}},
        "actions": [action | {"block_id": block_id, "action_ts": f"{message.ts}1"}],
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


def submission(view: Mapping[str, Any], values: Mapping[str, Any], member: Member) -> dict[str, Any]:
    """A ``view_submission`` payload. ``values`` is the state: block id, action id, value."""
    return _common("view_submission", member) | {
        "view": {**view, "state": {"values": values}},
        "response_urls": [],
    }


def event(inner: Mapping[str, Any], number: int, seconds: int) -> dict[str, Any]:
    """An ``event_callback``."""
    return {
        "token": _TOKEN,
        "team_id": TEAM,
        "api_app_id": APP,
        "event": {"event_ts": f"{seconds}.{number:06d}", **inner},
        "type": "event_callback",
        "event_id": f"Ev{number:04d}{secrets.token_hex(4).upper()}",
        "event_time": seconds,
        "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": "U0BOT", "is_bot": True}],
    }


def _common(kind: str, member: Member) -> dict[str, Any]:
    return {
        "type": kind,
        "token": _TOKEN,
        "api_app_id": APP,
        "team": {"id": TEAM, "domain": "demo"},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": member.id, "username": member.name, "name": member.name, "team_id": member.team},
    }


def _option(element: Mapping[str, Any], choice: str) -> Mapping[str, Any]:
    for option in element.get("options", ()):
        if option.get("value") == choice:
            return dict(option)
    raise LookupError(f"no option with the value {choice!r}")
