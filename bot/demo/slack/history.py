"""The Web API's methods that read messages: ``conversations.history`` and ``conversations.replies``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.demo.slack.calls import Arguments, Caller, Method, is_true
from bot.demo.slack.errors import ApiError
from bot.demo.slack.workspace import APP, Channel, Message, Workspace

__all__ = ["METHODS", "message_object"]

#: Source: docs.slack.dev, "conversations.history", ``limit``.
MOST = 999


def message_object(workspace: Workspace, message: Message, *, all_metadata: bool = True) -> dict[str, Any]:
    """A message as Slack tells of one. Without ``all_metadata``, of its metadata the type alone."""
    told: dict[str, Any] = {"type": "message", "ts": message.ts, "text": message.text, "team": workspace.id}
    if message.by is None:
        told |= {"user": workspace.bot_user, "bot_id": workspace.bot_id, "app_id": APP}
    else:
        told["user"] = message.by
    if message.blocks:
        told["blocks"] = list(message.blocks)
    if message.thread_ts:
        told["thread_ts"] = message.thread_ts
    if message.metadata:
        kind = {"event_type": message.metadata["event_type"]}
        told["metadata"] = dict(message.metadata) if all_metadata else kind
    return told


def _history(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    """What stands in the conversation itself, newest first."""
    channel = _readable(caller, arguments)
    there = [each for each in _shown(caller, channel) if each.thread_ts in {None, each.ts}]
    return _page(caller, sorted(_within(there, arguments), key=_age, reverse=True), arguments)


def _replies(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    """A thread: the message that it stands below, always, and what stands in it, oldest first."""
    channel = _readable(caller, arguments)
    there = _shown(caller, channel)
    wanted = next((each for each in there if each.ts == arguments.get("ts")), None)
    if wanted is None:
        raise ApiError("thread_not_found")
    parent = wanted.thread_ts or wanted.ts
    below = [each for each in there if each.thread_ts == parent and each.ts != parent]
    first = [each for each in there if each.ts == parent]
    return _page(caller, [*first, *sorted(_within(below, arguments), key=_age)], arguments)


def _readable(caller: Caller, arguments: Arguments) -> Channel:
    """The conversation, if the token may read there; one that is archived is read as well."""
    workspace = caller.workspace
    channel = workspace.channels.get(arguments.get("channel", ""))
    if channel is None:
        raise ApiError("channel_not_found")
    caller.need(_scope(channel))
    if workspace.bot_user not in channel.members:
        raise ApiError("channel_not_found" if "is_private" in channel.flags else "not_in_channel")
    return channel


def _scope(channel: Channel) -> str:
    kinds = {"is_im": "im", "is_mpim": "mpim", "is_private": "groups"}
    return f"{next((kind for flag, kind in kinds.items() if flag in channel.flags), 'channels')}:history"


def _shown(caller: Caller, channel: Channel) -> list[Message]:
    """Slack shows some messages a while after it took them."""
    messages = caller.workspace.messages(channel.id)
    return [each for each in messages if each.ephemeral_to is None and caller.workspace.shows(each)]


def _within(messages: Iterable[Message], arguments: Arguments) -> list[Message]:
    oldest, latest = _time(arguments, "oldest", "0"), _time(arguments, "latest", "inf")
    if is_true(arguments.get("inclusive")):
        return [each for each in messages if oldest <= _age(each) <= latest]
    return [each for each in messages if oldest < _age(each) < latest]


def _time(arguments: Arguments, name: str, default: str) -> float:
    try:
        return float(arguments.get(name) or default)
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _age(message: Message) -> float:
    return float(message.ts)


def _page(caller: Caller, messages: Sequence[Message], arguments: Arguments) -> Mapping[str, Any]:
    try:
        start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
    except ValueError:
        raise ApiError("invalid_cursor") from None
    if not 0 < limit <= MOST:
        raise ApiError("invalid_limit")
    everything = is_true(arguments.get("include_all_metadata"))
    told = [message_object(caller.workspace, each, all_metadata=everything) for each in messages]
    more = start + limit < len(told)
    cursor = {"response_metadata": {"next_cursor": str(start + limit)}} if more else {}
    return {"messages": told[start : start + limit], "has_more": more, **cursor}


#: By name; the scope that each needs depends on the conversation.
METHODS: Mapping[str, tuple[Method, str | None]] = {
    "conversations.history": (_history, None),
    "conversations.replies": (_replies, None),
}
