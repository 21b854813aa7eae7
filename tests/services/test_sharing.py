"""Sharing, with the demo's Slack over a real socket: each refusal, and that nothing is posted then."""

import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.core.audience import Refusal
from bot.core.audit import AuditAction, Deed
from bot.core.errors import PostUncertain
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import NotShared, Shared, SharedPage
from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.services.audience import Audience
from bot.services.ports import Recorded
from bot.services.sharing import Sharing
from bot.slack.budgets import Budgets
from bot.slack.channels import SlackChannels
from bot.slack.roster import Roster
from bot.slack.workspaces import Workspaces
from tests.conftest import StoppedClock
from tests.slack.replies import READER, ROWS, answered

PAGE = SharedPage(answered(), Slack.seller.id)
BY = SlackUser(Slack.team, Slack.seller.id)


class Deeds(list[Deed]):
    """What is written down."""

    async def record(self, deed: Deed) -> None:
        self.append(deed)

    async def all(self) -> list[Recorded]:
        return [Recorded(deed, "", "") for deed in self]


def at(channel: str) -> SlackChannel:
    """A channel of the first workspace."""
    return SlackChannel(Slack.team, channel)


@pytest.fixture
async def slack(clock: StoppedClock) -> AsyncIterator[Slack]:
    """A Slack workspace."""
    async with Slack(clock=clock) as server:
        yield server


@pytest.fixture
def deeds() -> Deeds:
    """None yet."""
    return Deeds()


@pytest.fixture
def patience() -> float:
    """Seconds for each of Slack's methods: as many as a busy machine needs."""
    return 60


