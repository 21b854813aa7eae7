"""Slack's conversations over a real socket: what they are, who reads them, and what is posted there."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.core.audience import Channel, Refusal, refusal
from bot.core.errors import SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import SharedPage
from bot.core.secret import Secret
from bot.demo.slack import Slack, workspace
from bot.demo.slack.workspace import BOT_USER, OTHER_TEAM, Member
from bot.slack.budgets import TIERS, Budgets
from bot.slack.channels import SlackChannels
from bot.slack.roster import FEW, Roster
from bot.slack.workspaces import Workspaces
from tests.conftest import StoppedClock
from tests.slack.replies import HOSTILE, READER, ROWS, answered

PAGE = SharedPage(answered(), Slack.seller.id)


def at(channel: str) -> SlackChannel:
    """A channel of the first workspace."""
    return SlackChannel(Slack.team, channel)


class Bot:
    """What the bot has of Slack."""

    def __init__(self, slack: Slack, session: aiohttp.ClientSession, clock: StoppedClock) -> None:
        self.workspaces = Workspaces(Secret(slack.bot_token), slack.api_url, session)
        self.clock = clock
        #: Where it is set, nobody waits for Slack's limits before it is.
        self.minute_goes_by: asyncio.Event | None = None
        self.waiting = asyncio.Event()
        self.per_minute = dict(TIERS)
        self.budgets = Budgets(self.per_minute, monotonic=lambda: clock.now().timestamp(), sleep=self._sleep)
        self.roster = Roster(self.workspaces, clock, self.budgets)
        self.channels = self.patient()

    def patient(self, seconds: float = 60) -> SlackChannels:
        """With so much patience."""
        return SlackChannels(self.workspaces, self.roster, self.budgets, seconds)

    async def _sleep(self, seconds: float) -> None:
        self.waiting.set()
        await (self.minute_goes_by or asyncio.Event()).wait()


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
    assert refusal(looked) is reason


@pytest.mark.parametrize("flag", ["is_im", "is_mpim"])
async def test_a_conversation_of_a_few_is_direct(slack: Slack, channels: SlackChannels, flag: str) -> None:
    slack.workspace.channels["C0GENERAL"].flags = frozenset({flag})
    assert refusal(await channels.look(at("C0GENERAL"))) is Refusal.DIRECT


async def test_a_channel_that_the_bot_is_invited_to_is_known(slack: Slack, channels: SlackChannels) -> None:
    assert await channels.look(at("C0BOARD")) == Channel("C0BOARD")
    slack.invite("C0BOARD")
    assert await channels.look(at("C0BOARD")) == Channel(
        "C0BOARD", "board", is_member=True, is_private=True, creator="U0MANAGER"
    )


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
    takes_long = how in ("slow", "long-rate-limit")
    channels = bot.patient(0.3 if takes_long else 30)  # a busy machine is slow, too
    if method == "users.info" and takes_long:
        assert (await channels.crowd(at("C0GENERAL"))).unsettled
        return
    ask = channels.look if method == "conversations.info" else channels.crowd
    with pytest.raises(SlackFailed):
        await ask(at("C0GENERAL"))


async def test_a_short_rate_limit_is_waited_out(slack: Slack, channels: SlackChannels) -> None:
    slack.rate_limit("conversations.info", retry_after=0)
    assert (await channels.look(at("C0GENERAL"))).is_member


# ---------------------------------------------------------------- who reads it


async def reads(channels: SlackChannels, channel: str = "C0GENERAL") -> tuple[int, int, int]:
    """How many guests, outsiders and unknown people read a channel."""
    crowd = await channels.crowd(at(channel))
    return crowd.guests, crowd.outsiders, crowd.unsettled


@pytest.mark.parametrize(
    ("member", "found"),
    [
        (Slack.manager, (0, 0, 0)),
        (Slack.no_zone, (0, 0, 0)),
        (Slack.guest, (1, 0, 0)),
        (Slack.stranger, (0, 1, 0)),
        (Member("U0X", "x", "X", flags=("is_ultra_restricted",)), (1, 0, 0)),
        # Slack tells no stranger of who shares a channel with the app.
        (Member("U0X", "x", "X", team=OTHER_TEAM), (0, 1, 0)),
        (Member("B0X", "x", "X", flags=("is_bot",), team=OTHER_TEAM), (0, 0, 0)),
    ],
)
async def test_guests_are_found(
    slack: Slack, channels: SlackChannels, member: Member, found: tuple[int, int, int]
) -> None:
    assert await reads(channels) == (0, 0, 0)
    slack.workspace.members[member.id] = member
    slack.invite("C0GENERAL", member)
    assert await reads(channels) == found
    assert (await channels.crowd(at("C0GENERAL"))).members == slack.workspace.channels["C0GENERAL"].members


async def test_whoever_becomes_a_guest_counts_at_once(slack: Slack, bot: Bot, clock: StoppedClock) -> None:
    assert await reads(bot.channels) == (0, 0, 0)
    manager = SlackUser(Slack.team, Slack.manager.id)
    slack.workspace.members[manager.user] = guest = replace(Slack.manager, flags=("is_restricted",))
    bot.roster.heard(manager, guest.info())  # as the event ``user_change`` tells
    assert await reads(bot.channels) == (1, 0, 0)
    slack.workspace.members[manager.user] = Slack.manager
    clock.move(hours=31)
    assert await reads(bot.channels) == (0, 0, 0), "what was told is believed for a day and a quarter"


async def test_few_are_asked_about_once_many_are_listed(slack: Slack, channels: SlackChannels) -> None:
    assert await reads(channels) == (0, 0, 0)
    asked = len(slack.calls("users.info"))
    assert asked == len(slack.workspace.channels["C0GENERAL"].members)
    crowd(slack, FEW + 1)
    assert await reads(channels) == (0, 0, 0)
    assert await reads(channels) == (0, 0, 0)
    assert (len(slack.calls("users.info")), len(slack.calls("users.list"))) == (asked, 1)


async def test_a_channel_of_5000_and_nothing_known(slack: Slack, channels: SlackChannels) -> None:
    """Settled at once, with Slack's limits enforced: a fraction of what they allow in a minute."""
    members = crowd(slack, 5_000)
    rates = slack.enforce_limits()
    assert await reads(channels) == (0, 0, 0)
    slack.workspace.members[members[-1].id] = replace(members[-1], flags=("is_restricted",))
    assert len(slack.calls("conversations.members")) == len(slack.calls("users.list")) == 6
    assert (len(slack.calls("users.info")), rates.refused) == (0, {})
    last = Member("U0ZZZ", "z", "Z", flags=("is_restricted",))  # members come by id: on the last page
    slack.workspace.members[last.id] = last
    slack.invite("C0GENERAL", last)
    assert await reads(channels) == (1, 0, 0)
    assert len(slack.calls("users.list")) == 6, "one who is new is asked about, not all of them"


