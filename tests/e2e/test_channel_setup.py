"""Setting up a channel's digest: the demo's Slack, the real bot, and everybody who may and may not."""

from dataclasses import replace
from typing import Any

import pytest

from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member, Message
from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import World, button_url
from tests.e2e.test_main_job import said
from tests.slack.test_modals import filled_in

SALES = "C0SALES"


async def ask(world: World, text: str, user: Member = Slack.manager, channel: str = SALES) -> Message:
    """Type a command there, and read the first answer."""
    return await (await world.type(text, user, channel)).next()


def posted(world: World, channel: str = SALES) -> list[Message]:
    """What everybody there sees."""
    return [message for message in world.slack.messages(channel) if message.ephemeral_to is None]


async def set_up(world: World, channel: str = SALES) -> Message:
    """A digest, by the channel's creator; the announcement."""
    await ask(world, "channel digest at 08:30 weekdays", channel=channel)
    return posted(world, channel)[-1]


async def press(world: World, message: Message, action: str, user: Member, **how: Any) -> Message:
    """Press a button, and read what the presser is told."""
    return await (await world.slack.press(message, action, user=user, **how)).next()


async def test_one_line_sets_it_up_and_announces_it(world: World) -> None:
    state = await ask(world, "channel digest at 08:30 weekdays group:category layout:flat quorum:80")
    assert state.text.startswith("This channel's digest is on")
    assert state.ephemeral_to == Slack.manager.id
    assert "80%" in said(state)
    (announced,) = posted(world)
    assert Slack.manager.id in said(announced)
    assert "/superoffice channel pause" in said(announced)
    assert {element["action_id"] for _, element in announced.elements()} == {"channel.join", "channel.show"}


async def test_the_form_opens_at_once_and_is_filled_then(world: World) -> None:
    world.slack.fail("conversations.members", delay=0.3, performed=True)
    await world.type("channel", Slack.manager, SALES)
    loading = await world.slack.views.modal()
    assert "Looking up" in str(loading["blocks"])
    assert "submit" not in loading
    view = await world.slack.views.updated(1)
    assert view["submit"]["text"] == "Turn On"
    values = filled_in(view)["view"]["state"]["values"]
    values["invited"] = {"invited": {"type": "multi_users_select", "selected_users": [Slack.seller.id]}}
    answer = await world.slack.submit(view, values, user=Slack.manager)
    assert (answer.acknowledged, answer.body) == (True, "")
    invitation = await direct(world, Slack.seller)
    assert "share with" in said(invitation)
    assert len(posted(world)) == 1
    await world.slack.wait(lambda message: message.text == "Asked 1 person to share:")


async def test_the_form_opens_in_the_language_of_whoever_was_answered_before(world: World) -> None:
    members = world.slack.workspace.members
    members[Slack.manager.id] = replace(Slack.manager, locale="de-DE")
    await world.type("me", Slack.manager)
    await world.slack.wait(lambda message: message.ephemeral_to == Slack.manager.id)
    world.slack.fail("conversations.members", delay=0.3, performed=True)
    await world.type("channel", Slack.manager, SALES)
    assert "wird nachgeschlagen" in str((await world.slack.views.modal())["blocks"])


async def direct(world: World, user: Member) -> Message:
    """The next direct message to somebody."""
    before = world.slack.direct_messages(user)
    if before:
        return before[-1]
    channel = world.slack.workspace.direct(user.id).id
    return await world.slack.wait(lambda message: message.channel == channel)


async def test_what_is_there_is_shown_and_not_changed(world: World) -> None:
    await set_up(world)
    again = await ask(world, "channel digest at 10:00")
    assert "has a digest already" in said(again)
    assert "08:30 weekdays" in said(again)
    assert len(posted(world)) == 1, "nothing is announced"
    changed = await ask(world, "channel change at 10:00")
    assert "10:00 weekdays" in said(changed)
    assert "changed it" in said(posted(world)[-1])


