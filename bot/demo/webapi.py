"""Slack's Web API: tokens checked, arguments read, errors in Slack's shape."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from bot.demo.errors import ApiError
from bot.demo.limits import MAX_CHARACTERS, characters, problems
from bot.demo.views import Views
from bot.demo.workspace import APP, BOT, BOT_USER, OTHER_TEAM, TEAM, Channel, Message, Workspace

__all__ = ["SCOPES", "ApiCall", "Failure", "WebApi", "check_message"]

#: What the app's bot token may: the app asks for no more.
SCOPES = frozenset(
    {"commands", "chat:write", "im:write", "users:read", "users:read.email", "channels:read", "groups:read"}
)

Arguments = Mapping[str, Any]
Method = Callable[[Arguments], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call that was received, the token left out."""

    method: str
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Failure:
    """How a method misbehaves, and how many times. ``performed``: it does its work all the same."""

    error: str = ""
    status: int = 200
    retry_after: int | None = None
    delay: float = 0
    performed: bool = False
    times: int = 1


class WebApi:
    """The methods. ``calls`` remembers them all."""

    def __init__(
        self,
        workspace: Workspace,
        views: Views,
        tokens: tuple[str, str],
        connect: Callable[[], str],
    ) -> None:
        self.calls: list[ApiCall] = []
        self.failures: dict[str, Failure] = {}
        self.scopes = set(SCOPES)
        #: What a valid token is answered with: ``token_revoked``, ``account_inactive``, ...
        self.revoked: str | None = None
        self._workspace = workspace
        self._bot_token, self._app_token = tokens
        self._methods: dict[str, tuple[Method, str | None]] = {
            "auth.test": (self._auth_test, None),
            "apps.connections.open": (lambda _: {"url": connect()}, None),
            "team.info": (self._team_info, None),
            "users.info": (self._users_info, "users:read"),
            "users.list": (self._users_list, "users:read"),
            "conversations.info": (self._conversations_info, None),
            "conversations.members": (self._conversations_members, None),
            "conversations.open": (self._conversations_open, "im:write"),
            "chat.postMessage": (self._post, "chat:write"),
            "chat.postEphemeral": (self._post_ephemeral, "chat:write"),
            "chat.update": (self._update, "chat:write"),
            "chat.delete": (self._delete, "chat:write"),
            "views.open": (views.open, None),
            "views.update": (views.update, None),
            "views.publish": (views.publish, None),
        }

    async def serve(self, request: web.Request) -> web.Response:
        """Answer one call."""
        method = request.match_info["method"]
        arguments, token = await _arguments(request)
        self.calls.append(ApiCall(method, arguments))
        failure = self._failure(method)
        if failure is None:
            return web.json_response(self._answer(method, arguments, token))
        await asyncio.sleep(min(failure.delay, 60))
        performed = self._answer(method, arguments, token) if failure.performed else {}
        return _failed(failure, performed)

    def _failure(self, method: str) -> Failure | None:
        failure = self.failures.get(method)
        if failure is not None and failure.times <= 1:
            del self.failures[method]
        elif failure is not None:
            self.failures[method] = replace(failure, times=failure.times - 1)
        return failure

    def _answer(self, method: str, arguments: Arguments, token: str) -> Mapping[str, Any]:
        try:
            known = self._methods.get(method)
            if known is None:
                raise ApiError("unknown_method", req_method=method)
            handler, scope = known
            self._authorize(method, token, scope)
            return {"ok": True, **handler(arguments)}
        except ApiError as error:
            return error.body

    def _authorize(self, method: str, token: str, scope: str | None) -> None:
        if not token:
            raise ApiError("not_authed")
        if token not in {self._bot_token, self._app_token}:
            raise ApiError("invalid_auth")
        if (token == self._app_token) != (method == "apps.connections.open"):
            raise ApiError("not_allowed_token_type")
        if self.revoked:
            raise ApiError(self.revoked)
        if scope is not None and scope not in self.scopes:
            raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    # ------------------------------------------------------------ who and where

    def _auth_test(self, _: Arguments) -> Mapping[str, Any]:
        return {
            "url": "https://demo.slack.example/",
            "team": "Demo",
            "user": "superoffice",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def _team_info(self, _: Arguments) -> Mapping[str, Any]:
        if "team:read" not in self.scopes:
            raise ApiError("missing_scope", needed="team:read", provided=",".join(sorted(self.scopes)))
        return {"team": {"id": TEAM, "name": "Demo", "domain": "demo"}}

    def _users_info(self, arguments: Arguments) -> Mapping[str, Any]:
        member = self._workspace.members.get(arguments.get("user", ""))
        if member is None:
            raise ApiError("user_not_found")
        with_email = "users:read.email" in self.scopes and member.team != OTHER_TEAM
        with_locale = _is_true(arguments.get("include_locale"))
        return {"user": member.info(with_email=with_email, with_locale=with_locale)}

    def _visible(self, arguments: Arguments) -> Channel:
        channel = self._workspace.channels.get(arguments.get("channel", ""))
        hidden = channel is not None and "is_private" in channel.flags and BOT_USER not in channel.members
        if channel is None or hidden:
            raise ApiError("channel_not_found")
        scope = "groups:read" if "is_private" in channel.flags else "channels:read"
        if not channel.user and scope not in self.scopes:
            raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))
        return channel

    def _conversations_info(self, arguments: Arguments) -> Mapping[str, Any]:
        channel = self._visible(arguments)
        counted = _is_true(arguments.get("include_num_members"))
        return {"channel": channel.info() | ({"num_members": len(channel.members)} if counted else {})}

    def _conversations_members(self, arguments: Arguments) -> Mapping[str, Any]:
        return _page(sorted(self._visible(arguments).members), arguments)

    def _users_list(self, arguments: Arguments) -> Mapping[str, Any]:
        with_email = "users:read.email" in self.scopes
        with_locale = _is_true(arguments.get("include_locale"))
        members = [
            member.info(with_email=with_email and member.team != OTHER_TEAM, with_locale=with_locale)
            for member in self._workspace.members.values()
        ]
        return _page(members, arguments)

    def _conversations_open(self, arguments: Arguments) -> Mapping[str, Any]:
        user = arguments.get("users", "")
        if user not in self._workspace.members:
            raise ApiError("user_not_found")
        return {"channel": {"id": self._workspace.direct(user).id}}

    # ------------------------------------------------------------ chat

    def _post(self, arguments: Arguments) -> Mapping[str, Any]:
        channel = self._place(arguments)
        return self._posted(arguments, channel, None)

    def _post_ephemeral(self, arguments: Arguments) -> Mapping[str, Any]:
        channel, user = self._place(arguments), arguments.get("user", "")
        if user not in channel.members:
            raise ApiError("user_not_in_channel")
        answer = self._posted(arguments, channel, user)
        return {"message_ts": answer["ts"]}

    def _place(self, arguments: Arguments) -> Channel:
        name = arguments.get("channel", "")
        member = self._workspace.members.get(name)
        if member is not None:
            if "deleted" in member.flags:
                raise ApiError("channel_not_found")
            return self._workspace.direct(name)
        channel = self._workspace.channels.get(name)
        if channel is None:
            raise ApiError("channel_not_found")
        if "is_archived" in channel.flags:
            raise ApiError("is_archived")
        if BOT_USER not in channel.members:
            raise ApiError("channel_not_found" if "is_private" in channel.flags else "not_in_channel")
        return channel

    def _posted(self, arguments: Arguments, channel: Channel, user: str | None) -> Mapping[str, Any]:
        via = "chat.postMessage" if user is None else "chat.postEphemeral"
        message = self._workspace.post(check_message(arguments, channel.id, user, via))
        body = {"type": "message", "user": BOT_USER, "bot_id": BOT, "app_id": APP, "ts": message.ts}
        return {
            "channel": channel.id,
            "ts": message.ts,
            "message": body | {"text": message.text, "blocks": message.blocks},
        }

    def _update(self, arguments: Arguments) -> Mapping[str, Any]:
        message = self._workspace.get(arguments.get("ts", ""))
        if message is None or message.channel != arguments.get("channel") or message.ephemeral_to:
            raise ApiError("message_not_found")
        new = check_message(arguments, message.channel, None, "chat.update")
        changed = self._workspace.change(message.ts, text=new.text, blocks=new.blocks, metadata=new.metadata)
        return {"channel": changed.channel, "ts": changed.ts, "text": changed.text}

    def _delete(self, arguments: Arguments) -> Mapping[str, Any]:
        message = self._workspace.get(arguments.get("ts", ""))
        if message is None or message.channel != arguments.get("channel") or message.ephemeral_to:
            raise ApiError("message_not_found")
        self._workspace.change(message.ts, deleted=True)
        return {"channel": message.channel, "ts": message.ts}


