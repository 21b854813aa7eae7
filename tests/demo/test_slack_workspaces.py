"""Several workspaces in one Slack: the token says which, and nothing crosses."""

from collections.abc import Callable

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import Slack
from bot.demo.slack.workspace import Channel, Enterprise, Member, Workspace
from tests.demo.calling import failing
from tests.demo.hearing import Bot

BUTTON = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}}],
}
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Digest"},
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Hello"}}],
}


ClientOf = Callable[[Workspace | Enterprise], AsyncWebClient]


@pytest.fixture
def client_of(slack: Slack, session: aiohttp.ClientSession) -> ClientOf:
    return lambda where: AsyncWebClient(slack.token(where), base_url=slack.api_url, session=session)


@pytest.fixture
def other(slack: Slack) -> Workspace:
    return slack.add_workspace("T0OTHER", "Other & Sons")


async def test_the_token_says_which_workspace(
    slack: Slack, other: Workspace, client: AsyncWebClient, client_of: ClientOf
) -> None:
    assert slack.token(other) != slack.bot_token
    mine, theirs = await client.auth_test(), await client_of(other).auth_test()
    told = ("team_id", "team", "user", "user_id", "bot_id", "is_enterprise_install", "url")
    assert [mine[name] for name in told] == [
        *("T0DEMO", "Demo", "superoffice", "U0BOT", "B0SUPEROFFICE", False, "https://demo.slack.example/")
    ]
    assert [theirs[name] for name in told] == [
        *("T0OTHER", "Other & Sons", "superoffice", "U0BOT0OTHER", "B0BOT0OTHER", False),
        "https://other-sons.slack.example/",
    ]
    assert "enterprise_id" not in theirs.data
    assert [call.team for call in slack.calls("auth.test")] == ["T0DEMO", "T0OTHER"]
    assert len(slack.calls("auth.test", team="T0OTHER")) == 1


async def test_the_same_ids_in_two_workspaces_are_not_the_same(
    slack: Slack, other: Workspace, client: AsyncWebClient, client_of: ClientOf
) -> None:
    theirs = client_of(other)
    posted = [
        await each.chat_postMessage(channel="C0GENERAL", text=text)
        for each, text in ((client, "Mine"), (theirs, "Theirs"))
    ]
    assert posted[0]["ts"] == posted[1]["ts"], "they could be mixed up"
    assert [message.text for message in slack.messages()] == ["Mine"]
    assert [message.text for message in slack.messages(workspace=other)] == ["Theirs"]
    await theirs.chat_update(channel="C0GENERAL", ts=posted[1]["ts"], text="Changed")
    assert [message.text for message in slack.messages()] == ["Mine"]
    await theirs.chat_postMessage(channel=slack.seller.id, text="Directly")
    assert slack.direct_messages() == []
    (message,) = slack.direct_messages(workspace=other)
    assert (message.text, message.team) == ("Directly", "T0OTHER")
    assert (await slack.wait(lambda each: each.text == "Directly", workspace="T0OTHER")) == message
    other.members[slack.seller.id] = Member(slack.seller.id, "k", "K", "k@example.net", team=other.id)
    user = (await theirs.users_info(user=slack.seller.id))["user"]
    assert (user["team_id"], user["profile"]["email"]) == ("T0OTHER", "k@example.net")
    assert (await client.users_info(user=slack.seller.id))["user"]["profile"]["email"] == slack.seller.email


async def test_what_is_only_in_one_is_invisible_to_the_other(
    slack: Slack, client: AsyncWebClient, client_of: ClientOf
) -> None:
    members = [Member("U0NEW", "nina", "Nina Ny", "nina@example.net")]
    channels = [Channel("C0NEW", "new", {"U0NEW", "U0BOT"})]
    new = slack.add_workspace("T0NEW", members=members, channels=channels)
    theirs = client_of(new)
    assert [each["id"] for each in (await theirs.users_list())["members"]] == ["U0NEW", new.bot_user]
    assert await failing(theirs.users_info(user=slack.seller.id)) == "user_not_found"
    assert await failing(theirs.conversations_info(channel="C0GENERAL")) == "channel_not_found"
    assert await failing(theirs.conversations_open(users=slack.seller.id)) == "user_not_found"
    assert await failing(client.users_info(user="U0NEW")) == "user_not_found"
    assert await failing(client.chat_postMessage(channel="C0NEW", text="x")) == "channel_not_found"
    assert (await theirs.conversations_info(channel="C0NEW"))["channel"]["is_member"] is True
    posted = await theirs.chat_postMessage(channel="C0NEW", text="x")
    assert await failing(client.chat_delete(channel="C0NEW", ts=posted["ts"])) == "message_not_found"
    assert slack.add_workspace("T0MORE", members=members).channels["C0GENERAL"].members >= {"U0NEW"}