async def test_pause_resume_and_remove_are_announced(world: World) -> None:
    await set_up(world)
    for line, word in (("pause", "paused it"), ("resume", "resumed it")):
        await ask(world, f"channel {line}")
        assert word in said(posted(world)[-1])
    question = await ask(world, "channel remove")
    assert question.text.startswith("Remove this channel's digest?")
    gone = await press(world, question, "channel.remove-now", Slack.manager)
    assert gone.text.startswith("Removed")
    assert "removed it" in said(posted(world)[-1])
    assert "no digest yet" in said(await ask(world, "channel show"))


async def test_who_may_not_asks_and_an_admin_decides_once(world: World) -> None:
    refused = await ask(world, "channel digest at 08:30 weekdays", Slack.seller)
    assert "Admins of this workspace" in said(refused)
    told = await press(world, refused, "channel.ask", Slack.seller)
    assert told.text.startswith("Your request is sent")
    request = await direct(world, Slack.manager)
    assert Slack.seller.id in said(request)
    done = await press(world, request, "channel.approve", Slack.manager)
    assert done.text == "Approved"
    assert not {element["action_id"] for _, element in done.elements()}
    assert world.slack.direct_messages(Slack.seller)[-1].text == "Approved"
    announced = said(posted(world)[-1])
    assert "Asked for by" in announced
    assert Slack.seller.id in announced


async def test_the_first_of_several_to_decide_counts(world: World) -> None:
    other = replace(Slack.colleague, flags=("is_admin", "is_owner"))
    world.slack.workspace.members[other.id] = other
    refused = await ask(world, "channel digest at 08:30 weekdays", Slack.seller)
    told = await press(world, refused, "channel.ask", Slack.seller)
    assert "2 admins" in said(told)
    requests = [await direct(world, user) for user in (Slack.manager, other)]
    await press(world, requests[0], "channel.decline", Slack.manager)
    late = await press(world, requests[1], "channel.approve", other)
    assert late.text == "Declined"
    assert Slack.manager.id in said(late)
    assert posted(world) == []


async def test_a_decline_is_told(world: World) -> None:
    await set_up(world)
    refused = await ask(world, "channel pause", Slack.seller)
    await press(world, refused, "channel.ask", Slack.seller)
    request = await direct(world, Slack.manager)
    await press(world, request, "channel.decline", Slack.manager)
    assert world.slack.direct_messages(Slack.seller)[-1].text == "Declined"
    assert len(posted(world)) == 1


async def test_a_member_fills_in_the_form_as_a_request(world: World) -> None:
    await world.type("channel", Slack.seller, SALES)
    view = await world.slack.views.updated(1)
    assert view["submit"]["text"] == "Request"
    await world.slack.submit(view, filled_in(view)["view"]["state"]["values"], user=Slack.seller)
    assert "channel digest at 08:00 weekdays" in said(await direct(world, Slack.manager))
    assert posted(world) == []


async def request(world: World, line: str, channel: str = SALES) -> Message:
    """What the channel's creator is asked for by a member."""
    before = len(world.slack.direct_messages(Slack.manager))
    await press(world, await ask(world, line, Slack.seller, channel), "channel.ask", Slack.seller)
    asked = world.slack.direct_messages(Slack.manager)[before:]
    return asked[-1] if asked else world.slack.direct_messages(Slack.manager)[-1]


async def test_a_saved_filter_is_written_out(world: World) -> None:
    """It is its user's own: nobody who shares has it."""
    await world.link(Slack.manager, world.crm.manager)
    await ask(world, "filter save vip category:Customer top:20")
    await ask(world, "filter save mine not:me")
    refused = await ask(world, "channel digest at 08:30 filter:mine")
    assert "`not:me` means nothing in a channel" in said(refused)
    assert posted(world) == []
    shown = said(await ask(world, "channel digest at 08:30 filter:vip"))
    assert "category:Customer top:20" in shown
    assert "filter:vip" not in shown


