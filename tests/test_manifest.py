"""The manifest, its page in docs/ and the code say the same, both ways."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.config.reading import definitions
from bot.core.typed.command import VERBS, usage_hint
from bot.slack.scopes import OPTIONAL_SCOPES, SCOPES

ROOT = Path(__file__).parent.parent
MANIFEST: dict[str, Any] = json.loads((ROOT / "config/manifest.json").read_text("utf-8"))
PAGE = (ROOT / "docs/slack-app.md").read_text("utf-8")

#: Methods that need no scope of the bot's: their own token or none.
FREE = {
    "auth.test",
    "apps.connections.open",
    "openid.connect.token",
    "oauth.v2.access",
    "apps.uninstall",
    "views.open",
    "views.update",
    "views.push",
    "views.publish",
}
#: Of these, each kind of conversation needs its own.
OPTIONAL = {"channels:history", "groups:history", "im:history"}
#: What each method of Slack's Web API needs. Source: docs.slack.dev, "Methods".
NEEDS = {
    "chat.postMessage": {"chat:write", "im:write"},
    "users.info": {"users:read", "users:read.email"},
    "users.list": {"users:read", "users:read.email"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "chat.delete": {"chat:write"},
    "conversations.open": {"im:write"},
    "conversations.history": OPTIONAL,
    "conversations.replies": OPTIONAL,
    "files.getUploadURLExternal": {"files:write"},
    "files.completeUploadExternal": {"files:write"},
}
#: What the library's own methods call.
LIBRARY = {"files_upload_v2": {"files.getUploadURLExternal", "files.completeUploadExternal"}}


def table(title: str) -> list[list[str]]:
    """The rows of the table under a heading of the page."""
    section = re.split(r"\n##+ ", re.split(rf"\n##+ {title}\n", PAGE)[1])[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def documented(title: str) -> list[str]:
    return [row[0].strip("`") for row in table(title)]


ROWS = [*table("Scopes"), *table("Optional scopes")]


def nodes() -> Iterator[ast.AST]:
    """The code of what speaks with Slack."""
    for file in [*ROOT.glob("bot/slack/**/*.py"), *ROOT.glob("bot/app/*.py")]:
        yield from ast.walk(ast.parse(file.read_text("utf-8")))


def calls() -> Iterator[ast.Call]:
    """Every call of a method there."""
    for node in nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def methods_called() -> set[str]:
    """The methods of the Web API that the code calls, or has called, by their wire names."""
    known = {name.lower(): name for name in (*NEEDS, *FREE)}
    found: set[str] = set()
    for call in calls():
        if call.func.attr == "api_call":  # type: ignore[attr-defined]
            assert isinstance(call.args[0], ast.Constant), "a method of Slack's is named outright"
            found.add(str(call.args[0].value))
    for node in nodes():
        name = node.attr if isinstance(node, ast.Attribute) else ""
        if name in LIBRARY:
            found |= LIBRARY[name]
        elif name.startswith("__") or name == "api_call":
            continue
        elif "_" in name and callable(getattr(AsyncWebClient, name, None)):
            dotted = name.replace("_", ".").lower()
            found.add(known.get(dotted, dotted))
    return found


def events_handled() -> set[str]:
    constants = (call.args[0] for call in calls() if call.func.attr == "event" and call.args)  # type: ignore[attr-defined]
    return {str(constant.value) for constant in constants if isinstance(constant, ast.Constant)}


def test_scopes_are_the_page_s() -> None:
    scopes, optional = (MANIFEST["oauth_config"]["scopes"][name] for name in ("bot", "bot_optional"))
    assert scopes == sorted(scopes)
    assert set(scopes) == {*documented("Scopes"), *documented("Optional scopes")}
    assert list(MANIFEST["oauth_config"]["scopes"]) == ["bot", "bot_optional"], "no user token"
    assert set(optional) == set(documented("Optional scopes")) == OPTIONAL
    others = {scope for needed in NEEDS.values() if needed != OPTIONAL for scope in needed}
    assert others.isdisjoint(OPTIONAL), "nothing else uses them"


def test_an_install_by_oauth_asks_for_the_manifest_s_scopes() -> None:
    scopes = MANIFEST["oauth_config"]["scopes"]
    assert sorted((*SCOPES, *OPTIONAL_SCOPES)) == scopes["bot"]
    assert sorted(OPTIONAL_SCOPES) == scopes["bot_optional"]


def test_each_scope_has_a_reason() -> None:
    assert all(len(reason) > 10 or scope == "`commands`" for scope, reason, *_ in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("`"))
def test_a_scope_is_used_by_the_code_or_marked_as_later(row: list[str]) -> None:
    scope, _, _, used = row
    methods = set(re.findall(r"`([\w.]+)`", used))
    if scope == "`commands`":
        used_ones = [ast.unparse(call.args[0]) for call in calls() if call.func.attr == "use"]  # type: ignore[attr-defined]
        assert any(each.startswith("_OnCommand(") for each in used_ones)
    else:
        assert methods
        assert all(scope.strip("`") in NEEDS[method] for method in methods)
        assert methods.isdisjoint(methods_called()) == used.endswith("later")


def test_no_method_is_called_without_its_scopes() -> None:
    methods = methods_called() - FREE
    assert methods <= NEEDS.keys()
    needed = {scope for method in methods for scope in NEEDS[method]}
    assert needed <= set(MANIFEST["oauth_config"]["scopes"]["bot"])


def test_events_are_the_page_s_and_the_code_s() -> None:
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert set(events) == set(documented("Events")) == events_handled()


def test_the_command_is_the_default_and_its_hint_names_every_verb() -> None:
    (command,) = MANIFEST["features"]["slash_commands"]
    default = next(made.default for key, _, made in definitions() if key == "slack.command")
    assert command["command"] == default
    assert command["should_escape"] is True
    assert command["usage_hint"] == usage_hint()
    assert [hint.split()[0] for hint in usage_hint().split(" | ")] == [verb.name for verb in VERBS]


def test_slack_s_limits_hold() -> None:
    """Source: docs.slack.dev, "App manifest reference"."""
    shown = MANIFEST["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", MANIFEST["features"]["bot_user"]["display_name"])
    (command,) = MANIFEST["features"]["slash_commands"]
    assert len(command["command"]) <= 32
    assert len(command["usage_hint"]) <= 1000


def test_how_it_is_installed() -> None:
    settings = MANIFEST["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"]["is_enabled"] is True
    assert settings["token_rotation_enabled"] is False
    assert settings["org_deploy_enabled"] is False
    # Without the tab the bot's direct messages are refused: messages_tab_disabled.
    assert MANIFEST["features"]["app_home"]["messages_tab_enabled"] is True
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"] is True