@pytest.fixture
async def sharing(slack: Slack, clock: StoppedClock, deeds: Deeds, patience: float) -> AsyncIterator[Sharing]:
    """The use case, as the bot has it."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        workspaces = Workspaces(Secret(slack.bot_token), slack.api_url, session)
        budgets = Budgets()
        channels = SlackChannels(workspaces, Roster(workspaces, clock, budgets), budgets, patience)
        yield Sharing(channels, Audience(channels), deeds, clock)


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("C0SHARED", Refusal.EXTERNAL),
        ("C0PENDING", Refusal.PENDING),
        ("C0GUESTS", Refusal.GUESTS),
        ("C0RANDOM", Refusal.NOT_INVITED),
        ("C0BOARD", Refusal.NOT_INVITED),
        ("C0OLD", Refusal.ARCHIVED),
        ("D0NOWHERE", Refusal.DIRECT),
    ],
)
async def test_each_refusal(slack: Slack, sharing: Sharing, channel: str, reason: Refusal) -> None:
    assert await sharing.refused(at(channel)) == NotShared(reason, channel)
    assert await sharing.share(PAGE, at(channel), READER) == NotShared(reason, channel)
    assert slack.calls("chat.postMessage") == []
    assert bool(slack.calls("conversations.members")) is (reason is Refusal.GUESTS), "asked last"


@pytest.mark.parametrize("channel", ["C0GENERAL", "C0SALES"])
async def test_it_is_shared_once_and_deleted(
    slack: Slack, sharing: Sharing, channel: str, deeds: Deeds
) -> None:
    assert await sharing.refused(at(channel)) is None
    shared = await sharing.share(PAGE, at(channel), READER)
    (message,) = slack.messages(channel)
    assert shared == Shared(channel, message.ts)
    await sharing.unshare(at(channel), message.ts, BY)
    assert slack.messages(channel) == []
    done = [AuditAction.ANSWER_SHARED, AuditAction.ANSWER_UNSHARED]
    assert [(deed.action, deed.by, deed.what) for deed in deeds] == [(each, BY, channel) for each in done]


async def test_once_invited_the_bot_shares(slack: Slack, sharing: Sharing) -> None:
    assert await sharing.refused(at("C0BOARD")) == NotShared(Refusal.NOT_INVITED, "C0BOARD")
    slack.invite("C0BOARD")
    assert isinstance(await sharing.share(PAGE, at("C0BOARD"), READER), Shared)


async def test_what_becomes_of_a_channel_meanwhile_counts(slack: Slack, sharing: Sharing) -> None:
    assert await sharing.refused(at("C0GENERAL")) is None
    channel = slack.workspace.channels["C0GENERAL"]
    channel.flags |= {"is_ext_shared"}
    assert await sharing.share(PAGE, at(channel.id), READER) == NotShared(Refusal.EXTERNAL, channel.id)
    channel.flags -= {"is_ext_shared"}
    slack.invite(channel.id, Slack.guest)
    assert await sharing.share(PAGE, at(channel.id), READER) == NotShared(Refusal.GUESTS, channel.id)
    assert slack.messages() == []


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
@pytest.mark.parametrize(
    ("how", "patience"),
    [({"error": "missing_scope"}, 60), ({"status": 503}, 60), ({"retry_after": 60}, 1), ({"delay": 3}, 1)],
    ids=str,
)
async def test_what_slack_does_not_tell_is_refused(
    slack: Slack, sharing: Sharing, method: str, how: dict[str, object]
) -> None:
    slack.fail(method, **how, times=20)  # type: ignore[arg-type]
    refused = await sharing.share(PAGE, at("C0GENERAL"), READER)
    is_slow = method == "users.info" and not {"error", "status"} & how.keys()
    assert refused == NotShared(Refusal.UNSETTLED if is_slow else Refusal.UNKNOWN, "C0GENERAL")
    assert slack.calls("chat.postMessage") == []


@pytest.mark.parametrize(
    ("scope", "channel"),
    [("channels:read", "C0GENERAL"), ("groups:read", "C0SALES"), ("users:read", "C0SALES")],
)
async def test_without_a_scope_nothing_is_shared(
    slack: Slack, sharing: Sharing, scope: str, channel: str
) -> None:
    slack.api.scopes.discard(scope)
    assert await sharing.share(PAGE, at(channel), READER) == NotShared(Refusal.UNKNOWN, channel)


async def test_a_slack_that_is_down_is_refused(slack: Slack, sharing: Sharing) -> None:
    await slack.__aexit__(None, None, None)
    assert await sharing.refused(at("C0GENERAL")) == NotShared(Refusal.UNKNOWN, "C0GENERAL")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("not_in_channel", Refusal.NOT_INVITED),
        ("channel_not_found", Refusal.NOT_INVITED),
        ("is_archived", Refusal.ARCHIVED),
        ("restricted_action", Refusal.RESTRICTED),
        ("restricted_action_read_only_channel", Refusal.RESTRICTED),
        ("restricted_action_thread_only_channel", Refusal.RESTRICTED),
    ],
)
async def test_what_slack_refuses_to_post(
    slack: Slack, sharing: Sharing, error: str, reason: Refusal
) -> None:
    slack.fail("chat.postMessage", error)
    assert await sharing.share(PAGE, at("C0GENERAL"), READER) == NotShared(reason, "C0GENERAL")


@pytest.mark.parametrize(
    ("how", "patience"),
    [
        ({"error": "fatal_error"}, 60),
        ({"error": "internal_error"}, 60),
        ({"status": 500}, 60),
        ({"delay": 3}, 1),
    ],
    ids=str,
)
async def test_what_may_have_been_posted_is_no_refusal(
    slack: Slack, sharing: Sharing, how: dict[str, object]
) -> None:
    slack.fail("chat.postMessage", performed=True, **how)  # type: ignore[arg-type]
    with pytest.raises(PostUncertain):
        await sharing.share(PAGE, at("C0GENERAL"), READER)
    assert len(slack.calls("chat.postMessage")) == 1


async def test_the_log_names_the_channel_by_its_id_and_no_customer(
    sharing: Sharing, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "bot"):
        await sharing.refused(at("C0SHARED"))
        shared = await sharing.share(PAGE, at("C0SALES"), READER)
        assert isinstance(shared, Shared)
        await sharing.unshare(at("C0SALES"), shared.ts, BY)
    lines = [(getattr(record, "action", ""), record.getMessage()) for record in caplog.records]
    assert [action for action, _ in lines] == ["share.refused", "share.done", "share.deleted"]
    assert all("C0SHARED" in line or "C0SALES" in line for _, line in lines)
    assert not any(row.company in line or "with-partner" in line for row in ROWS for _, line in lines)