@pytest.mark.parametrize("whose", ["its own", "Slack's"])
async def test_a_workspace_that_takes_longer_than_anybody_waits(
    slack: Slack, bot: Bot, clock: StoppedClock, whose: str
) -> None:
    """Its people come in more pages than a minute's limit has, be it ours or Slack's word: it goes on."""
    crowd(slack, 3_000)
    rates = slack.enforce_limits(few=2)
    if whose == "its own":
        bot.per_minute["users.list"] = 2
    bot.minute_goes_by = asyncio.Event()
    for _ in range(2):
        assert (await reads(bot.patient(1)))[2] > 1_000, "of those in the pages to come nothing is known"
        await bot.waiting.wait()
        assert len(slack.calls("users.list")) == 2 + rates.refused["users.list"]
    clock.move(seconds=61)
    bot.minute_goes_by.set()
    assert await reads(bot.channels) == (0, 0, 0)
    assert len(slack.calls("users.list")) == 4 + rates.refused["users.list"], "from where it was"
    assert rates.refused["users.list"] == (whose == "Slack's")


async def test_people_who_are_new_are_asked_about_as_slack_s_limits_allow(
    slack: Slack, bot: Bot, clock: StoppedClock
) -> None:
    """Everybody was listed today, and no event told of these 200."""
    await bot.roster.tick()
    crowd(slack, 200)
    rates, unsettled = slack.enforce_limits(), []
    for _ in range(3):
        unsettled.append((await reads(bot.channels))[2])
        clock.move(seconds=61)
    assert unsettled == [120, 40, 0]
    assert rates.refused == {}


async def test_where_slack_knows_nothing_of_a_member_nobody_does(
    slack: Slack, channels: SlackChannels
) -> None:
    (member,) = crowd(slack, 1)
    del slack.workspace.members[member.id]
    with pytest.raises(SlackFailed, match="user_not_found"):
        await channels.crowd(at("C0GENERAL"))


@pytest.mark.parametrize("more", [0, FEW])
async def test_what_an_event_tells_while_slack_is_asked_counts(slack: Slack, bot: Bot, more: int) -> None:
    """``users.info`` for a few, ``users.list`` for many: what was told may be from before the event."""
    user = SlackUser(Slack.team, "U0CHANGING")
    now = replace(Slack.guest, id=user.user)

    class Changing(Member):
        def info(self, **how: Any) -> dict[str, Any]:
            bot.roster.heard(user, now.info())
            return Member.info(self, **how)

    slack.workspace.members[user.user] = changing = Changing(user.user, "c", "C")
    slack.invite("C0GENERAL", changing)
    crowd(slack, more)
    assert await reads(bot.channels) == (1, 0, 0)


async def test_everybody_is_listed_once_a_day(slack: Slack, bot: Bot, clock: StoppedClock) -> None:
    for hours in (0, 1, 22, 1, 0):
        clock.move(hours=hours)
        await bot.roster.tick()
    assert len(slack.calls("users.list")) == 2
    slack.fail("users.list", "fatal_error")
    clock.move(hours=25)
    await bot.roster.tick()
    await bot.roster.tick()
    assert len(slack.calls("users.list")) == 4, "where it failed, it is tried again"
    assert await reads(bot.channels, "C0GUESTS") == (1, 0, 0)
    assert slack.calls("users.info") == []


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
