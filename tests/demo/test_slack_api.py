"""The Slack side's Web API against slack_sdk's own client."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import Slack
from tests.demo.calling import failing

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello", "verbatim": True}}


async def test_tokens_are_checked(
    slack: Slack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    assert (await client.auth_test())["team_id"] == slack.team
    wrong = AsyncWebClient("xoxb-wrong", base_url=slack.api_url, session=session)
    assert await failing(wrong.auth_test()) == "invalid_auth"
    assert await failing(AsyncWebClient(base_url=slack.api_url, session=session).auth_test()) == "not_authed"
    assert await failing(client.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert await failing(client.api_call("chat.shout")) == "unknown_method"
    assert await failing(client.team_info()) == "missing_scope"
    slack.api.revoked = "token_revoked"
    assert await failing(client.auth_test()) == "token_revoked"


async def test_people_are_told_apart(slack: Slack, client: AsyncWebClient) -> None:
    seller = (await client.users_info(user=slack.seller.id, include_locale=True))["user"]
    assert (seller["tz"], seller["locale"]) == ("Europe/Oslo", "en-US")
    assert seller["profile"]["email"] == "kianna.ledner@example.com"
    assert "tz" not in (await client.users_info(user=slack.no_zone.id))["user"]
    assert (await client.users_info(user=slack.guest.id))["user"]["is_restricted"] is True
    stranger = (await client.users_info(user=slack.stranger.id))["user"]
    assert stranger["is_stranger"] is True
    assert "email" not in stranger["profile"]
    slack.api.scopes.discard("users:read.email")
    assert "email" not in (await client.users_info(user=slack.seller.id))["user"]["profile"]
    assert await failing(client.users_info(user="U0NOBODY")) == "user_not_found"


async def test_conversations_tell_who_may_see_what(client: AsyncWebClient) -> None:
    assert (await client.conversations_info(channel="C0SHARED"))["channel"]["is_ext_shared"] is True
    assert (await client.conversations_info(channel="C0PENDING"))["channel"]["is_pending_ext_shared"] is True
    assert (await client.conversations_info(channel="C0SALES"))["channel"]["is_private"] is True
    assert await failing(client.conversations_info(channel="C0BOARD")) == "channel_not_found"
    members = await client.conversations_members(channel="C0GUESTS", limit=4)
    rest = await client.conversations_members(
        channel="C0GUESTS", limit=4, cursor=members["response_metadata"]["next_cursor"]
    )
    assert "U0GUEST" in [*members["members"], *rest["members"]]


async def test_messages_go_where_the_bot_may_write(slack: Slack, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="Hello", blocks=[SECTION])
    assert [message.ts for message in slack.messages("C0GENERAL", slack.seller)] == [posted["ts"]]
    assert slack.messages("C0GENERAL", slack.guest) == []
    await client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="Changed")
    assert slack.messages("C0GENERAL")[0].text == "Changed"
    await client.chat_postEphemeral(channel="C0GENERAL", user=slack.seller.id, text="Only you")
    assert len(slack.messages("C0GENERAL", slack.seller)) == 2
    assert len(slack.messages("C0GENERAL", slack.manager)) == 1
    await client.chat_postMessage(channel=slack.manager.id, text="Directly")
    assert [message.text for message in slack.direct_messages(slack.manager)] == ["Directly"]
    opened = await client.conversations_open(users=slack.manager.id)
    assert opened["channel"]["id"] == slack.direct_messages(slack.manager)[0].channel
    assert await failing(client.chat_postMessage(channel="C0RANDOM", text="x")) == "not_in_channel"
    assert await failing(client.chat_postMessage(channel="C0BOARD", text="x")) == "channel_not_found"
    ephemeral = client.chat_postEphemeral(channel="C0GENERAL", user=slack.guest.id, text="x")
    assert await failing(ephemeral) == "user_not_in_channel"


async def test_everybody_is_listed_by_pages(slack: Slack, client: AsyncWebClient) -> None:
    listed: list[Any] = []
    cursor: str | None = None
    while cursor != "":
        page = await client.users_list(limit=3, include_locale=True, cursor=cursor)
        listed += page["members"]
        cursor = page["response_metadata"]["next_cursor"]
    assert [member["id"] for member in listed] == list(slack.workspace.members)
    assert len(slack.calls("users.list")) == 3
    assert all(member["locale"] == "en-US" for member in listed)
    slack.api.scopes.discard("users:read")
    assert await failing(client.users_list()) == "missing_scope"


async def test_conversations_need_their_own_scopes(slack: Slack, client: AsyncWebClient) -> None:
    slack.api.scopes.discard("groups:read")
    for ask in (client.conversations_info, client.conversations_members):
        assert await failing(ask(channel="C0SALES")) == "missing_scope"
        assert (await ask(channel="C0GENERAL"))["ok"]


async def test_a_bot_is_invited_and_deletes_what_it_wrote(slack: Slack, client: AsyncWebClient) -> None:
    assert (await client.conversations_info(channel="C0RANDOM"))["channel"]["is_member"] is False
    slack.invite("C0RANDOM")
    assert (await client.conversations_info(channel="C0RANDOM"))["channel"]["is_member"] is True
    posted = await client.chat_postMessage(channel="C0RANDOM", text="Hello")
    elsewhere = client.chat_delete(channel="C0GENERAL", ts=posted["ts"])
    assert await failing(elsewhere) == "message_not_found"
    await client.chat_delete(channel="C0RANDOM", ts=posted["ts"])
    assert slack.messages("C0RANDOM") == []
    assert await failing(client.chat_delete(channel="C0RANDOM", ts=posted["ts"])) == "message_not_found"
    assert await failing(client.chat_postMessage(channel="C0OLD", text="x")) == "is_archived"


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([SECTION] * 51, "invalid_blocks"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}], "invalid_blocks"),
        (
            [{"type": "section", "text": {"type": "plain_text", "text": "x", "verbatim": True}}],
            "invalid_blocks",
        ),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "invalid_blocks"),
        ([{"type": "actions", "elements": []}], "invalid_blocks"),
        ([{"type": "alert", "text": {"type": "plain_text", "text": "x"}}], "invalid_blocks"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2, "invalid_blocks"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}], "invalid_blocks"),
        ([{"type": "rich_text", "elements": [{"type": "text", "text": ""}]}], "invalid_blocks"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 14, "msg_blocks_too_long"),
    ],
)
async def test_what_slack_would_refuse_is_refused(client: AsyncWebClient, blocks: Any, error: str) -> None:
    assert await failing(client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)) == error


@pytest.mark.filterwarnings("ignore:The top-level `text`")
async def test_a_message_needs_something_in_it(client: AsyncWebClient) -> None:
    assert await failing(client.chat_postMessage(channel="C0GENERAL", text="")) == "no_text"


async def test_limits_and_failures_can_be_switched_on(slack: Slack, client: AsyncWebClient) -> None:
    slack.rate_limit("chat.postMessage", retry_after=0, times=2)
    assert await failing(client.chat_postMessage(channel="C0GENERAL", text="x")) == "ratelimited"
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    assert (await client.chat_postMessage(channel="C0GENERAL", text="x"))["ok"]
    slack.fail("chat.postMessage", "fatal_error", performed=True)
    assert (
        await failing(client.chat_postMessage(channel="C0GENERAL", text="may have arrived")) == "fatal_error"
    )
    assert [message.text for message in slack.messages()] == ["x", "may have arrived"]
    assert len(slack.calls("chat.postMessage")) == 4


async def test_triggers_open_one_view_within_three_seconds(
    slack: Slack, client: AsyncWebClient, clock: Any
) -> None:
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "Digest"}, "blocks": [SECTION]}
    trigger, late = slack.triggers.issue(), slack.triggers.issue()
    opened = (await client.views_open(trigger_id=trigger, view=modal))["view"]
    assert await failing(client.views_open(trigger_id=trigger, view=modal)) == "exchanged_trigger_id"
    clock.move(seconds=4)
    assert await failing(client.views_open(trigger_id=late, view=modal)) == "expired_trigger_id"
    assert await failing(client.views_open(trigger_id="1.2.x", view=modal)) == "invalid_trigger_id"
    updated = await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal)
    assert (
        await failing(client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal))
        == "hash_conflict"
    )
    assert updated["view"]["id"] in slack.views.opened
    await client.views_publish(user_id=slack.seller.id, view={"type": "home", "blocks": [SECTION]})
    assert (await slack.views.home(slack.seller.id))["blocks"] == [{**SECTION, "block_id": "v0"}]
