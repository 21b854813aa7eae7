"""What Slack's events do to channels' digests: real events, signed, over HTTP, each delivered twice."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.slack import Slack
from bot.demo.slack.workspace import BOT_USER, Member
from tests.e2e.channels import PUBLIC, TEAM, Rig, rigged, user
from tests.sqlite import connection

PRIVATE, NEW = "C0SALES", "C0NEWID"
PAUSED, RESUMED = "A channel's digest is paused", "A channel's digest goes on"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A bot, on a Slack."""
    async with rigged(tmp_path / "bot.db") as made:
        yield made


async def shared(rig: Rig, channel: str) -> None:
    rig.flag(channel, "is_ext_shared")
    await rig.hear("channel_shared", connected_team_id="T0ELSE", channel=channel)


async def unshared(rig: Rig, channel: str) -> None:
    rig.flag(channel)
    await rig.hear("channel_unshared", channel=channel, is_ext_shared=False)


async def archived(rig: Rig, channel: str) -> None:
    rig.flag(channel, "is_archived")
    await rig.hear("channel_archive", channel=channel, user=Slack.manager.id)


async def unarchived(rig: Rig, channel: str) -> None:
    rig.flag(channel)
    await rig.hear("channel_unarchive", channel=channel, user=Slack.manager.id)


async def private_archived(rig: Rig, channel: str) -> None:
    rig.flag(channel, "is_private", "is_archived")
    await rig.hear("group_archive", channel=channel)


async def private_unarchived(rig: Rig, channel: str) -> None:
    rig.flag(channel, "is_private")
    await rig.hear("group_unarchive", channel=channel)


async def removed(rig: Rig, channel: str) -> None:
    rig.slack.workspace.channels[channel].members.discard(BOT_USER)
    await rig.hear("channel_left", channel=channel, actor_id=Slack.manager.id)


async def private_removed(rig: Rig, channel: str) -> None:
    rig.slack.workspace.channels[channel].members.discard(BOT_USER)
    await rig.hear("group_left", channel=channel)


async def left(rig: Rig, channel: str, who: Member | str = BOT_USER) -> None:
    id_ = who if isinstance(who, str) else who.id
    rig.slack.workspace.channels[channel].members.discard(id_)
    await rig.hear("member_left_channel", user=id_, channel=channel, channel_type="C", team=TEAM)


async def joined(rig: Rig, channel: str, who: Member | str = BOT_USER) -> None:
    id_ = who if isinstance(who, str) else who.id
    rig.slack.workspace.channels[channel].members.add(id_)
    await rig.hear("member_joined_channel", user=id_, channel=channel, channel_type="C", team=TEAM)


async def guest_joined(rig: Rig, channel: str) -> None:
    await joined(rig, channel, Slack.guest)


async def guest_left(rig: Rig, channel: str) -> None:
    await left(rig, channel, Slack.guest)


@pytest.mark.parametrize(
    ("channel", "begin", "reason", "end"),
    [
        (PUBLIC, shared, "external", unshared),
        (PUBLIC, archived, "archived", unarchived),
        (PRIVATE, private_archived, "archived", private_unarchived),
        (PUBLIC, removed, "not-invited", joined),
        (PRIVATE, private_removed, "not-invited", joined),
        (PUBLIC, left, "not-invited", joined),
        (PUBLIC, guest_joined, "guests", guest_left),
    ],
)
async def test_it_is_paused_and_goes_on_and_its_owner_is_told_once(
    rig: Rig, channel: str, begin: Any, reason: str, end: Any
) -> None:
    await rig.digest(channel)
    await begin(rig, channel)
    assert await rig.standing(channel) == ("paused", reason)
    await begin(rig, channel)
    assert rig.told() == [PAUSED]
    assert channel in str(rig.slack.direct_messages(Slack.seller)[0].blocks)
    await end(rig, channel)
    assert await rig.standing(channel) == ("on", "")
    await end(rig, channel)
    assert rig.told() == [PAUSED, RESUMED]
    audit = [(each.deed.action, each.deed.what, each.deed.why) for each in await rig.store.audit.all()]
    assert audit == [("digest.paused", channel, reason), ("digest.resumed", channel, reason)]
    assert rig.posted(channel) == []


async def test_what_was_due_when_it_goes_on_comes_next_time(rig: Rig) -> None:
    await rig.digest()
    await archived(rig, PUBLIC)
    rig.clock.move(days=3)
    await unarchived(rig, PUBLIC)
    row = connection(rig.store).execute("SELECT next_due, considered_until FROM subscriptions").fetchone()
    assert row[0] > row[1] == int(rig.clock.now().timestamp()) * 1_000_000


async def test_a_deleted_channel_stops_its_digest_for_good(rig: Rig) -> None:
    await rig.digest()
    await rig.digest(PRIVATE)
    await rig.hear("channel_deleted", channel=PUBLIC)
    await rig.hear("group_deleted", channel=PRIVATE)
    assert await rig.standing() == await rig.standing(PRIVATE) == ("paused", "deleted")
    assert rig.told() == [PAUSED, PAUSED]
    await joined(rig, PUBLIC)
    assert await rig.standing() == ("paused", "deleted")


async def test_a_month_after_it_was_deleted_nothing_is_left(rig: Rig) -> None:
    digest = await rig.digest(PUBLIC, Slack.manager)
    await rig.hear("channel_deleted", channel=PUBLIC)
    await rig.tick(days=29)
    assert await rig.standing() == ("paused", "deleted")
    await rig.tick(days=2)
    assert await rig.store.subscriptions.get(digest.id) is None
    assert list(await rig.store.participants.of(digest.id)) == []
    deeds = [each.deed for each in await rig.store.audit.all()]
    assert [each.what for each in deeds if each.action == "channel.cleared"] == [PUBLIC]


