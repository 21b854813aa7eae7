"""Slack's Web API: tokens checked, arguments read, errors in Slack's shape."""

import asyncio
import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from bot.demo.slack import history, people, writing
from bot.demo.slack.calls import Arguments, Caller, Method
from bot.demo.slack.errors import ApiError
from bot.demo.slack.installs import Installation, Installs
from bot.demo.slack.rates import RateLimited
from bot.demo.slack.workspace import Workspace

__all__ = ["ApiCall", "ClientMethod", "Failure", "WebApi"]

#: A method that an app calls with its client id and secret instead of a token.
ClientMethod = Callable[[Arguments], Mapping[str, Any]]

#: What an org-wide token must name a workspace for (docs.slack.dev, "users.list", ``team_id``).
_NEED_TEAM = {"users.list"}
#: What works for an organization before the app is added to any workspace.
_OF_THE_TOKEN = {"auth.test", "auth.revoke"}
#: What no record of a call may hold.
_SECRET = {"client_secret", "code", "refresh_token"}


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call that was received, token, code and secret left out. ``team``: whose token it was."""

    method: str
    arguments: Arguments
    team: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """How a method misbehaves, and how many times. ``performed``: it does its work all the same, and at once.

    ``delay`` is in seconds; ``cut``: the connection is closed instead of an answer.
    ``team``: only for this workspace's or organization's token, as Slack's rate limits are per workspace.
    """

    error: str = ""
    status: int = 200
    retry_after: int | None = None
    delay: float = 0
    performed: bool = False
    times: int = 1
    cut: bool = False
    team: str | None = None


class WebApi:
    """The methods. ``calls`` remembers them all."""

    def __init__(
        self, installs: Installs, workspace: Workspace, app_token: str, connect: Callable[[], str]
    ) -> None:
        self.calls: list[ApiCall] = []
        self.failures: dict[str, Failure] = {}
        #: What a valid token is answered with: ``token_revoked``, ``account_inactive``, ...
        self.revoked: str | None = None
        self.methods: dict[str, tuple[Method, str | None]] = {
            **people.METHODS,
            **writing.METHODS,
            **history.METHODS,
        }
        self.client_methods: dict[str, ClientMethod] = {}
        self._installs, self._workspace = installs, workspace
        self._app_token, self._connect = app_token, connect

    @property
    def scopes(self) -> set[str]:
        """What the first workspace's token may."""
        return self._installs.latest(self._workspace).scopes

    async def serve(self, request: web.Request) -> web.Response:
        """Answer one call."""
        method = request.match_info["method"]
        arguments, token = await _arguments(request)
        installation = self._installs.find(token)
        team = "" if installation is None else installation.where.id
        told = {name: value for name, value in arguments.items() if name not in _SECRET}
        self.calls.append(ApiCall(method, told, team))
        failure = self._failure(method, team)
        if failure is None:
            answered = self._answered(method, arguments, token)
            if installation is not None:
                answered.headers["X-OAuth-Scopes"] = ",".join(sorted(installation.scopes))
            return answered
        performed = self._answered(method, arguments, token) if failure.performed else web.json_response({})
        await asyncio.sleep(min(failure.delay, 60))
        if failure.cut and request.transport is not None:
            request.transport.abort()
        return _failed(failure, performed)

    def _failure(self, method: str, team: str) -> Failure | None:
        failure = self.failures.get(method)
        if failure is None or failure.team not in {None, team}:
            return None
        if failure.times <= 1:
            del self.failures[method]
        else:
            self.failures[method] = replace(failure, times=failure.times - 1)
        return failure

    def _answered(self, method: str, arguments: Arguments, token: str) -> web.Response:
        try:
            return web.json_response({"ok": True, **self._perform(method, arguments, token)})
        except RateLimited as error:
            return _too_many(error.retry_after)
        except ApiError as error:
            return web.json_response(error.body)

    def _perform(self, method: str, arguments: Arguments, token: str) -> Mapping[str, Any]:
        if method in self.client_methods:
            return self.client_methods[method](arguments)
        if method == "apps.connections.open":
            self._installation(token, for_app=True)
            return {"url": self._connect()}
        if method not in self.methods:
            raise ApiError("unknown_method", req_method=method)
        handler, scope = self.methods[method]
        installation = self._installation(token, for_app=False)
        assert installation is not None  # noqa: S101  (a token that is not the app's has one)
        caller = Caller(installation, _workspace(installation, method, arguments))
        caller.need(scope)
        if caller.workspace.rates is not None:
            caller.workspace.rates.call(method)
        return handler(caller, arguments)

    def _installation(self, token: str, *, for_app: bool) -> Installation | None:
        if not token:
            raise ApiError("not_authed")
        installation = self._installs.find(token)
        if installation is None and token != self._app_token:
            raise ApiError("invalid_auth")
        if (installation is None) != for_app:
            raise ApiError("not_allowed_token_type")
        ended = self.revoked or (installation.ended if installation is not None else None)
        if ended:
            raise ApiError(ended)
        return installation


def _workspace(installation: Installation, method: str, arguments: Arguments) -> Workspace:
    """Which workspace a call is about: ``team_id`` says so, and is ignored of a workspace's own token.

    Source: docs.slack.dev, "Organization-ready apps". Most methods need no ``team_id``: ids tell.
    """
    reach = installation.reach
    if not installation.is_enterprise_install:
        return reach[0]
    if not reach and method in _OF_THE_TOKEN and installation.enterprise is not None:
        reach = list(installation.enterprise.workspaces.values())
    team = arguments.get("team_id")
    if team is None and method in _NEED_TEAM:
        raise ApiError("missing_argument", response_metadata={"messages": ["[ERROR] missing: team_id"]})
    reach = [each for each in reach if team in {None, each.id}]
    if not reach:
        raise ApiError("team_access_not_granted")
    return next((each for each in reach if each.knows(arguments)), reach[0])


async def _arguments(request: web.Request) -> tuple[Arguments, str]:
    """The arguments, however slack_sdk sent them: JSON, form or query; and the token."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        arguments |= body if isinstance(body, dict) else {}
    else:
        arguments |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in ("blocks", "view", "metadata", "attachments", "files"):
        if isinstance(arguments.get(name), str):
            arguments[name] = _json(arguments[name])
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        client = _basic(given)
        arguments |= dict(zip(("client_id", "client_secret"), client, strict=False))
    return arguments, str(arguments.pop("token", "") or (given if kind == "Bearer" else ""))


def _basic(given: str) -> list[str]:
    """Client id and secret (RFC 6749, section 2.3.1), which slack_sdk sends so."""
    try:
        return base64.b64decode(given).decode().split(":", 1)
    except (binascii.Error, UnicodeDecodeError):
        return []


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _too_many(retry_after: int) -> web.Response:
    headers = {"Retry-After": str(retry_after)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def _failed(failure: Failure, performed: web.Response) -> web.Response:
    if failure.retry_after is not None:
        return _too_many(failure.retry_after)
    if failure.error:
        return web.json_response({"ok": False, "error": failure.error}, status=failure.status)
    if failure.status >= 400:
        return web.Response(status=failure.status, text="upstream connect error")
    return performed
