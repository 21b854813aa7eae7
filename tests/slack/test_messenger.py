"""Forms on their way to Slack: against the demo's Slack, over real sockets."""

from datetime import timedelta

import aiohttp
import pytest

from bot.core.errors import SlackFailed
from bot.core.people import SlackUser
from bot.core.replies import DigestForm
from bot.core.requests import Conversation
from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.demo.slack.limits import problems
from bot.slack.messenger import SlackMessenger
from bot.slack.workspaces import Workspaces
from tests.conftest import StoppedClock
from tests.slack.replies import READER

SELLER = SlackUser(Slack.team, Slack.seller.id)


@pytest.fixture
def messenger(workspaces: Workspaces, session: aiohttp.ClientSession) -> SlackMessenger:
    """The bot's way to answer."""
    return SlackMessenger(workspaces, session, "/superoffice")


async def open_form(messenger: SlackMessenger, trigger: str) -> None:
    """Answer a press with the form; there is no ``response_url``, so what else is said comes directly."""
    conversation = Conversation(SELLER, "", Secret(""), Secret(trigger))
    await messenger.reply(conversation, DigestForm(is_new=True), READER)


async def test_a_form_opens_as_a_modal(slack: Slack, messenger: SlackMessenger) -> None:
    await open_form(messenger, slack.triggers.issue())
    (view,) = slack.views.opened.values()
    assert (view["type"], view["callback_id"]) == ("modal", "digest")
    assert problems(view["blocks"], "modal") == []
    assert slack.messages() == []


async def test_too_late_for_a_form_a_button_for_it_is_sent(
    slack: Slack, messenger: SlackMessenger, clock: StoppedClock
) -> None:
    trigger = slack.triggers.issue()
    clock.move(seconds=timedelta(seconds=4).total_seconds())
    await open_form(messenger, trigger)
    assert slack.views.opened == {}
    (message,) = slack.direct_messages()
    assert [element["action_id"] for _, element in message.elements()] == ["digest.change"]


@pytest.mark.parametrize("trigger", ["", "1.2.junk"])
async def test_without_a_trigger_a_button_for_the_form_is_sent(
    slack: Slack, messenger: SlackMessenger, trigger: str
) -> None:
    await open_form(messenger, trigger)
    assert len(slack.direct_messages()) == 1


async def test_a_form_that_may_be_open_is_not_opened_twice(slack: Slack, messenger: SlackMessenger) -> None:
    slack.fail("views.open", "internal_error", times=3)
    await open_form(messenger, slack.triggers.issue())
    assert len(slack.calls("views.open")) == 1
    assert len(slack.direct_messages()) == 1


async def test_an_answer_whose_blocks_slack_refuses_comes_as_its_text(
    slack: Slack, messenger: SlackMessenger
) -> None:
    slack.fail("chat.postMessage", "invalid_blocks", times=1)
    await open_form(messenger, "")
    (message,) = slack.direct_messages()
    assert (message.blocks, "Press the button" in message.text) == ([], True)


async def test_what_slack_refuses_as_text_too_is_said_to_have_failed(
    slack: Slack, messenger: SlackMessenger
) -> None:
    slack.fail("chat.postMessage", "invalid_blocks", times=2)
    with pytest.raises(SlackFailed, match="invalid_blocks"):
        await open_form(messenger, "")
    assert slack.direct_messages() == []