async def test_a_channel_with_another_id_keeps_its_digest(rig: Rig) -> None:
    await rig.digest(PRIVATE, Slack.seller, Slack.manager)
    channels = rig.slack.workspace.channels
    channels[NEW] = channels.pop(PRIVATE)
    channels[NEW].id = NEW
    await rig.hear("channel_id_changed", old_channel_id=PRIVATE, new_channel_id=NEW)
    moved = await rig.found(NEW)
    assert (moved.state, moved.channel) == ("on", NEW)
    assert len(await rig.store.participants.of(moved.id)) == 2
    assert rig.told() == []


async def test_an_invitation_to_another_organisation_changes_the_id_and_pauses(rig: Rig) -> None:
    """Slack gives a private channel another id the moment that a share is begun."""
    await rig.digest(PRIVATE)
    channels = rig.slack.workspace.channels
    channels[NEW] = channels.pop(PRIVATE)
    channels[NEW].id = NEW
    rig.flag(NEW, "is_private", "is_pending_ext_shared")
    await rig.hear("channel_id_changed", old_channel_id=PRIVATE, new_channel_id=NEW)
    assert await rig.standing(NEW) == ("paused", "pending")
    assert rig.told() == [PAUSED]


@pytest.mark.parametrize(("kind", "channel"), [("channel_rename", PUBLIC), ("group_rename", PRIVATE)])
async def test_a_new_name_changes_nothing_by_itself(rig: Rig, kind: str, channel: str) -> None:
    await rig.digest(channel)
    rig.slack.workspace.channels[channel].name = "renamed"
    await rig.hear(kind, channel={"id": channel, "name": "renamed", "created": 1})
    assert await rig.standing(channel) == ("on", "")
    rig.flag(channel, "is_ext_shared")
    await rig.hear(kind, channel={"id": channel, "name": "renamed-ext", "created": 1})
    assert await rig.standing(channel) == ("paused", "external"), "it is looked at all the same"


async def test_a_private_channel_that_is_opened_is_for_somebody_to_accept(rig: Rig) -> None:
    await rig.digest(PRIVATE, is_private=True)
    rig.flag(PRIVATE)
    await rig.hear("channel_rename", channel={"id": PRIVATE, "name": "open", "created": 1})
    assert await rig.standing(PRIVATE) == ("paused", "opened")
    assert rig.told() == [PAUSED]
    await joined(rig, PRIVATE)
    assert await rig.standing(PRIVATE) == ("paused", "opened"), "not by itself"


async def test_a_participant_who_leaves_the_channel_drops_out(rig: Rig) -> None:
    digest = await rig.digest(PUBLIC, Slack.seller, Slack.manager)
    await left(rig, PUBLIC, Slack.manager)
    assert [each.user for each in await rig.store.participants.of(digest.id)] == [user(Slack.seller)]
    assert [each.reason for each in await rig.store.participants.drop_outs(digest.id)] == ["left-channel"]
    assert (await rig.found()).owner == user(Slack.seller)
    assert await rig.standing() == ("on", "")


async def test_who_comes_and_goes_otherwise_is_nothing(rig: Rig) -> None:
    await rig.digest()
    looked = len(rig.slack.calls("conversations.info"))
    await left(rig, PUBLIC, Slack.colleague)
    await joined(rig, PUBLIC, Slack.colleague)
    assert await rig.standing() == ("on", "")
    assert len(rig.slack.calls("conversations.info")) == looked


async def test_a_channel_without_a_digest_is_nobody_s_business(rig: Rig) -> None:
    await archived(rig, PUBLIC)
    await rig.hear("channel_deleted", channel=PRIVATE)
    await rig.hear("channel_id_changed", old_channel_id=PRIVATE, new_channel_id=NEW)
    await left(rig, PUBLIC, Slack.seller)
    assert rig.slack.calls("conversations.info") == []
    assert rig.slack.messages() == []


async def test_what_its_owner_stopped_is_neither_paused_nor_resumed(rig: Rig) -> None:
    await rig.digest()
    connection(rig.store).execute("UPDATE subscriptions SET state = 'off'")
    await archived(rig, PUBLIC)
    await unarchived(rig, PUBLIC)
    assert await rig.standing() == ("off", "")
    assert rig.told() == []


async def test_where_slack_does_not_answer_the_next_post_asks_again(rig: Rig) -> None:
    await rig.digest()
    rig.slack.fail("conversations.info", "fatal_error", times=9)
    await shared(rig, PUBLIC)
    assert await rig.standing() == ("on", ""), "nothing is posted there before it answers"
    rig.slack.api.failures.clear()
    await shared(rig, PUBLIC)
    assert await rig.standing() == ("paused", "external")


async def test_an_event_of_another_workspace_is_another_channel_s(rig: Rig) -> None:
    await rig.digest()
    answer = await rig.slack.event({"type": "channel_deleted", "channel": PUBLIC})
    payload = {**answer.payload, "team_id": TEAM, "context_team_id": "T0ELSE"}
    answer.payload = payload
    await rig.settled()
    connection(rig.store).execute("UPDATE subscriptions SET state = 'on', reason = ''")
    await rig.slack.redeliver(answer)
    await rig.settled()
    assert await rig.standing() == ("on", "")


async def test_a_new_colleague_who_is_a_guest_is_known_at_once(rig: Rig) -> None:
    await rig.digest()
    guest = Member("U0NEW", "n", "N", flags=("is_ultra_restricted",))
    await rig.slack.join(guest)
    await joined(rig, PUBLIC, guest.id)
    assert await rig.standing() == ("paused", "guests")
