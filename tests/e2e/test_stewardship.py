"""Somebody looks after each channel's digest; it never stops silently."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.audit import Departure
from bot.demo.slack import Slack
from bot.demo.slack.workspace import BOT_USER, Member, Message
from tests.e2e.channels import PUBLIC, TEAM, Rig, rigged, title, user

SOUGHT, OVER = "This channel's digest needs an owner", "This channel's digest is paused"
GUESTS = "C0GUESTS"
PAUSED = "A channel's digest is paused"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A bot, on a Slack."""
    async with rigged(tmp_path / "bot.db") as made:
        yield made


def asked(rig: Rig) -> list[str]:
    """What the channel was told of who looks after its digest."""
    return [title(each) for each in rig.posted() if title(each) in (SOUGHT, OVER)]


async def leave_channel(rig: Rig) -> None:
    rig.slack.workspace.channels[PUBLIC].members.discard(Slack.seller.id)
    await rig.hear("member_left_channel", user=Slack.seller.id, channel=PUBLIC, channel_type="C", team=TEAM)


async def leave_unnoticed(rig: Rig) -> None:
    rig.slack.workspace.channels[PUBLIC].members.discard(Slack.seller.id)
    rig.clock.move(days=1)


async def be_deactivated(rig: Rig) -> None:
    await rig.slack.change(Slack.seller, deleted=True)


async def become_a_guest(rig: Rig) -> None:
    await rig.slack.change(Slack.seller, is_restricted=True)
    rig.slack.workspace.channels[PUBLIC].members.discard(Slack.seller.id)


async def be_forgotten(rig: Rig) -> None:
    await rig.bot._leaving.forget(user(Slack.seller), Departure.ASKED)


async def unlink(rig: Rig) -> None:
    await rig.bot._leaving.unlink(user(Slack.seller))


@pytest.mark.parametrize(
    "leave", [leave_channel, leave_unnoticed, be_deactivated, become_a_guest, be_forgotten, unlink]
)
async def test_it_goes_on_for_two_weeks_asks_once_then_pauses(rig: Rig, leave: object) -> None:
    await rig.digest()
    await rig.tick()
    assert asked(rig) == []
    await leave(rig)  # type: ignore[operator]
    await rig.tick()
    found = await rig.found()
    assert (found.owner.user, found.state) == ("", "on")
    assert found.team
    assert found.team.orphaned_since
    assert asked(rig) == [SOUGHT]
    assert "It has no owner." in str(rig.posted()[-1].blocks), "who unlinked did not leave"
    for _ in range(13):
        await rig.tick(days=1)
    assert asked(rig) == [SOUGHT]
    assert await rig.standing() == ("on", "")
    await rig.tick(days=2)
    await rig.tick(days=2)
    assert await rig.standing() == ("paused", "orphaned")
    assert asked(rig) == [SOUGHT, OVER]
    assert rig.told(Slack.manager) == [PAUSED], "whoever owns the workspace hears of it"
    assert PAUSED not in rig.told(Slack.seller)


async def test_who_is_outside_a_private_channel_learns_nothing_of_it(rig: Rig) -> None:
    """Neither from a list nor from what is told when nobody looks after it."""
    sales = "C0SALES"
    await rig.digest(sales)
    await rig.digest(PUBLIC)
    for line, shown in (("admin digests", "left out"), ("channel list", "left out")):
        assert sales in str((await ask(rig, line)).blocks)
        rig.slack.workspace.channels[sales].members.discard(Slack.manager.id)
        outside = str((await ask(rig, line)).blocks)
        assert sales not in outside
        assert PUBLIC in outside
        assert shown in outside
        rig.slack.workspace.channels[sales].members.add(Slack.manager.id)
    rig.slack.workspace.channels[sales].members -= {Slack.seller.id, Slack.manager.id}
    for days in (0, 1, 15):
        await rig.tick(days=days)
    assert await rig.standing(sales) == ("paused", "orphaned")
    assert sales not in str([each.blocks for each in rig.slack.direct_messages(Slack.manager)])


async def test_the_channel_is_asked_once_it_can_be(rig: Rig) -> None:
    await rig.digest()
    rig.slack.fail("chat.postMessage", "fatal_error")
    rig.slack.fail("chat.postMessage", "ratelimited", retry_after=0)
    await leave_channel(rig)
    await rig.tick()
    assert asked(rig) == []
    await rig.tick(minutes=5)
    await rig.tick(minutes=5)
    assert asked(rig) == [SOUGHT]