async def test_a_trigger_and_a_home_belong_to_one_workspace(
    slack: Slack, other: Workspace, client: AsyncWebClient, client_of: ClientOf
) -> None:
    trigger = other.triggers.issue()
    assert await failing(client.views_open(trigger_id=trigger, view=MODAL)) == "invalid_trigger_id"
    view = (await client_of(other).views_open(trigger_id=trigger, view=MODAL))["view"]
    assert await failing(client.views_update(view_id=view["id"], view=MODAL)) == "not_found"
    home = {"type": "home", "blocks": MODAL["blocks"]}
    await client_of(other).views_publish(user_id=slack.seller.id, view=home)
    assert (list(other.views.homes), slack.views.homes) == ([slack.seller.id], {})


async def test_commands_presses_views_and_events_say_where(
    slack: Slack, other: Workspace, bot: Bot, session: aiohttp.ClientSession
) -> None:
    answer = await slack.command("/superoffice", "today", user=slack.seller, workspace=other)
    async with session.post(answer.response_url, json={"text": "Here", "blocks": [BUTTON]}) as response:
        assert response.status == 200
    assert slack.messages() == []
    message = await answer.next()
    await slack.press(message, "more")
    await slack.submit({"type": "modal"}, {}, workspace="T0OTHER")
    await slack.event({"type": "team_rename", "name": "x"}, workspace=other)
    command, pressed, submitted, event = bot.heard
    assert (command["team_id"], command["team_domain"]) == ("T0OTHER", "other-sons")
    for payload in (pressed, submitted):
        assert payload["team"] == {"id": "T0OTHER", "domain": "other-sons"}
        assert payload["user"]["team_id"] == "T0OTHER"
        assert (payload["enterprise"], payload["is_enterprise_install"]) == (None, False)
    assert (event["team_id"], event["context_team_id"]) == ("T0OTHER", "T0OTHER")
    (authorization,) = event["authorizations"]
    assert authorization == {
        "enterprise_id": None,
        "team_id": "T0OTHER",
        "user_id": "U0BOT0OTHER",
        "is_bot": True,
        "is_enterprise_install": False,
    }


async def test_a_method_may_fail_for_one_workspace_alone(
    slack: Slack, other: Workspace, client: AsyncWebClient, client_of: ClientOf
) -> None:
    slack.rate_limit("auth.test", team="T0OTHER")
    assert (await client.auth_test())["ok"]
    assert await failing(client_of(other).auth_test()) == "ratelimited"
    slack.invite("C0RANDOM", workspace=other)
    assert other.bot_user in other.channels["C0RANDOM"].members
    assert await failing(client.chat_postMessage(channel="C0RANDOM", text="x")) == "not_in_channel"


async def test_a_token_that_is_no_good_says_why(
    slack: Slack, other: Workspace, client: AsyncWebClient, client_of: ClientOf, bot: Bot
) -> None:
    theirs = client_of(other)
    assert await failing(theirs.auth_test(token="xoxb-unknown")) == "invalid_auth"
    await slack.uninstall(other)
    assert await failing(theirs.auth_test()) == "account_inactive"
    assert (await client.auth_test())["ok"], "of the other"
    slack.install(other)
    again = client_of(other)
    assert again.token != theirs.token
    assert (await again.auth_test())["team_id"] == "T0OTHER"
    assert other.bot_user not in other.channels["C0GENERAL"].members, "it must be invited anew"
    await slack.revoke(other)
    assert await failing(again.auth_test()) == "token_revoked"
    with pytest.raises(LookupError, match="never installed"):
        slack.token(slack.add_workspace("T0BARE", installed=False))
