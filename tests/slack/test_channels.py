"""Slack's conversations over a real socket: what they are, who reads them, and what is posted there."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.core.audience import Channel, Refusal, refusal
from bot.core.errors import SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import SharedPage
from bot.core.secret import Secret
from bot.demo import workspace
from bot.demo.slack import Slack
from bot.demo.workspace import BOT_USER, OTHER_TEAM, Member
from bot.slack.channels import FEW, SlackChannels
from bot.slack.people import SlackPeople
from bot.slack.workspaces import Workspaces
from tests.conftest import StoppedClock
from tests.slack.conftest import HOSTILE, READER, ROWS, answered

PAGE = SharedPage(answered(), Slack.seller.id)


def at(channel: str) -> SlackChannel:
    """A channel of the first workspace."""
    return SlackChannel(Slack.team, channel)


@pytest.fixture
async def slack(clock: StoppedClock) -> AsyncIterator[Slack]:
    """A Slack workspace."""
    async with Slack(clock=clock) as server:
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The one session."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield session


class Bot:
    """What the bot has of Slack."""

    def __init__(self, slack: Slack, session: aiohttp.ClientSession, clock: StoppedClock) -> None:
        self.workspaces = Workspaces(Secret(slack.bot_token), slack.api_url, session)
        self.people = SlackPeople(self.workspaces, clock)
        self.channels = self.patient()

    def patient(self, seconds: float = 5) -> SlackChannels:
        """With so much patience."""
        return SlackChannels(self.workspaces, self.people, seconds)


@pytest.fixture
def bot(slack: Slack, session: aiohttp.ClientSession, clock: StoppedClock) -> Bot:
    """A bot at that workspace."""
    return Bot(slack, session, clock)


@pytest.fixture
def channels(bot: Bot) -> SlackChannels:
    """Its channels."""
    return bot.channels


def crowd(slack: Slack, count: int, channel: str = "C0GENERAL") -> list[Member]:
    """So many more members of a channel."""
    members = [replace(Slack.colleague, id=f"U0CLONE{number}", name=f"c{number}") for number in range(count)]
    for member in members:
        slack.workspace.members[member.id] = member
        slack.invite(channel, member)
    return members


# ---------------------------------------------------------------- what it is


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("C0GENERAL", None),
        ("C0SALES", None),
        ("C0GUESTS", None),  # who is in it is another question
        ("C0SHARED", Refusal.EXTERNAL),
        ("C0PENDING", Refusal.PENDING),
        ("C0RANDOM", Refusal.NOT_INVITED),
        ("C0BOARD", Refusal.NOT_INVITED),
        ("C0NOWHERE", Refusal.NOT_INVITED),
        ("C0OLD", Refusal.ARCHIVED),
        ("D0NOWHERE", Refusal.DIRECT),
    ],
)
async def test_what_a_channel_is(channels: SlackChannels, channel: str, reason: Refusal | None) -> None:
    looked = await channels.look(at(channel))
    assert looked.id == channel
    assert refusal(looked, guests=False) is reason


@pytest.mark.parametrize("flag", ["is_im", "is_mpim"])
async def test_a_conversation_of_a_few_is_direct(slack: Slack, channels: SlackChannels, flag: str) -> None:
    slack.workspace.channels["C0GENERAL"].flags = frozenset({flag})
    assert refusal(await channels.look(at("C0GENERAL")), guests=False) is Refusal.DIRECT


async def test_a_channel_that_the_bot_is_invited_to_is_known(slack: Slack, channels: SlackChannels) -> None:
    assert await channels.look(at("C0BOARD")) == Channel("C0BOARD")
    slack.invite("C0BOARD")
    assert await channels.look(at("C0BOARD")) == Channel("C0BOARD", "board", is_member=True)


async def test_a_channel_is_looked_at_each_time(slack: Slack, channels: SlackChannels) -> None:
    assert not (await channels.look(at("C0GENERAL"))).is_external
    slack.workspace.channels["C0GENERAL"].flags |= {"is_ext_shared"}
    assert (await channels.look(at("C0GENERAL"))).is_external


class Telling(workspace.Channel):
    """A channel of which Slack tells something else."""

    told: Mapping[str, Any] = {}

    def info(self) -> dict[str, Any]:
        """What Slack tells; what is ``None`` is left out."""
        told = {**workspace.Channel.info(self), **self.told}
        return {name: value for name, value in told.items() if value is not None}


def tell(slack: Slack, **told: Any) -> None:
    """Let Slack tell something else of a channel."""
    channel = Telling("C0GENERAL", "general", {BOT_USER})
    channel.told = told
    slack.workspace.channels[channel.id] = channel


@pytest.mark.parametrize("sign", ["pending_shared", "pending_connected_team_ids"])
async def test_each_sign_of_an_open_invitation_counts(
    slack: Slack, channels: SlackChannels, sign: str
) -> None:
    tell(slack, **{sign: []})
    assert not (await channels.look(at("C0GENERAL"))).is_pending
    tell(slack, **{sign: [OTHER_TEAM]})
    assert (await channels.look(at("C0GENERAL"))).is_pending


async def test_a_channel_of_which_slack_says_too_little_stays_unknown(
    slack: Slack, channels: SlackChannels
) -> None:
    tell(slack, is_ext_shared=None)
    with pytest.raises(SlackFailed):
        await channels.look(at("C0GENERAL"))
    tell(slack, is_member=None)
    assert not (await channels.look(at("C0GENERAL"))).is_member


FAILURES = {
    "missing-scope": {"error": "missing_scope"},
    "fatal-error": {"error": "fatal_error"},
    "unavailable": {"status": 503},
    "long-rate-limit": {"retry_after": 600},
    "slow": {"delay": 1.0},
}


@pytest.mark.parametrize("how", FAILURES)
@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info", "auth.test"])
async def test_what_slack_does_not_tell_is_an_error(slack: Slack, bot: Bot, how: str, method: str) -> None:
    slack.fail(method, **FAILURES[how], times=20)  # type: ignore[arg-type]
    channels = bot.patient(0.3)
    ask = channels.look if method == "conversations.info" else channels.has_guests
    with pytest.raises(SlackFailed):
        await ask(at("C0GENERAL"))


async def test_a_short_rate_limit_is_waited_out(slack: Slack, channels: SlackChannels) -> None:
    slack.rate_limit("conversations.info", retry_after=0)
    assert (await channels.look(at("C0GENERAL"))).is_member


# ---------------------------------------------------------------- who reads it


@pytest.mark.parametrize(
    ("member", "is_guest"),
    [
        (Slack.manager, False),
        (Slack.no_zone, False),
        (Slack.guest, True),
        (Slack.stranger, True),
        (Member("U0X", "x", "X", flags=("is_ultra_restricted",)), True),
        # Slack tells no stranger of who shares a channel with the app.
        (Member("U0X", "x", "X", team=OTHER_TEAM), True),
        (Member("B0X", "x", "X", flags=("is_bot",), team=OTHER_TEAM), False),
    ],
)
async def test_guests_are_found(
    slack: Slack, channels: SlackChannels, member: Member, is_guest: bool
) -> None:
    assert not await channels.has_guests(at("C0GENERAL"))
    slack.workspace.members[member.id] = member
    slack.invite("C0GENERAL", member)
    assert await channels.has_guests(at("C0GENERAL")) is is_guest


async def test_whoever_becomes_a_guest_counts_at_once(slack: Slack, bot: Bot, clock: StoppedClock) -> None:
    assert not await bot.channels.has_guests(at("C0GENERAL"))
    slack.workspace.members[Slack.manager.id] = replace(Slack.manager, flags=("is_restricted",))
    bot.people.forget(SlackUser(Slack.team, Slack.manager.id))  # as the event ``user_change`` does
    assert await bot.channels.has_guests(at("C0GENERAL"))
    slack.workspace.members[Slack.manager.id] = Slack.manager
    clock.move(minutes=10)
    assert not await bot.channels.has_guests(at("C0GENERAL"))


async def test_few_are_asked_about_once_many_are_listed(slack: Slack, channels: SlackChannels) -> None:
    assert not await channels.has_guests(at("C0GENERAL"))
    asked = len(slack.calls("users.info"))
    assert asked == len(slack.workspace.channels["C0GENERAL"].members)
    crowd(slack, FEW + 1)
    assert not await channels.has_guests(at("C0GENERAL"))
    assert not await channels.has_guests(at("C0GENERAL"))
    assert (len(slack.calls("users.info")), len(slack.calls("users.list"))) == (asked, 1)


async def test_every_page_is_read(slack: Slack, channels: SlackChannels) -> None:
    crowd(slack, 2_100)
    last = Member("U0ZZZ", "z", "Z", flags=("is_restricted",))  # members come by id: on the last page
    slack.workspace.members[last.id] = last
    assert not await channels.has_guests(at("C0GENERAL"))
    slack.invite("C0GENERAL", last)
    assert await channels.has_guests(at("C0GENERAL"))
    assert len(slack.calls("conversations.members")) == 6
    assert len(slack.calls("users.list")) == 3


async def test_more_than_a_few_whom_slack_does_not_list_are_too_many(
    slack: Slack, channels: SlackChannels
) -> None:
    for member in crowd(slack, FEW + 1):
        del slack.workspace.members[member.id]
    with pytest.raises(SlackFailed, match="too many members"):
        await channels.has_guests(at("C0GENERAL"))


@pytest.mark.parametrize("more", [0, FEW])
async def test_who_changes_while_slack_tells_is_asked_about_again(slack: Slack, bot: Bot, more: int) -> None:
    """``users.info`` for a few, ``users.list`` for many: what was told may be from before the change."""
    user = SlackUser(Slack.team, "U0CHANGING")

    class Changing(Member):
        def info(self, **how: Any) -> dict[str, Any]:
            bot.people.forget(user)
            return Member.info(self, **how)

    slack.workspace.members[user.user] = changing = Changing(user.user, "c", "C")
    slack.invite("C0GENERAL", changing)
    others = [SlackUser(Slack.team, member.id) for member in crowd(slack, more)]
    assert not await bot.channels.has_guests(at("C0GENERAL"))
    assert bot.people.unknown([user, *others]) == [user]
    slack.workspace.members[user.user] = replace(Slack.guest, id=user.user)
    assert await bot.channels.has_guests(at("C0GENERAL"))


# ---------------------------------------------------------------- what is posted


async def test_a_page_is_posted_without_previews_and_deleted(slack: Slack, channels: SlackChannels) -> None:
    ts = await channels.post(at("C0GENERAL"), PAGE, READER)
    (message,) = slack.messages("C0GENERAL")
    assert (message.ts, message.ephemeral_to) == (ts, None)
    assert str(message.extra["unfurl_links"]).lower() in {"0", "false"}
    assert str(message.extra["unfurl_media"]).lower() in {"0", "false"}
    assert "link_names" not in message.extra
    assert "parse" not in message.extra
    await channels.delete(at("C0GENERAL"), ts)
    assert slack.messages("C0GENERAL") == []
    await channels.delete(at("C0GENERAL"), ts)


async def test_hostile_names_are_never_read_as_code(slack: Slack, channels: SlackChannels) -> None:
    await channels.post(at("C0GENERAL"), PAGE, READER)
    (message,) = slack.messages("C0GENERAL")
    assert ROWS[3].company == HOSTILE
    assert "<" not in message.text
    for block in message.blocks:
        if block["type"] != "rich_text":
            assert "evil.example" not in str(block)
    assert "'text': '<!channel> *Bold*" in str(message.blocks), "literally, in rich text"


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C0RANDOM", "not_in_channel"), ("C0BOARD", "channel_not_found"), ("C0OLD", "is_archived")],
)
async def test_where_slack_takes_no_post(channels: SlackChannels, channel: str, error: str) -> None:
    with pytest.raises(SlackFailed, match=error):
        await channels.post(at(channel), PAGE, READER)


@pytest.mark.parametrize(
    "how",
    [
        {"error": "fatal_error"},
        {"error": "internal_error"},
        {"status": 500},
        {"status": 503},
        {"delay": 0.6},
    ],
    ids=str,
)
async def test_what_may_have_been_posted_is_not_posted_again(
    slack: Slack, bot: Bot, how: dict[str, Any]
) -> None:
    slack.fail("chat.postMessage", performed=True, **how)
    with pytest.raises(SlackFailed):
        await bot.patient(0.3).post(at("C0GENERAL"), PAGE, READER)
    assert len(slack.calls("chat.postMessage")) == 1


async def test_what_was_not_posted_for_its_rate_is_posted_later(
    slack: Slack, channels: SlackChannels
) -> None:
    slack.rate_limit("chat.postMessage", retry_after=0)
    await channels.post(at("C0GENERAL"), PAGE, READER)
    assert len(slack.messages("C0GENERAL")) == 1


async def test_a_connection_that_is_cut_is_no_reason_to_post_again(
    slack: Slack, session: aiohttp.ClientSession, clock: StoppedClock
) -> None:
    """The request went out whole; whether it was carried out, nobody knows."""
    taken = 0

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        await reader.readuntil(b"\r\n\r\n")
        taken += 1
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    async with server:
        bot = Bot(slack, session, clock)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/"
        client = await bot.workspaces.client(Slack.team, posting=True)
        client.base_url = address
        with pytest.raises(SlackFailed):
            await bot.patient().post(at("C0GENERAL"), PAGE, READER)
    assert taken == 1


async def test_who_may_not_delete_hears_of_it(slack: Slack, channels: SlackChannels) -> None:
    slack.fail("chat.delete", "cant_delete_message")
    with pytest.raises(SlackFailed, match="cant_delete_message"):
        await channels.delete(at("C0GENERAL"), "1.2")
