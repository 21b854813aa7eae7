"""Every kind of field: what one chooses and types is what Slack delivers."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.browser.desk import Desk, expect

pytestmark = pytest.mark.long
Json = Mapping[str, Any]

OPTIONS = [
    {"text": {"type": "plain_text", "text": text}, "value": text.lower()} for text in ("One", "Two", "Three")
]
ELEMENTS: Mapping[str, dict[str, Any]] = {
    "text": {"type": "plain_text_input"},
    "long": {"type": "plain_text_input", "multiline": True},
    "number": {"type": "number_input", "is_decimal_allowed": False},
    "mail": {"type": "email_text_input"},
    "address": {"type": "url_text_input"},
    "one": {"type": "static_select", "options": OPTIONS},
    "many": {"type": "multi_static_select", "options": OPTIONS},
    "user": {"type": "users_select"},
    "users": {"type": "multi_users_select"},
    "channel": {"type": "channels_select"},
    "day": {"type": "datepicker"},
    "time": {"type": "timepicker"},
    "ticks": {"type": "checkboxes", "options": OPTIONS},
    "radio": {"type": "radio_buttons", "options": OPTIONS},
}


async def test_delivers_what_was_filled_in(desk: Desk) -> None:
    delivered = _listen(desk)
    await _open(desk)
    form = desk.modal
    for name, words in {
        "text": "Nordlys",
        "long": "Two\nlines",
        "number": "42",
        "mail": "kianna@example.com",
        "address": "https://crm.example.com",
        "day": "2026-12-24",
        "time": "08:30",
    }.items():
        await form.get_by_label(name, exact=True).fill(words)
    await form.get_by_label("one", exact=True).select_option(label="Two")
    for name, *wanted in (
        ("many", "One", "Three"),
        ("users", "Per Lund", "Ida Holm"),
        ("user", "Eva"),
        ("channel", "sales"),
    ):
        for each in wanted:
            await form.get_by_role("combobox", name=name, exact=True).fill(each)
            await form.get_by_role("combobox", name=name, exact=True).press("Enter")
        await desk.page.keyboard.press("Tab")
    await form.get_by_role("checkbox", name="Two").check()
    await form.get_by_role("checkbox", name="Three").check()
    await form.get_by_role("radio", name="One").check()
    await form.get_by_role("button", name="Send").click()

    values = (await asyncio.wait_for(delivered, 60))["view"]["state"]["values"]
    held = {name: _simple(values[name][name]) for name in ELEMENTS}
    assert held == {
        "text": "Nordlys",
        "long": "Two\nlines",
        "number": "42",
        "mail": "kianna@example.com",
        "address": "https://crm.example.com",
        "one": "two",
        "many": ["one", "three"],
        "user": "U0OTHER",
        "users": ["U0MANAGER", "U0COLLEAGUE"],
        "channel": "C0SALES",
        "day": "2026-12-24",
        "time": "08:30",
        "ticks": ["two", "three"],
        "radio": "one",
    }


async def test_says_which_fields_are_missing(desk: Desk) -> None:
    await _open(desk)
    await desk.modal.get_by_role("button", name="Send").click()
    await expect(desk.modal.get_by_role("alert")).to_have_count(len(ELEMENTS))
    await expect(desk.modal.get_by_label("text", exact=True)).to_be_focused()


async def test_stacks_forms_and_goes_back(desk: Desk) -> None:
    await _open(desk)
    views, me = desk.servers.slack.workspace.views, desk.servers.slack.seller.id
    trigger = desk.servers.slack.workspace.triggers.issue(me)
    views.push({"trigger_id": trigger, "view": _view("Second", "text")})
    await expect(desk.modal.get_by_role("heading", name="Second")).to_be_visible()
    await desk.modal.get_by_role("button", name="Back").click()
    await expect(desk.modal.get_by_role("heading", name="First")).to_be_visible()
    await desk.modal.get_by_role("button", name="Close").click()
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)
    assert views.stack(me) == []


def _view(title: str, *names: str) -> dict[str, Any]:
    def plain(text: str) -> Json:
        return {"type": "plain_text", "text": text}

    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": [
            {
                "type": "input",
                "block_id": name,
                "label": plain(name),
                "element": {**ELEMENTS[name], "action_id": name},
            }
            for name in names
        ],
    }


async def _open(desk: Desk) -> None:
    workspace = desk.servers.slack.workspace
    trigger = workspace.triggers.issue(desk.servers.slack.seller.id)
    workspace.views.open({"trigger_id": trigger, "view": _view("First", *ELEMENTS)})
    await expect(desk.modal.get_by_role("heading", name="First")).to_be_visible()


def _listen(desk: Desk) -> asyncio.Future[Json]:
    """The next form that Slack delivers to the bot."""
    slack, delivered = desk.servers.slack, asyncio.get_running_loop().create_future()
    before = slack.seen

    def seen(sender: str, receiver: str, what: str, body: object, /) -> Any:
        found = _submission(body)
        if found is not None and not delivered.done():
            delivered.set_result(found)
        return before(sender, receiver, what, body)

    slack.seen = seen
    return delivered


def _submission(body: object) -> Json | None:
    """The payload in what goes over the wire, if it is a form."""
    if isinstance(body, Mapping):
        if body.get("type") == "view_submission":
            return body
        for each in body.values():
            if (found := _submission(each)) is not None:
                return found
    return None


def _simple(entry: Json) -> Any:
    """A value without what Slack tells about it."""
    value = next(value for name, value in entry.items() if name != "type")
    if isinstance(value, list):
        return [each["value"] if isinstance(each, Mapping) else each for each in value]
    return value["value"] if isinstance(value, Mapping) else value
