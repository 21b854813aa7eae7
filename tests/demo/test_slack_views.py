"""Modals upon modals, what a submission is answered with, and what Slack tells of each kind of element."""

from typing import Any

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import Slack
from bot.demo.slack.elements import elements, find, used
from bot.demo.slack.views import View
from tests.demo.hearing import Bot

SELLER = Slack.seller.id


def modal(name: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": name,
        "title": plain(name),
        "blocks": [{"type": "divider"}],
        **more,
    }


def plain(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


UNTITLED = {"type": "modal", "blocks": []}


def names(slack: Slack) -> list[str]:
    return [view["callback_id"] for view in slack.views.stack(SELLER)]


async def test_modals_stand_upon_each_other_three_at_most(slack: Slack, client: AsyncWebClient) -> None:
    told: list[tuple[str, View | str]] = []
    slack.views.listeners.append(lambda user, view: told.append((user, view)))
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_push(trigger_id=slack.triggers.issue(SELLER), view=modal("none"))
    root = (await client.views_open(trigger_id=slack.triggers.issue(SELLER), view=modal("one")))["view"]
    await client.views_push(trigger_id=slack.triggers.issue(SELLER), view=modal("two"))
    top = (await client.views_push(trigger_id=slack.triggers.issue(SELLER), view=modal("three")))["view"]
    assert names(slack) == ["one", "two", "three"]
    assert top["root_view_id"] == root["id"] != top["previous_view_id"]
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=slack.triggers.issue(SELLER), view=modal("four"))
    await client.views_update(view_id=root["id"], view=modal("first"))
    assert names(slack) == ["first", "two", "three"]
    await client.views_open(trigger_id=slack.triggers.issue(SELLER), view=modal("new"))
    assert names(slack) == ["new"]
    assert {user for user, _ in told} == {SELLER}
    assert [view for _, view in told if isinstance(view, str)][::-1][0] == root["id"]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({}, ["one"]),
        ({"response_action": "clear"}, []),
        ({"response_action": "errors", "errors": {"b": "No."}}, ["one", "two"]),
        ({"response_action": "update", "view": modal("other")}, ["one", "other"]),
        ({"response_action": "push", "view": modal("three")}, ["one", "two", "three"]),
        ({"response_action": "update", "view": UNTITLED}, ["one", "two"]),
    ],
)
async def test_a_submission_does_what_it_is_answered_with(
    slack: Slack, client: AsyncWebClient, bot: Bot, said: dict[str, Any], left: list[str]
) -> None:
    await client.views_open(trigger_id=slack.triggers.issue(SELLER), view=modal("one"))
    await client.views_push(trigger_id=slack.triggers.issue(SELLER), view=modal("two"))
    bot.response = lambda: web.json_response(said) if said else web.Response()
    answer = await slack.submit(slack.views.stack(SELLER)[-1], {"b": {}})
    assert names(slack) == left
    assert answer.errors == said.get("errors", {})
    assert answer.error == ("invalid_arguments" if said.get("view") == UNTITLED else "")


async def test_the_app_hears_of_a_closed_modal_if_it_asked_to(
    slack: Slack, client: AsyncWebClient, bot: Bot
) -> None:
    for name in ("one", "two"):
        views = {"one": client.views_open, "two": client.views_push}
        await views[name](trigger_id=slack.triggers.issue(SELLER), view=modal(name, notify_on_close=True))
    await slack.close(slack.views.stack(SELLER)[-1])
    await slack.close(slack.views.stack(SELLER)[-1], all_=True)
    told = [(each["type"], each["view"]["callback_id"], each["is_cleared"]) for each in bot.heard]
    assert told == [("view_closed", "two", False), ("view_closed", "one", True)]
    await client.views_open(trigger_id=slack.triggers.issue(SELLER), view=modal("quiet"))
    await slack.close(slack.views.stack(SELLER)[-1])
    assert (len(bot.heard), names(slack)) == (2, [])


OPTIONS = [{"text": plain(value), "value": value} for value in ("a", "b", "c")]


@pytest.mark.parametrize(
    ("element", "choice", "choices", "told"),
    [
        ({"type": "button", "value": "v"}, None, None, {"value": "v"}),
        ({"type": "static_select", "options": OPTIONS}, "b", None, {"selected_option": OPTIONS[1]}),
        ({"type": "overflow", "options": OPTIONS}, "c", None, {"selected_option": OPTIONS[2]}),
        ({"type": "radio_buttons", "options": OPTIONS}, "a", None, {"selected_option": OPTIONS[0]}),
        (
            {"type": "multi_static_select", "options": OPTIONS},
            None,
            ["c", "a"],
            {"selected_options": OPTIONS[::-2]},
        ),
        (
            {"type": "multi_static_select", "option_groups": [{"label": plain("g"), "options": OPTIONS}]},
            None,
            [],
            {"selected_options": []},
        ),
        ({"type": "checkboxes", "options": OPTIONS}, None, ["b"], {"selected_options": [OPTIONS[1]]}),
        ({"type": "users_select"}, SELLER, None, {"selected_user": SELLER}),
        ({"type": "multi_users_select"}, None, [SELLER], {"selected_users": [SELLER]}),
        ({"type": "conversations_select"}, "C0", None, {"selected_conversation": "C0"}),
        ({"type": "multi_conversations_select"}, None, ["C0"], {"selected_conversations": ["C0"]}),
        ({"type": "channels_select"}, "C0", None, {"selected_channel": "C0"}),
        ({"type": "datepicker"}, "2026-11-26", None, {"selected_date": "2026-11-26"}),
        ({"type": "timepicker"}, "08:00", None, {"selected_time": "08:00"}),
        ({"type": "datetimepicker"}, "1795693024", None, {"selected_date_time": 1795693024}),
        ({"type": "plain_text_input"}, "words", None, {"value": "words"}),
    ],
)
def test_what_is_told_of_an_element(
    element: dict[str, Any], choice: Any, choices: Any, told: dict[str, Any]
) -> None:
    told |= {"type": element["type"], "action_id": "x", "block_id": "b", "action_ts": "1"}
    assert used("b", element | {"action_id": "x"}, choice, choices, "1") == told


def test_a_choice_that_is_not_offered_is_none() -> None:
    with pytest.raises(LookupError):
        used("b", {"type": "static_select", "action_id": "x", "options": OPTIONS}, "z", None, "1")


def test_fields_of_a_form_tell_only_where_they_are_to() -> None:
    field = {"type": "input", "block_id": "b", "element": {"type": "plain_text_input", "action_id": "x"}}
    assert list(elements([field])) == []
    assert find(elements([field | {"dispatch_action": True}]), "x", block="b")[0] == "b"
    with pytest.raises(LookupError):
        find(elements([field | {"dispatch_action": True}]), "x", block="c")