@pytest.mark.parametrize("line", ["pause", "remove"])
async def test_to_stop_it_can_be_approved_where_outsiders_came(world: World, line: str) -> None:
    await set_up(world)
    asked = await request(world, f"channel {line}")
    world.slack.workspace.channels[SALES].flags |= {"is_ext_shared"}
    assert (await press(world, asked, "channel.approve", Slack.manager)).text == "Approved"
    shown = said(await ask(world, "channel show"))
    assert ("no digest yet" if line == "remove" else "is paused") in shown


async def test_to_start_it_there_cannot(world: World) -> None:
    asked = await request(world, "channel digest at 08:30")
    world.slack.workspace.channels[SALES].flags |= {"is_ext_shared"}
    assert "another organisation" in said(await press(world, asked, "channel.approve", Slack.manager))
    assert posted(world) == []


async def test_a_member_asks_for_people_to_be_invited(world: World) -> None:
    await set_up(world)
    asked = await request(world, f"channel invite @{Slack.colleague.name}")
    assert world.slack.direct_messages(Slack.colleague) == []
    await press(world, asked, "channel.approve", Slack.manager)
    invitation = await direct(world, Slack.colleague)
    assert "share with" in said(invitation)
    assert Slack.seller.id in said(invitation), "who wished it"


async def test_what_was_asked_for_before_is_taken_back(world: World) -> None:
    await set_up(world)
    before = await request(world, "channel pause")
    assert await request(world, "channel pause") == before, "nobody is told twice"
    asked = await request(world, "channel add 16:00")
    late = await press(world, before, "channel.approve", Slack.manager)
    assert "That request no longer stands" in said(late)
    assert "is on" in (await ask(world, "channel show")).text
    assert (await press(world, asked, "channel.approve", Slack.manager)).text == "Approved"
    assert "08:30,16:00 weekdays" in said(await ask(world, "channel show"))


async def test_what_reached_nobody_can_be_asked_for_again(world: World) -> None:
    await set_up(world)
    world.slack.fail("chat.postMessage", "restricted_action")
    refused = await ask(world, "channel pause", Slack.seller)
    told = await press(world, refused, "channel.ask", Slack.seller)
    assert "nobody" in said(told).casefold()
    assert world.slack.direct_messages(Slack.manager) == []
    await request(world, "channel pause")
    assert len(world.slack.direct_messages(Slack.manager)) == 1


async def test_where_there_is_none_nothing_is_asked_for(world: World) -> None:
    for line in ("pause", "add 16:00", "invite @ida", "remove", "adopt", "snooze 1w"):
        assert "no digest yet" in said(await ask(world, f"channel {line}", Slack.seller)), line


async def test_joining_shows_first_what_is_shared(world: World) -> None:
    announced = await set_up(world)
    offer = await press(world, announced, "channel.join", Slack.seller)
    assert "url" in str(offer.blocks), "the way to link"
    assert "channel join" in said(offer)
    await world.link()
    would = await press(world, announced, "channel.join", Slack.seller)
    assert would.text == "What you would share"
    assert would.ephemeral_to == Slack.seller.id
    assert "Nothing is shared yet" in said(would)
    joined = await press(world, would, "channel.share", Slack.seller)
    assert joined.text.startswith("You share your companies with this channel now")
    assert "1 person" in said(await ask(world, "channel show"))
    mine = await ask(world, "channel mine", Slack.seller)
    assert mine.text == "You share your companies with this channel"
    left = await ask(world, "channel leave", Slack.seller)
    assert left.text.startswith("You share nothing with this channel any more")


async def test_once_linked_the_command_is_answered(world: World) -> None:
    announced = await set_up(world)
    answer = await world.slack.press(announced, "channel.join", user=Slack.seller)
    await world.sign_in(button_url(await answer.next()), world.crm.seller)
    would = await world.slack.wait(lambda message: message.text == "What you would share")
    assert would.ephemeral_to == Slack.seller.id


