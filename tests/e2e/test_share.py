"""Sharing in a channel, over real sockets: only where nobody reads along who may not."""

from datetime import timedelta

import pytest

from bot.demo.slack import Slack
from bot.demo.slack.workspace import Message
from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import World
from tests.e2e.test_filters import companies, press
from tests.e2e.test_main_job import said


async def asked(world: World, channel: str) -> Message:
    """An answer in a channel."""
    await world.link()
    return await (await world.type("since 3w", channel=channel)).next()


def posted(world: World, channel: str) -> list[Message]:
    """What everybody there sees."""
    return [message for message in world.slack.messages(channel) if message.ephemeral_to is None]


@pytest.mark.parametrize("channel", ["C0GENERAL", "C0SALES"])
async def test_a_page_is_shared_and_taken_back(world: World, channel: str) -> None:
    message = await asked(world, channel)
    done = await press(world, message, "share")
    (shared,) = posted(world, channel)
    assert companies(shared) == companies(message)
    assert Slack.seller.id in said(shared)
    assert "as Kianna Ledner" in said(shared)
    assert not list(shared.elements()), "nobody else may press anything"
    assert shared.extra["unfurl_links"] in (False, "0", "false", 0)
    assert done.ephemeral_to == Slack.seller.id
    gone = await press(world, done, "unshare")
    assert gone.ts == done.ts
    assert posted(world, channel) == []


async def test_what_happens_after_the_answer_is_not_shared(world: World) -> None:
    message = await asked(world, "C0GENERAL")
    first = companies(message)[0]
    world.crm.skew += timedelta(seconds=2)  # its Date counts whole seconds
    world.crm.happen(first, "DocumentAdded", SuperOffice.colleague)
    await press(world, message, "share")
    (shared,) = posted(world, "C0GENERAL")
    assert first not in companies(shared)
    assert "active again since" in said(shared)


@pytest.mark.parametrize(
    ("channel", "because"),
    [
        ("C0SHARED", "another organisation"),
        ("C0PENDING", "Another organisation is invited"),
        ("C0GUESTS", "A guest"),
        ("C0RANDOM", "/invite"),
        ("C0BOARD", "/invite"),
        ("C0OLD", "archived"),
    ],
)
async def test_refused(world: World, channel: str, because: str) -> None:
    message = await asked(world, channel)
    asked_before = len(world.crm.requests)
    refused = await press(world, message, "share")
    assert because in said(refused)
    assert posted(world, channel) == []
    assert len(world.crm.requests) == asked_before, "SuperOffice is not asked for it"


async def test_once_invited_the_same_button_shares(world: World) -> None:
    message = await asked(world, "C0BOARD")
    assert "/invite" in said(await press(world, message, "share"))
    world.slack.invite("C0BOARD")
    await press(world, message, "share")
    assert [companies(shared) for shared in posted(world, "C0BOARD")] == [companies(message)]


async def test_a_direct_message_offers_no_sharing(world: World) -> None:
    message = await asked(world, world.slack.workspace.direct(Slack.seller.id).id)
    assert "share" not in {element["action_id"] for _, element in message.elements()}


async def test_a_channel_that_became_external_since_is_refused(world: World) -> None:
    message = await asked(world, "C0GENERAL")
    channel = world.slack.workspace.channels["C0GENERAL"]
    channel.flags |= {"is_ext_shared"}
    assert "another organisation" in said(await press(world, message, "share"))
    channel.flags -= {"is_ext_shared"}
    channel.members.add(Slack.guest.id)
    assert "A guest" in said(await press(world, message, "share"))
    assert posted(world, "C0GENERAL") == []


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
@pytest.mark.parametrize("error", ["missing_scope", "fatal_error"])
async def test_what_cannot_be_asked_is_refused(world: World, method: str, error: str) -> None:
    message = await asked(world, "C0GENERAL")
    world.slack.fail(method, error, times=50)
    refused = said(await press(world, message, "share"))
    assert "did not tell me who reads" in refused
    assert posted(world, "C0GENERAL") == []


async def test_many_members_are_learned_from_the_list(world: World) -> None:
    message = await asked(world, "C0GENERAL")
    channel = world.slack.workspace.channels["C0GENERAL"]
    for number in range(60):
        member = Slack.colleague
        clone = type(member)(f"U0CLONE{number}", f"clone{number}", f"Clone {number}")
        world.slack.workspace.members[clone.id] = clone
        channel.members.add(clone.id)
    before = len(world.slack.calls("users.info"))
    assert "Shared in" in said(await press(world, message, "share"))
    assert len(world.slack.calls("users.list")) == 1
    assert len(world.slack.calls("users.info")) - before <= 1


async def test_slack_that_may_have_posted_is_not_asked_again(world: World) -> None:
    message = await asked(world, "C0GENERAL")
    world.slack.fail("chat.postMessage", performed=True, status=500)
    failed = await press(world, message, "share")
    assert "did not say whether it posted" in said(failed)
    assert len(world.slack.calls("chat.postMessage")) == 1


async def test_pressed_twice_by_slack_is_shared_once(world: World) -> None:
    message = await asked(world, "C0GENERAL")
    world.slack.twice = True
    await press(world, message, "share")
    assert len(posted(world, "C0GENERAL")) == 1