async def test_what_may_have_arrived_is_not_asked_again(rig: Rig) -> None:
    await rig.digest()
    await leave_channel(rig)
    rig.slack.fail("chat.postMessage", "fatal_error", performed=True)
    for _ in range(3):
        await rig.tick(minutes=5)
    assert asked(rig) == [SOUGHT]


async def test_nothing_is_asked_where_outsiders_read(rig: Rig) -> None:
    await rig.digest()
    await leave_channel(rig)
    rig.flag(PUBLIC, "is_ext_shared")
    await rig.tick()
    assert rig.posted() == []
    rig.flag(PUBLIC)
    await rig.tick()
    assert asked(rig) == [SOUGHT]


async def test_a_channel_that_the_bot_was_removed_from_meanwhile_is_not_asked(rig: Rig) -> None:
    await rig.digest(is_private=False)
    await leave_channel(rig)
    rig.slack.workspace.channels[PUBLIC].members.discard(BOT_USER)
    await rig.tick(days=15)
    assert await rig.standing() == ("paused", "orphaned")
    assert rig.posted() == []
    assert rig.told(Slack.manager) == [PAUSED], "never silently"


async def test_the_ones_who_left_unnoticed_share_no_more(rig: Rig) -> None:
    """The bot was away when they left: once a day it looks."""
    digest = await rig.digest(PUBLIC, Slack.manager, Slack.colleague)
    rig.slack.workspace.channels[PUBLIC].members.discard(Slack.colleague.id)
    await rig.tick(days=1)
    assert [each.user for each in await rig.store.participants.of(digest.id)] == [user(Slack.manager)]
    assert [each.reason for each in await rig.store.participants.drop_outs(digest.id)] == ["left-channel"]


async def test_somebody_adopts_it(rig: Rig) -> None:
    digest = await rig.digest()
    await leave_channel(rig)
    await rig.tick()
    assert await rig.store.stewardship.adopt(digest.id, user(Slack.manager))
    assert not await rig.store.stewardship.adopt(digest.id, user(Slack.colleague)), "it has an owner"
    await rig.tick(days=20)
    found = await rig.found()
    assert (found.owner, found.state) == (user(Slack.manager), "on")
    assert found.team
    assert (found.team.orphaned_since, found.team.owner_sought_at) == (None, None)


async def ask(rig: Rig, text: str, member: Member = Slack.manager, channel: str = PUBLIC) -> Message:
    """Type a command in a channel, and read the answer."""
    answer = await rig.slack.command("/superoffice", text, user=member, channel=channel)
    await rig.settled()
    return await answer.next()


async def test_whoever_may_set_it_up_adopts_it_by_a_button(rig: Rig) -> None:
    await rig.digest()
    await leave_channel(rig)
    await rig.tick()
    (sought,) = rig.posted()
    refused = await (await rig.press(sought, "channel.adopt", Slack.colleague)).next()
    assert "Admins of this workspace" in str(refused.blocks)
    assert (await rig.found()).owner.user == ""
    for _ in range(2):
        done = await (await rig.press(sought, "channel.adopt", Slack.manager)).next()
        assert Slack.manager.id in str(done.blocks)
    assert (await rig.found()).owner == user(Slack.manager)
    assert [title(each) for each in rig.posted()] == [
        SOUGHT,
        "This channel's SuperOffice digest has a new owner",
    ]
    deeds = [each.deed for each in await rig.store.audit.all() if each.deed.action == "channel.changed"]
    assert [(deed.by, dict(deed.after)) for deed in deeds] == [(user(Slack.manager), {"has owner": True})]


async def test_who_may_not_adopt_it_asks_an_admin(rig: Rig) -> None:
    await rig.digest()
    await leave_channel(rig)
    await rig.tick()
    refused = await (await rig.press(rig.posted()[0], "channel.adopt", Slack.colleague)).next()
    await (await rig.press(refused, "channel.ask", Slack.colleague)).next()
    asked = rig.slack.direct_messages(Slack.manager)[-1]
    assert "channel adopt" in str(asked.blocks)
    await (await rig.press(asked, "channel.approve", Slack.manager)).next()
    assert (await rig.found()).owner == user(Slack.colleague)
    announced = str(rig.posted()[-1].blocks)
    assert Slack.colleague.id in announced
    assert Slack.manager.id in announced


