"""A call of the Web API as its method sees it: who calls, from where, with which arguments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.demo.slack.errors import ApiError
from bot.demo.slack.installs import Installation
from bot.demo.slack.workspace import Workspace

__all__ = ["Arguments", "Caller", "Method", "is_true", "page"]

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is, and the workspace that the call is about."""

    installation: Installation
    workspace: Workspace

    def need(self, scope: str | None) -> None:
        """Refuse a token without that scope."""
        scopes = self.installation.scopes
        if scope is not None and scope not in scopes:
            raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(scopes)))

    def may(self, scope: str) -> bool:
        """Whether the token has that scope."""
        return scope in self.installation.scopes


Method = Callable[[Caller, Arguments], Mapping[str, Any]]


def page(members: Sequence[Any], arguments: Arguments) -> Mapping[str, Any]:
    """A page of a list, as ``cursor`` and ``limit`` ask for it."""
    start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
    cursor = str(start + limit) if start + limit < len(members) else ""
    return {"members": members[start : start + limit], "response_metadata": {"next_cursor": cursor}}


def is_true(value: object) -> bool:
    """Whether an argument says yes, however it was sent."""
    return str(value).lower() in {"1", "true"}
