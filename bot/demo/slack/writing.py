"""The Web API's methods that write: ``chat`` and ``views``."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.demo.slack.calls import Arguments, Caller, Method
from bot.demo.slack.errors import ApiError
from bot.demo.slack.history import message_object
from bot.demo.slack.limits import MAX_CHARACTERS, characters, problems
from bot.demo.slack.workspace import Channel, Message

__all__ = ["METHODS", "check_message", "place"]

#: Characters of JSON.
MOST_METADATA = 16_000


def place(caller: Caller, name: str) -> Channel:
    """Where the app may write; a user's id stands for the direct message."""
    workspace = caller.workspace
    if name in workspace.refusals:
        raise ApiError(workspace.refusals[name])
    member = workspace.members.get(name)
    if member is not None:
        if "deleted" in member.flags:
            raise ApiError("channel_not_found")
        return workspace.direct(name)
    channel = workspace.channels.get(name)
    if channel is None:
        raise ApiError("channel_not_found")
    if "is_archived" in channel.flags:
        raise ApiError("is_archived")
    if workspace.bot_user not in channel.members:
        raise ApiError("channel_not_found" if "is_private" in channel.flags else "not_in_channel")
    return channel


def _post(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    channel = place(caller, arguments.get("channel", ""))
    if caller.workspace.rates is not None:
        caller.workspace.rates.post(channel.id)
    return _posted(caller, arguments, channel, None)


def _post_ephemeral(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    channel, user = place(caller, arguments.get("channel", "")), arguments.get("user", "")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    answer = _posted(caller, arguments, channel, user)
    return {"message_ts": answer["ts"]}


def _posted(caller: Caller, arguments: Arguments, channel: Channel, user: str | None) -> Mapping[str, Any]:
    via = "chat.postMessage" if user is None else "chat.postEphemeral"
    workspace = caller.workspace
    message = workspace.post(check_message(arguments, channel.id, user, via))
    posted = {"channel": channel.id, "ts": message.ts, "message": message_object(workspace, message)}
    if arguments.get("metadata") and message.metadata is None:
        warning = "invalid_metadata_schema"
        return {**posted, "warning": warning, "response_metadata": {"warnings": [warning]}}
    return posted


def _old(caller: Caller, arguments: Arguments) -> Message:
    message = caller.workspace.get(arguments.get("ts", ""))
    if message is None or message.channel != arguments.get("channel") or message.ephemeral_to:
        raise ApiError("message_not_found")
    return message


def _update(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    message = _old(caller, arguments)
    new = check_message(arguments, message.channel, None, "chat.update")
    changed = caller.workspace.change(message.ts, text=new.text, blocks=new.blocks, metadata=new.metadata)
    return {"channel": changed.channel, "ts": changed.ts, "text": changed.text}


def _delete(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    message = _old(caller, arguments)
    caller.workspace.change(message.ts, deleted=True)
    return {"channel": message.channel, "ts": message.ts}


def check_message(arguments: Arguments, channel: str, user: str | None, via: str) -> Message:
    """A message as Slack would take it, or :class:`ApiError`."""
    text, blocks = arguments.get("text") or "", arguments.get("blocks") or []
    if not text and not blocks and not arguments.get("attachments"):
        raise ApiError("no_text")
    if blocks and (found := problems(blocks)):
        raise ApiError("invalid_blocks", errors=found, response_metadata={"messages": found})
    if characters(blocks) > MAX_CHARACTERS:
        raise ApiError("msg_blocks_too_long")
    known = {"text", "blocks", "channel", "user", "thread_ts", "metadata"}
    extra = {name: value for name, value in arguments.items() if name not in known}
    thread, metadata = arguments.get("thread_ts"), _metadata(arguments.get("metadata"))
    return Message("", channel, str(text)[:40_000], blocks, user, thread, metadata, via, extra=extra)


def _metadata(metadata: object) -> Mapping[str, Any] | None:
    """Metadata as Slack would keep it; of a type that it does not take, none, with a warning.

    Source: docs.slack.dev, "Using message metadata". The size limit's number is not published.
    """
    if not metadata:
        return None
    if not isinstance(metadata, Mapping) or set(metadata) - {"event_type", "event_payload", "entities"}:
        raise ApiError("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not isinstance(payload, Mapping):
        raise ApiError("invalid_metadata_format")
    if len(json.dumps(metadata)) > MOST_METADATA:
        raise ApiError("metadata_too_large")
    return metadata if re.fullmatch(r"[A-Za-z0-9_-]+", kind) else None


#: By name, with the scope that each needs.
METHODS: Mapping[str, tuple[Method, str | None]] = {
    "chat.postMessage": (_post, "chat:write"),
    "chat.postEphemeral": (_post_ephemeral, "chat:write"),
    "chat.update": (_update, "chat:write"),
    "chat.delete": (_delete, "chat:write"),
    "views.open": (lambda caller, arguments: caller.workspace.views.open(arguments), None),
    "views.push": (lambda caller, arguments: caller.workspace.views.push(arguments), None),
    "views.update": (lambda caller, arguments: caller.workspace.views.update(arguments), None),
    "views.publish": (lambda caller, arguments: caller.workspace.views.publish(arguments), None),
}
