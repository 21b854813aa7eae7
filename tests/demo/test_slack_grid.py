"""Enterprise Grid: one install, one token, several workspaces of an organization."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.clock import SystemClock
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Channel, Enterprise, Member, Workspace
from tests.demo.calling import failing
from tests.demo.hearing import Bot, listening

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # what slack_sdk 3.47 uses

CALLBACK = "https://bot.example.com/slack/oauth_redirect"
BUTTON = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}}],
}
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Digest"},
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Hello"}}],
}


@pytest.fixture
def grid(slack: Slack) -> Enterprise:
    return slack.add_enterprise("E0GRID", "Grid & Co")


@pytest.fixture
def north(slack: Slack, grid: Enterprise) -> Workspace:
    members = [Member("U0NORA", "nora", "Nora Nord", "nora@example.net", flags=("is_admin",))]
    channels = [Channel("C0NORTH", "north", {"U0NORA", "U0BOT"})]
    return slack.add_workspace("T0NORTH", "North", members=members, channels=channels, enterprise=grid)


@pytest.fixture
def south(slack: Slack, grid: Enterprise) -> Workspace:
    members = [Member("U0SUE", "sue", "Sue South"), Member("U0NORA", "nora", "Nora Nord")]
    channels = [Channel("C0SOUTH", "south", {"U0SUE", "U0BOT"})]
    return slack.add_workspace("T0SOUTH", "South", members=members, channels=channels, enterprise=grid)


@pytest.fixture
def org(slack: Slack, grid: Enterprise, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(slack.token(grid), base_url=slack.api_url, session=session)


async def test_an_install_for_the_whole_organization(slack: Slack, session: aiohttp.ClientSession) -> None:
    grid = slack.add_enterprise("E0NEW", "New & Co", installed=False)
    north = slack.add_workspace("T0NORTH", enterprise=grid, installed=False)
    slack.approve = "E0NEW"
    query = urlencode(
        {"client_id": slack.app.client_id, "scope": "chat:write,users:read", "redirect_uri": CALLBACK}
    )
    async with session.get(f"{slack.authorize_url}?{query}", allow_redirects=False) as response:
        code = parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]
    client = AsyncWebClient(base_url=slack.api_url, session=session)
    answer = await client.oauth_v2_access(
        client_id=slack.app.client_id,
        client_secret=slack.app.client_secret,
        code=code,
        redirect_uri=CALLBACK,
    )
    assert (answer["is_enterprise_install"], answer["team"]) == (True, None)
    assert answer["enterprise"] == {"id": "E0NEW", "name": "New & Co"}
    assert answer["bot_user_id"] == north.bot_user
    org = AsyncWebClient(answer["access_token"], base_url=slack.api_url, session=session)
    assert (await org.auth_test())["ok"], "before any workspace"
    assert await failing(org.users_info(user="U0SELLER")) == "team_access_not_granted"
    grid.granted.add("T0NORTH")
    assert (await org.users_info(user="U0SELLER"))["user"]["team_id"] == "T0NORTH"
    assert await failing(org.chat_postMessage(channel="C0GENERAL", text="x")) == "not_in_channel"


async def test_the_organizations_token(slack: Slack, org: AsyncWebClient, north: Workspace) -> None:
    told = (await org.auth_test()).data
    assert told == {
        "ok": True,
        "url": "https://grid-co.enterprise.slack.example/",
        "team": "Grid & Co",
        "user": "superoffice",
        "team_id": "E0GRID",
        "user_id": "U0BOT0GRID",
        "bot_id": "B0BOT0GRID",
        "enterprise_id": "E0GRID",
        "is_enterprise_install": True,
    }
    assert north.bot_user == "U0BOT0GRID"


async def test_calls_find_their_workspace_by_the_ids(
    slack: Slack, org: AsyncWebClient, north: Workspace, south: Workspace
) -> None:
    assert (await org.users_info(user="U0SUE"))["user"]["team_id"] == "T0SOUTH"
    nora = (await org.users_info(user="U0NORA"))["user"]
    assert nora["enterprise_user"] == {
        "id": "U0NORA",
        "enterprise_id": "E0GRID",
        "enterprise_name": "Grid & Co",
        "is_admin": True,
        "is_owner": False,
        "teams": ["T0NORTH", "T0SOUTH"],
    }
    posted = await org.chat_postMessage(channel="C0SOUTH", text="Hello")
    await org.chat_update(channel="C0SOUTH", ts=posted["ts"], text="Changed")
    assert [message.text for message in slack.messages(workspace=south)] == ["Changed"]
    assert slack.messages(workspace=north) == []
    view = (await org.views_open(trigger_id=south.triggers.issue(), view=MODAL))["view"]
    assert (await org.views_update(view_id=view["id"], view=MODAL))["ok"]
    assert list(south.views.opened) == [view["id"]]
    await org.views_publish(user_id="U0SUE", view={"type": "home", "blocks": MODAL["blocks"]})
    assert list(south.views.homes) == ["U0SUE"]
    assert (await org.conversations_open(users="U0SUE"))["channel"]["id"] in south.channels
    assert await failing(org.users_info(user="U0SELLER")) == "user_not_found", "of no workspace of it"
    assert await failing(org.chat_postMessage(channel="C0GENERAL", text="x")) == "channel_not_found"


async def test_a_list_needs_the_workspaces_id(
    slack: Slack, org: AsyncWebClient, client: AsyncWebClient, north: Workspace, south: Workspace
) -> None:
    assert await failing(org.users_list()) == "missing_argument"
    assert [each["id"] for each in (await org.users_list(team_id="T0SOUTH"))["members"]] == [
        *("U0SUE", "U0NORA", "U0BOT0GRID")
    ]
    assert await failing(org.users_list(team_id="T0DEMO")) == "team_access_not_granted"
    assert await failing(org.users_info(user="U0SUE", team_id="T0NORTH")) == "user_not_found"
    mine = await client.users_list(team_id="T0SOUTH")
    assert mine["members"][0]["team_id"] == "T0DEMO", "a workspace's token ignores it"


async def test_commands_interactions_and_events_name_the_organization(
    slack: Slack, grid: Enterprise, north: Workspace, bot: Bot, session: aiohttp.ClientSession
) -> None:
    answer = await slack.command("/superoffice", user="U0NORA", channel="C0NORTH", workspace=north)
    async with session.post(answer.response_url, json={"text": "Here", "blocks": [BUTTON]}):
        await slack.press(await answer.next(), "more", user="U0NORA")
    await slack.event({"type": "app_home_opened", "user": "U0NORA"}, workspace=north)
    command, pressed, event = bot.heard
    assert (command["team_id"], command["enterprise_id"], command["enterprise_name"]) == (
        *("T0NORTH", "E0GRID", "Grid & Co"),
    )
    assert command["is_enterprise_install"] == "true"
    assert (pressed["team"]["id"], pressed["enterprise"]) == (
        *("T0NORTH", {"id": "E0GRID", "name": "Grid & Co"}),
    )
    assert pressed["is_enterprise_install"] is True
    assert (event["team_id"], event["enterprise_id"]) == ("T0NORTH", "E0GRID")
    assert (event["context_team_id"], event["context_enterprise_id"]) == ("T0NORTH", "E0GRID")
    assert event["authorizations"] == [
        {
            "enterprise_id": "E0GRID",
            "team_id": "T0NORTH",
            "user_id": "U0BOT0GRID",
            "is_bot": True,
            "is_enterprise_install": True,
        }
    ]


async def test_one_workspace_of_an_organization_may_install_alone(slack: Slack, bot: Bot) -> None:
    grid = slack.add_enterprise("E0GRID", installed=False)
    alone = slack.add_workspace("T0ALONE", enterprise=grid)
    await slack.command("/superoffice", workspace=alone)
    assert (bot.heard[0]["enterprise_id"], bot.heard[0]["is_enterprise_install"]) == ("E0GRID", "false")
    assert slack.token(alone)
    with pytest.raises(LookupError):
        slack.token(grid)


async def test_an_admin_adds_the_app_to_a_workspace_and_removes_it(
    slack: Slack, org: AsyncWebClient, north: Workspace, south: Workspace, bot: Bot
) -> None:
    await slack.withdraw(south)
    assert await failing(org.users_list(team_id="T0SOUTH")) == "team_access_not_granted"
    await slack.grant("T0SOUTH")
    assert (await org.users_list(team_id="T0SOUTH"))["ok"]
    assert await failing(org.chat_postMessage(channel="C0SOUTH", text="x")) == "not_in_channel"
    assert [(each["event"]["type"], each["event"]["team_ids"]) for each in bot.heard] == [
        ("team_access_revoked", ["T0SOUTH"]),
        ("team_access_granted", ["T0SOUTH"]),
    ]
    assert {each["team_id"] for each in bot.heard} == {None}
    assert bot.heard[0]["authorizations"][0]["is_enterprise_install"] is True
    with pytest.raises(LookupError, match="no organization"):
        await slack.grant(slack.workspace)


async def test_an_organization_uninstalls(
    slack: Slack, org: AsyncWebClient, grid: Enterprise, north: Workspace, bot: Bot
) -> None:
    await slack.uninstall(grid, order=("tokens_revoked", "app_uninstalled"))
    assert [(each["enterprise_id"], each["team_id"], each["event"]["type"]) for each in bot.heard] == [
        ("E0GRID", None, "tokens_revoked"),
        ("E0GRID", None, "app_uninstalled"),
    ]
    assert bot.heard[0]["event"]["tokens"] == {"oauth": [], "bot": ["U0BOT0GRID"]}
    assert not any("authorizations" in each for each in bot.heard)
    assert await failing(org.auth_test()) == "account_inactive"
    assert grid.granted == set()


async def test_bolt_is_told_which_install_it_serves() -> None:
    asked: list[Any] = []

    async def authorize(enterprise_id: str, team_id: str, context: Any) -> AuthorizeResult:
        asked.append((enterprise_id, team_id, context.is_enterprise_install))
        token = slack.token(grid)
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    async with Slack(clock=SystemClock()) as slack:
        grid = slack.add_enterprise("E0GRID")
        north = slack.add_workspace("T0NORTH", enterprise=grid)
        client = AsyncWebClient(base_url=slack.api_url)
        app = AsyncApp(client=client, signing_secret=slack.signing_secret, authorize=authorize)

        @app.command("/superoffice")
        async def command(ack: Any, client: AsyncWebClient) -> None:
            await ack(text=str((await client.auth_test())["team_id"]))

        async with listening(app.server().handle_post_requests) as slack.bot_url:
            answer = await slack.command("/superoffice", workspace=north)
            assert (await answer.next()).text == "E0GRID"
    assert asked == [("E0GRID", "T0NORTH", True)]
