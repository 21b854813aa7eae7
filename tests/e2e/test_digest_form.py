"""The digest's form, between the demo's Slack and the real bot."""

import json
from typing import Any

from bot.core.replies import DigestForm
from bot.demo.slack.workspace import Message
from bot.slack.modals import digest_modal
from tests.e2e.conftest import World
from tests.slack.replies import READER
from tests.slack.test_modals import filled_in


def form(**typed: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The view, and its state as somebody has filled it in."""
    view = json.loads(json.dumps(digest_modal(DigestForm(), READER, "/superoffice")))
    return view, filled_in(view, **typed)["view"]["state"]["values"]


async def test_what_is_wrong_is_said_in_the_form_at_once(world: World) -> None:
    answer = await world.slack.submit(*form(zone="Oslow", filter="by:Ida Holm"))
    assert answer.acknowledged
    assert answer.body["response_action"] == "errors"
    assert set(answer.body["errors"]) == {"zone", "filter"}
    assert world.slack.direct_messages() == []


async def submitted(world: World, view: dict[str, Any], **typed: str) -> Message:
    """Submit a modal; what the bot says of it, which is seen by its owner alone."""
    before = world.slack.direct_messages()
    answer = await world.slack.submit(view, filled_in(view, **typed)["view"]["state"]["values"])
    assert (answer.acknowledged, answer.body) == (True, "")
    return await world.slack.wait(
        lambda message: message in world.slack.direct_messages() and message not in before
    )


async def test_a_digest_is_set_changed_snoozed_and_stopped_without_typing(world: World) -> None:
    await world.link()
    await world.type("digest")
    new = await world.slack.views.modal()
    assert new["submit"]["text"] == "Turn On"
    state = await submitted(world, new, zone="Oslo", filter="not:me")
    assert state.text.startswith("Your digest is on")
    assert "not:me" in str(state.blocks)

    await world.slack.press(state, "digest.change")
    view = await world.slack.views.modal(2)
    assert view["submit"]["text"] == "Save"
    (zone,) = (block["element"] for block in view["blocks"] if block.get("block_id") == "zone")
    assert zone["initial_value"] == "Europe/Oslo"
    state = await submitted(world, view, filter="")
    assert "not:me" not in str(state.blocks)

    snoozed = await (await world.slack.press(state, "digest.snooze", choice="1w")).next()
    assert snoozed.text.startswith("Your digest is snoozed until")
    awake = await (await world.slack.press(snoozed, "digest.wake")).next()
    assert awake.text.startswith("Your digest is on")
    off = await (await world.slack.press(awake, "digest.off")).next()
    assert off.text.startswith("Your digest is off")
    on = await (await world.slack.press(off, "digest.on")).next()
    assert on.text.startswith("Your digest is on")


async def test_without_a_digest_one_press_begins(world: World) -> None:
    await world.link()
    none = await world.ask("digest when")
    assert none.text.startswith("You have no digest yet")
    state = await (await world.slack.press(none, "digest.at")).next()
    assert state.text.startswith("Your digest is on")
    snooze = [element for _, element in state.elements() if element["action_id"] == "digest.snooze"]
    assert snooze


async def test_the_buttons_of_a_preview_work(world: World) -> None:
    await world.link()
    await world.ask("digest at 08:00 weekdays")
    preview = await world.ask("digest preview")
    snoozed = await (await world.slack.press(preview, "digest.snooze", choice="mon")).next()
    assert snoozed.text.startswith("Your digest is snoozed until")
    stopped = await (await world.slack.press(preview, "digest.stop")).next()
    assert stopped.text.startswith("Your digest is off")
    await world.slack.press(preview, "digest.change")
    assert (await world.slack.views.modal())["callback_id"] == "digest"
