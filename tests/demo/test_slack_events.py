"""What Slack tells of itself: the app is gone, a token is revoked, somebody changes or comes."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member
from tests.demo.calling import failing
from tests.demo.hearing import Bot


@pytest.mark.parametrize(
    "order",
    [
        ("app_uninstalled", "tokens_revoked"),
        ("tokens_revoked", "app_uninstalled"),
        ("tokens_revoked", "app_uninstalled", "app_uninstalled", "tokens_revoked"),
        ("app_uninstalled",),
    ],
)
async def test_who_uninstalls_is_told_of_in_any_order(
    slack: Slack, bot: Bot, client: AsyncWebClient, order: tuple[str, ...]
) -> None:
    slack.installs.permit(slack.workspace, "U0MANAGER", ["users:read"])
    answers = await slack.uninstall(order=order)
    assert [answer.acknowledged for answer in answers] == [True] * len(order)
    bodies = bot.heard
    assert [body["event"]["type"] for body in bodies] == list(order)
    assert len({body["event_id"] for body in bodies}) == len(order)
    for body in bodies:
        assert (body["team_id"], body["api_app_id"], body["type"]) == (
            *("T0DEMO", "A0SUPEROFFICE", "event_callback"),
        )
        assert "authorizations" not in body, "as nothing is authorized any more"
        if body["event"]["type"] == "tokens_revoked":
            assert body["event"]["tokens"] == {"oauth": ["U0MANAGER"], "bot": ["U0BOT"]}
    assert await failing(client.auth_test()) == "account_inactive"


async def test_an_event_is_delivered_again_as_the_same_event(slack: Slack, bot: Bot) -> None:
    answer = await slack.event({"type": "team_rename", "name": "New"})
    await slack.redeliver(answer, retry=2)
    (first, again), (headers, _) = bot.heard, bot.requests[-1]
    assert first == again
    assert headers["X-Slack-Retry-Num"] == "2"


async def test_tokens_are_revoked_without_uninstalling(
    slack: Slack, bot: Bot, client: AsyncWebClient
) -> None:
    person = slack.installs.permit(slack.workspace, "U0SELLER", ["users:read"])
    await slack.revoke(bot=False)
    assert bot.heard[-1]["event"]["tokens"] == {"oauth": ["U0SELLER"], "bot": []}
    assert bot.heard[-1]["authorizations"][0]["user_id"] == "U0BOT", "the app is still there"
    assert await failing(client.auth_test(token=person.token)) == "token_revoked"
    assert (await client.auth_test())["ok"]
    await slack.revoke()
    assert bot.heard[-1]["event"]["tokens"] == {"oauth": [], "bot": ["U0BOT"]}
    assert await failing(client.auth_test()) == "token_revoked"


async def test_an_app_revokes_its_own_token(slack: Slack, client: AsyncWebClient) -> None:
    assert (await client.auth_revoke(test=True))["revoked"] is False
    assert (await client.auth_revoke())["revoked"] is True
    assert await failing(client.auth_revoke()) == "token_revoked"
    assert slack.workspace.bot_user not in slack.workspace.channels["C0GENERAL"].members


async def test_an_app_uninstalls_itself(
    slack: Slack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    ids = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}
    assert await failing(client.apps_uninstall(**{**ids, "client_secret": "x"})) == "bad_client_secret"
    assert (await client.apps_uninstall(**ids))["ok"]
    assert await failing(client.auth_test()) == "account_inactive"


async def test_somebody_leaves_becomes_a_guest_or_comes(
    slack: Slack, bot: Bot, client: AsyncWebClient
) -> None:
    other = slack.add_workspace("T0OTHER")
    await slack.change(slack.seller, deleted=True, workspace="T0OTHER")
    await slack.change("U0MANAGER", is_admin=False, is_restricted=True, tz="Asia/Tokyo")
    await slack.join(Member("U0NEW", "nina", "Nina Ny", "nina@example.net"), workspace=other)
    left, guest, new = bot.heard
    assert (left["team_id"], left["event"]["type"]) == ("T0OTHER", "user_change")
    assert left["event"]["user"]["deleted"] is True
    assert left["authorizations"][0]["team_id"] == "T0OTHER"
    user = guest["event"]["user"]
    assert guest["team_id"] == "T0DEMO"
    assert (user["is_restricted"], user["is_admin"], user["is_owner"]) == (True, False, True)
    assert (user["tz"], user["profile"]["email"]) == ("Asia/Tokyo", "per.lund@example.com")
    assert (new["team_id"], new["event"]["type"]) == ("T0OTHER", "team_join")
    assert new["event"]["user"]["team_id"] == "T0OTHER"
    assert "U0NEW" in other.channels["C0GENERAL"].members
    assert (await client.users_info(user="U0SELLER"))["user"]["deleted"] is False, "of the other workspace"
    assert await failing(client.users_info(user="U0NEW")) == "user_not_found"
