"""What the Slack side remembers of a post, shows of it, and how it refuses or loses one."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.clock import TestClock
from bot.demo.slack import Slack
from tests.demo.calling import failing

HISTORY = {"im:history", "channels:history", "groups:history"}
METADATA = {"event_type": "digest", "event_payload": {"key": "k1", "part": 0}}


@pytest.fixture
def reading(slack: Slack) -> None:
    """The optional scopes are granted."""
    slack.api.scopes.update(HISTORY)


async def texts(client: AsyncWebClient, channel: str, **how: Any) -> list[str]:
    """What the history tells, as told."""
    return [
        message["text"]
        for message in (await client.conversations_history(channel=channel, **how))["messages"]
    ]


async def test_history_needs_the_scope_of_the_kind_of_conversation(
    slack: Slack, client: AsyncWebClient
) -> None:
    direct = (await client.conversations_open(users=slack.seller.id))["channel"]["id"]
    where = {"channels:history": "C0GENERAL", "groups:history": "C0SALES", "im:history": direct}
    for scope, channel in where.items():
        with pytest.raises(SlackApiError) as caught:
            await client.conversations_history(channel=channel)
        assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", scope)
        slack.api.scopes.add(scope)
        assert await texts(client, channel) == []
        slack.api.scopes.remove(scope)


@pytest.mark.usefixtures("reading")
async def test_history_is_newest_first_by_pages_and_within_times(
    slack: Slack, client: AsyncWebClient, clock: TestClock
) -> None:
    posted = []
    for number in range(5):
        posted.append((await client.chat_postMessage(channel="C0GENERAL", text=f"{number}"))["ts"])
        clock.move(seconds=10)
    slack.say("C0GENERAL", "thanks")
    assert await texts(client, "C0GENERAL") == ["thanks", "4", "3", "2", "1", "0"]
    page = await client.conversations_history(channel="C0GENERAL", limit=2)
    cursor = page["response_metadata"]["next_cursor"]
    assert await texts(client, "C0GENERAL", limit=2, cursor=cursor) == ["3", "2"]
    assert await texts(client, "C0GENERAL", oldest=posted[2], latest=posted[4]) == ["3"]
    assert await texts(client, "C0GENERAL", oldest=posted[2], latest=posted[4], inclusive=True) == [
        "4",
        "3",
        "2",
    ]
    assert [("bot_id" in message) for message in page["messages"]] == [False, True]
    assert await failing(client.conversations_history(channel="C0BOARD")) == "channel_not_found"
    assert await failing(client.conversations_history(channel="C0RANDOM")) == "not_in_channel"
    assert await failing(client.conversations_history(channel="C0GENERAL", limit=1000)) == "invalid_limit"
    assert (
        await failing(client.conversations_history(channel="C0GENERAL", oldest="now")) == "invalid_ts_oldest"
    )


@pytest.mark.usefixtures("reading")
async def test_a_thread_is_read_by_itself(slack: Slack, client: AsyncWebClient) -> None:
    first = (await client.chat_postMessage(channel="C0GENERAL", text="part 0"))["ts"]
    second = (await client.chat_postMessage(channel="C0GENERAL", text="part 1", thread_ts=first))["ts"]
    assert await texts(client, "C0GENERAL") == ["part 0"]
    for of in (first, second):
        thread = await client.conversations_replies(channel="C0GENERAL", ts=of)
        assert [message["text"] for message in thread["messages"]] == ["part 0", "part 1"]
    later = await client.conversations_replies(channel="C0GENERAL", ts=first, oldest=second)
    assert [message["text"] for message in later["messages"]] == ["part 0"]
    assert (
        await failing(client.conversations_replies(channel="C0GENERAL", ts="1.000001")) == "thread_not_found"
    )


@pytest.mark.usefixtures("reading")
async def test_metadata_is_kept_and_told_to_those_who_ask(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0GENERAL", text="x", metadata=METADATA)
    (brief,) = (await client.conversations_history(channel="C0GENERAL"))["messages"]
    (whole,) = (await client.conversations_history(channel="C0GENERAL", include_all_metadata=True))[
        "messages"
    ]
    assert brief["metadata"] == {"event_type": "digest"}
    assert whole["metadata"] == METADATA


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ("words", "invalid_metadata_format"),
        ({"event_type": "digest"}, "invalid_metadata_format"),
        ({"event_type": "digest", "event_payload": []}, "invalid_metadata_format"),
        ({**METADATA, "more": 1}, "invalid_metadata_format"),
        ({"event_type": "digest", "event_payload": {"key": "x" * 16_000}}, "metadata_too_large"),
    ],
)
async def test_metadata_that_slack_would_refuse_is_refused(
    client: AsyncWebClient, metadata: Any, error: str
) -> None:
    assert await failing(client.chat_postMessage(channel="C0GENERAL", text="x", metadata=metadata)) == error


async def test_metadata_of_a_bad_type_is_dropped_with_a_warning(slack: Slack, client: AsyncWebClient) -> None:
    bad = {**METADATA, "event_type": "superoffice.digest"}
    answer = await client.chat_postMessage(channel="C0GENERAL", text="x", metadata=bad)
    assert answer["warning"] == "invalid_metadata_schema"
    assert slack.messages("C0GENERAL")[0].metadata is None


@pytest.mark.usefixtures("reading")
async def test_history_may_lag_behind(slack: Slack, client: AsyncWebClient, clock: TestClock) -> None:
    slack.workspace.lag = lambda: 30
    posted = await client.chat_postMessage(channel="C0GENERAL", text="x")
    assert slack.messages("C0GENERAL")
    clock.move(seconds=29)
    assert await texts(client, "C0GENERAL") == []
    assert (
        await failing(client.conversations_replies(channel="C0GENERAL", ts=posted["ts"]))
        == "thread_not_found"
    )
    clock.move(seconds=1)
    assert await texts(client, "C0GENERAL") == ["x"]


@pytest.mark.parametrize("how", [{"cut": True}, {"status": 500}, {"delay": 5}])
@pytest.mark.parametrize("performed", [True, False])
async def test_a_reply_may_be_lost_after_or_before_the_post(
    slack: Slack, client: AsyncWebClient, session: aiohttp.ClientSession, how: dict[str, Any], performed: bool
) -> None:
    slack.fail("chat.postMessage", performed=performed, **how)
    client.retry_handlers.clear()
    brief = aiohttp.ClientTimeout(total=0.2)
    async with aiohttp.ClientSession(timeout=brief) as impatient:
        client.session = impatient
        with pytest.raises((SlackApiError, aiohttp.ClientError, TimeoutError)):
            await client.chat_postMessage(channel="C0GENERAL", text="x")
    assert len(slack.messages("C0GENERAL")) == performed


async def test_posts_are_refused_by_place(slack: Slack, client: AsyncWebClient) -> None:
    slack.refuse(slack.seller, "user_disabled")
    slack.refuse("C0GENERAL", "restricted_action")
    assert await failing(client.chat_postMessage(channel=slack.seller.id, text="x")) == "user_disabled"
    assert await failing(client.chat_postMessage(channel="C0GENERAL", text="x")) == "restricted_action"
    assert (await client.chat_postMessage(channel=slack.manager.id, text="x"))["ok"]
    slack.refuse(slack.seller, "")
    assert (await client.chat_postMessage(channel=slack.seller.id, text="x"))["ok"]


async def retry_after(awaitable: Any) -> int:
    """The seconds of a 429."""
    with pytest.raises(SlackApiError) as caught:
        await awaitable
    assert caught.value.response.status_code == 429
    return int(caught.value.response.headers["Retry-After"])


async def test_limits_hold_where_they_are_enforced(
    slack: Slack, client: AsyncWebClient, clock: TestClock
) -> None:
    rates = slack.enforce_limits(messages=3)
    post = client.chat_postMessage
    await post(channel="C0GENERAL", text="1")
    assert await retry_after(post(channel="C0GENERAL", text="too soon")) == 1
    assert await retry_after(post(channel="C0SALES", text="closed for everybody")) == 1
    clock.move(seconds=1)
    await post(channel="C0GENERAL", text="2")
    await post(channel=slack.seller.id, text="3")
    assert await retry_after(post(channel="C0SALES", text="too many")) == 59
    clock.move(seconds=59)
    await post(channel="C0SALES", text="4")
    assert [message.text for message in slack.messages()] == ["1", "2", "3", "4"]
    assert rates.refused == {"chat.postMessage": 3}
    other = slack.add_workspace("T0OTHER")
    assert other.rates is None


async def test_reading_has_limits_of_its_own(slack: Slack, client: AsyncWebClient) -> None:
    slack.enforce_limits(calls=1)
    slack.api.scopes.update(HISTORY)
    await client.conversations_history(channel="C0GENERAL")
    assert await retry_after(client.conversations_history(channel="C0GENERAL")) == 60
    await client.conversations_open(users=slack.seller.id)
    assert await retry_after(client.conversations_open(users=slack.seller.id)) == 60