async def test_what_is_kept_back_is_in_no_preview(world: World) -> None:
    await set_up(world)
    await world.link()
    would = await ask(world, "channel join", Slack.seller)
    first = companies(would)[0]
    narrowed = await ask(world, f'channel join never:"{first}"', Slack.seller)
    assert first not in companies(narrowed)
    assert f"Never these companies: {first}" in said(narrowed)
    await press(world, narrowed, "channel.share", Slack.seller)
    await world.type("channel narrow", Slack.seller, SALES)
    view = await world.slack.views.updated(1)
    (never,) = (block["element"] for block in view["blocks"] if block.get("block_id") == "never")
    assert [each["text"]["text"] for each in never["initial_options"]] == [first]
    values = {"never": {"never": {"type": "multi_static_select", "selected_options": []}}}
    await world.slack.submit(view, values, user=Slack.seller)
    mine = await direct(world, Slack.seller)
    assert mine.text == "What you share is changed"
    assert first in companies(mine)


def companies(message: Message) -> list[str]:
    """The companies in a preview."""
    lists = [block for block in message.blocks if block["type"] == "rich_text"]
    items = [item for block in lists for part in block["elements"] for item in part["elements"]]
    return [item["elements"][0]["text"] for item in items if "elements" in item]


async def test_who_has_no_superoffice_user_changes_all_but_what_it_filters_by(world: World) -> None:
    await world.link(Slack.manager, SuperOffice.manager)
    await ask(world, "channel digest at 08:30 weekdays category:Prospect")
    await world.slack.press(await ask(world, "unlink"), "unlink", user=Slack.manager)
    assert "Link your" in said(await ask(world, "channel change category:Partner"))
    assert "10:00 weekdays" in said(await ask(world, "channel change at 10:00"))
    assert "Nothing changed" in said(await ask(world, "channel change guests:refuse"))


async def test_the_channel_hears_that_it_tells_other_companies_only_when_it_may(world: World) -> None:
    await set_up(world)
    heard = "may tell other companies of yours"
    for line in ("change quorum:20", "add 16:00", "change style:compact", "pause", "resume"):
        await ask(world, f"channel {line}")
        assert heard not in said(posted(world)[-1]), line
    await ask(world, "channel change top:20")
    assert heard in said(posted(world)[-1])
    await ask(world, "channel pause")
    await ask(world, "channel change top:50")  # which turns it on, too
    assert heard in said(posted(world)[-1])


async def test_what_a_channel_cannot_read_is_offered_as_a_line_for_the_channel(world: World) -> None:
    await set_up(world)
    assert "/superoffice channel snooze until tomorrow" in said(await ask(world, "channel snooze forever"))


async def test_guests_are_refused_plainly(world: World) -> None:
    for line in ("channel", "channel digest at 08:30", "channel show", "channel join", "channel list"):
        answer = await world.type(line, Slack.guest, "C0GUESTS")
        if line == "channel":
            text = str((await world.slack.views.updated())["blocks"])
        else:
            text = said(await answer.next())
        assert "not for guests" in text, line


@pytest.mark.parametrize(
    ("channel", "because"),
    [("C0SHARED", "another organisation"), ("C0GUESTS", "A guest"), ("C0RANDOM", "/invite")],
)
async def test_a_channel_that_others_read_gets_none(world: World, channel: str, because: str) -> None:
    refused = await ask(world, "channel digest at 08:30", channel=channel)
    assert because in said(refused)
    assert posted(world, channel) == []


async def test_an_admin_outside_a_private_channel_learns_nothing(world: World) -> None:
    await set_up(world)
    await set_up(world, "C0GENERAL")
    world.slack.workspace.channels[SALES].members.discard(Slack.manager.id)
    listed = await ask(world, "channel list", channel="C0GENERAL")
    assert "08:30 weekdays  ·  Oslo time" in said(listed)
    assert "C0GENERAL" in said(listed)
    assert SALES not in said(listed)
    assert "left out" in said(listed)


async def test_the_history_is_the_ledger(world: World) -> None:
    await set_up(world)
    assert "None was due yet" in said(await ask(world, "channel history"))