def _page(members: Sequence[Any], arguments: Arguments) -> Mapping[str, Any]:
    start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
    cursor = str(start + limit) if start + limit < len(members) else ""
    return {"members": members[start : start + limit], "response_metadata": {"next_cursor": cursor}}


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
    thread, metadata = arguments.get("thread_ts"), arguments.get("metadata")
    return Message("", channel, str(text)[:40_000], blocks, user, thread, metadata, via, extra=extra)


async def _arguments(request: web.Request) -> tuple[Arguments, str]:
    """The arguments, however slack_sdk sent them: JSON, form or query; and the token."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        arguments |= body if isinstance(body, dict) else {}
    else:
        arguments |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in ("blocks", "view", "metadata", "attachments"):
        if isinstance(arguments.get(name), str):
            arguments[name] = _json(arguments[name])
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return arguments, str(arguments.pop("token", "") or bearer)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_true(value: object) -> bool:
    return str(value).lower() in {"1", "true"}


def _failed(failure: Failure, performed: Mapping[str, Any]) -> web.Response:
    if failure.retry_after is not None:
        headers = {"Retry-After": str(failure.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if failure.error:
        return web.json_response({"ok": False, "error": failure.error}, status=failure.status)
    if failure.status >= 400:
        return web.Response(status=failure.status, text="upstream connect error")
    return web.json_response(performed)
