"""Pictures: typed, pressed, and back to the list."""

import json

from bot.demo.slack.message import Message
from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import World, button_url


def kinds(message: Message) -> list[str]:
    return [str(block["type"]) for block in message.blocks]


async def test_an_answer_as_a_picture_and_back(world: World) -> None:
    await world.link()
    answer = await world.type("since 7d")
    listed = await answer.next()
    chart = await (await world.slack.press(listed, "page.chart")).next()
    assert kinds(chart).count("data_visualization") == 2
    assert kinds(chart).count("table") == 1
    assert "an earlier day may have had more" in json.dumps(chart.blocks)
    assert "last active then" in chart.text, "who listens hears it, too"
    again = await (await world.slack.press(chart, "page.newest")).next()
    assert again.text.splitlines()[0] == listed.text.splitlines()[0]


async def test_a_picture_of_nothing_is_the_answer_that_says_so(world: World) -> None:
    await world.link()
    empty = await world.ask("chart since 7d by:Nobody")
    assert "data_visualization" not in kinds(empty)
    assert "hidden" in empty.text.lower() or "hidden" in json.dumps(empty.blocks)


async def test_a_chart_typed_before_linking_is_drawn_afterwards(world: World) -> None:
    answer = await world.type("chart")
    offer = await answer.next()
    assert (await world.sign_in(button_url(offer), SuperOffice.seller))[0] == 200
    await answer.next()
    assert "data_visualization" in kinds(await answer.next())


async def test_what_cannot_be_drawn_is_answered_with_what_can(world: World) -> None:
    await world.link()
    assert "`/superoffice chart since 7d`" in (await world.ask("chart me")).text


async def test_a_chart_of_too_long_ago_is_offered_as_one_that_can_be(world: World) -> None:
    await world.link()
    assert "`/superoffice chart since 365d`" in (await world.ask("chart since 400d by:me")).text
    assert "`/superoffice chart today`" in (await world.ask("chart since 2199-01-01")).text
