"""The digest's form, between the demo's Slack and the real bot."""

import json
from typing import Any

from bot.core.replies import DigestForm
from bot.demo.slack import Slack
from bot.slack.modals import digest_modal
from tests.e2e.conftest import World
from tests.slack.conftest import READER
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


async def test_a_form_that_makes_sense_closes_and_is_answered(world: World) -> None:
    answer = await world.slack.submit(*form(zone="Oslo"))
    assert (answer.acknowledged, answer.body) == (True, "")
    await world.slack.wait(lambda message: message in world.slack.direct_messages(Slack.seller))