async def test_a_private_channel_that_was_set_up_by_request_must_stay_so(rig: Rig) -> None:
    sales = "C0SALES"
    refused = await ask(rig, "channel digest at 08:30", Slack.seller, sales)
    await (await rig.press(refused, "channel.ask", Slack.seller)).next()
    asked = rig.slack.direct_messages(Slack.manager)[-1]
    await (await rig.press(asked, "channel.approve", Slack.manager)).next()
    rig.flag(sales)  # opened to everybody, before anything came there
    await rig.hear("channel_rename", channel={"id": sales, "name": "x", "created": 1})
    assert await rig.standing(sales) == ("paused", "opened")


async def test_what_a_file_keeps_can_be_paused_by_request(rig: Rig) -> None:
    await rig.digest(is_managed=True)
    for line, stands in (("channel add 16:00", ("on", "")), ("channel pause", ("off", ""))):
        refused = await ask(rig, line, Slack.colleague)
        await (await rig.press(refused, "channel.ask", Slack.colleague)).next()
        asked = rig.slack.direct_messages(Slack.manager)[-1]
        done = await (await rig.press(asked, "channel.approve", Slack.manager)).next()
        assert ("from a file" in str(done.blocks)) is (line != "channel pause")
        assert await rig.standing() == stands


async def test_whoever_turns_it_on_again_looks_after_it(rig: Rig) -> None:
    await rig.digest()
    await leave_channel(rig)
    await rig.tick(days=15)
    assert await rig.standing() == ("paused", "orphaned")
    await ask(rig, "channel resume")
    assert await rig.standing() == ("on", "")
    await rig.tick(days=20)
    found = await rig.found()
    assert (found.owner, found.state) == (user(Slack.manager), "on")


async def test_an_admin_approves_guests_and_takes_that_back(rig: Rig) -> None:
    refused = await ask(rig, "channel digest at 08:30 weekdays", channel=GUESTS)
    assert "guests:allow" in str(refused.blocks)
    await rig.slack.change(Slack.colleague)
    rig.slack.workspace.channels[GUESTS].creator = Slack.colleague.id
    line = "channel digest at 08:30 weekdays guests:allow"
    denied = await ask(rig, line, Slack.colleague, GUESTS)
    assert "in their own name" in str(denied.blocks), "whoever made the channel may set it up, but not that"
    assert rig.posted(GUESTS) == []
    done = await ask(rig, line, channel=GUESTS)
    assert "Guests may read along, approved by" in str(done.blocks)
    (announced,) = rig.posted(GUESTS)
    assert "Guests may read along, approved by" in str(announced.blocks), "who shares must know"
    team = (await rig.found(GUESTS)).team
    assert team
    assert (team.guests_approved_by, team.guests_approved_at) == (Slack.manager.id, rig.clock.now())
    await ask(rig, "channel change guests:refuse", Slack.colleague, GUESTS)
    team = (await rig.found(GUESTS)).team
    assert team
    assert (team.guests_approved_by, team.guests_approved_at) == ("", None)
    assert len(rig.posted(GUESTS)) == 1, "what nobody approved is not announced there either"
    deeds = [each.deed for each in await rig.store.audit.all() if each.deed.action == "channel.changed"]
    assert [deed.after["guests"] for deed in deeds] == [True, False]


async def test_nothing_is_announced_where_outsiders_read(rig: Rig) -> None:
    await rig.digest()
    rig.flag(PUBLIC, "is_ext_shared")
    done = await ask(rig, "channel pause")
    assert (await rig.found()).state == "off"
    assert rig.posted() == []
    assert "did not announce" in str(done.blocks)


async def test_whoever_sets_it_up_anew_looks_after_it(rig: Rig) -> None:
    await rig.digest()
    await leave_channel(rig)
    await rig.digest(owner=Slack.manager)
    await rig.tick(days=20)
    assert await rig.standing() == ("on", "")


async def test_a_channel_hears_of_what_a_file_changed(rig: Rig) -> None:
    """Whether the bot runs at that moment or not: within five minutes, once, and not where outsiders read."""
    await rig.digest(imported_at=rig.clock.now(), is_managed=True)
    rig.flag(PUBLIC, "is_ext_shared")
    await rig.tick()
    assert rig.posted() == []
    rig.flag(PUBLIC)
    rig.slack.fail("chat.postMessage", "ratelimited", retry_after=0)
    await rig.tick(minutes=5)
    assert rig.posted() == []
    for _ in range(3):
        await rig.tick(minutes=5)
    (told,) = rig.posted()
    assert title(told) == "This channel's digest is set up in a file"
    assert "08:00 every day" in told.text or "08:00 weekdays" in told.text
    team = (await rig.found()).team
    assert team
    assert team.imported_at is None
