"""Installing by OAuth: the page in a browser, the code, and the token for it; slack_sdk is the app."""

import base64
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.browser import Page
from bot.demo.clock import TestClock
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Workspace
from tests.demo.calling import failing

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # what slack_sdk 3.47 uses

CALLBACK = "https://bot.example.com/slack/oauth_redirect"
SCOPES = ["chat:write", "commands"]


@pytest.fixture
async def slack(clock: TestClock) -> AsyncIterator[Slack]:
    async with Slack(clock=clock, installed=False) as slack:
        yield slack


@pytest.fixture
def other(slack: Slack) -> Workspace:
    return slack.add_workspace("T0OTHER", "Other", installed=False)


@pytest.fixture
def client(slack: Slack, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(base_url=slack.api_url, session=session)


def address(slack: Slack, **more: Any) -> str:
    return f"{slack.authorize_url}?" + urlencode(
        {"client_id": slack.app.client_id, "scope": ",".join(SCOPES), "redirect_uri": CALLBACK, **more}
    )


async def came_back(session: aiohttp.ClientSession, url: str) -> dict[str, str]:
    """What the app gets with the browser that comes back."""
    async with session.get(url, allow_redirects=False) as response:
        assert response.status == 302, await response.text()
        location = response.headers["Location"]
    assert location.startswith(f"{CALLBACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def code_for(slack: Slack, session: aiohttp.ClientSession, where: Workspace) -> str:
    slack.approve = where
    return (await came_back(session, address(slack)))["code"]


def client_of(slack: Slack) -> dict[str, str]:
    return {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}


async def test_an_install_ends_with_a_bot_token_of_that_workspace(
    slack: Slack, other: Workspace, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    generator = AuthorizeUrlGenerator(
        client_id=slack.app.client_id,
        redirect_uri=CALLBACK,
        scopes=SCOPES,
        authorization_url=slack.authorize_url,
    )
    slack.approve, slack.browser_user = other, slack.manager
    got = await came_back(session, generator.generate("the-state"))
    assert got["state"] == "the-state"
    answer = await client.oauth_v2_access(**client_of(slack), code=got["code"], redirect_uri=CALLBACK)
    assert isinstance(answer.data, dict)
    token = answer.data.pop("access_token")
    assert answer.data == {
        "ok": True,
        "app_id": "A0SUPEROFFICE",
        "authed_user": {"id": "U0MANAGER"},
        "scope": "chat:write,commands",
        "token_type": "bot",
        "bot_user_id": other.bot_user,
        "team": {"id": "T0OTHER", "name": "Other"},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    installed = AsyncWebClient(token, base_url=slack.api_url, session=session)
    assert (await installed.auth_test())["team_id"] == "T0OTHER"
    assert await failing(installed.users_list()) == "missing_scope"
    assert await failing(installed.chat_postMessage(channel="C0GENERAL", text="x")) == "not_in_channel"
    assert (await installed.chat_postMessage(channel="U0SELLER", text="x"))["ok"]
    (call,) = slack.calls("oauth.v2.access")
    assert set(call.arguments) == {"client_id", "redirect_uri"}, "no code, no secret"


async def test_the_page_asks_and_is_answered(
    slack: Slack, other: Workspace, session: aiohttp.ClientSession
) -> None:
    async with session.get(address(slack, state="s", team="T0OTHER")) as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
        page = Page(response.status, str(response.url), await response.text())
    assert page.tree.get("lang") == "en"
    assert page.words.startswith("Install SuperOffice in workspace Other")
    assert "chat:write commands" in page.words
    assert page.tree.xpath("//select/option/@value") == ["T0OTHER", "T0DEMO"]
    assert page.tree.xpath("//label/@for") == page.tree.xpath("//select/@id")
    action, fields = page.filled({"where": "T0OTHER", "decision": "allow"})
    async with session.post(action, data=fields, allow_redirects=False) as response:
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        assert (response.status, set(query), query["state"]) == (302, {"code", "state"}, ["s"])
    _, fields = page.filled({"where": "T0OTHER", "decision": "cancel"})
    async with session.post(action, data=fields, allow_redirects=False) as response:
        assert response.headers["Location"] == f"{CALLBACK}?error=access_denied&state=s"
    async with session.post(action, data=fields | {"where": "T0NOWHERE", "decision": "allow"}) as response:
        assert response.status == 400


async def test_who_cancels_comes_back_too(slack: Slack, session: aiohttp.ClientSession) -> None:
    slack.browser.decline = True
    assert await came_back(session, address(slack, state="s")) == {"error": "access_denied", "state": "s"}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "chat:write,make:coffee"}, "invalid_scope: make:coffee"),
        ({"redirect_uri": "http://bot.example.com/"}, "bad_redirect_uri"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": f"{CALLBACK}-evil"}, "bad_redirect_uri"),
        ({"redirect_uri": f"{CALLBACK}#x"}, "bad_redirect_uri"),
        ({"team": "T0NOWHERE"}, "invalid_team"),
        ({"state": "<script>", "client_id": "<script>"}, "invalid_client_id"),
    ],
)
async def test_what_is_asked_wrongly_leads_nowhere(
    slack: Slack, session: aiohttp.ClientSession, asked: dict[str, str], why: str
) -> None:
    slack.app.redirect_urls.append(CALLBACK)
    slack.approve = slack.workspace
    async with session.get(address(slack, **asked), allow_redirects=False) as response:
        page = await response.text()
    assert response.status == 400
    assert why in page
    assert "<script>" not in page


async def test_nobody_signed_in_installs_nothing(slack: Slack, session: aiohttp.ClientSession) -> None:
    slack.browser_user = None
    async with session.get(address(slack)) as response:
        assert response.status == 400


async def test_without_a_redirect_uri_it_is_the_apps_first(
    slack: Slack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    slack.approve = slack.workspace
    url = address(slack).replace("redirect_uri", "x")
    async with session.get(url, allow_redirects=False) as response:
        assert response.status == 400, "there is none"
    slack.app.redirect_urls.append(CALLBACK)
    code = (await came_back(session, url))["code"]
    refused = client.oauth_v2_access(**client_of(slack), code=code, redirect_uri=CALLBACK)
    assert await failing(refused) == "bad_redirect_uri"
    assert (await client.oauth_v2_access(**client_of(slack), code=code))["ok"]


async def test_a_code_works_once_for_ten_minutes(
    slack: Slack, client: AsyncWebClient, session: aiohttp.ClientSession, clock: TestClock
) -> None:
    code = await code_for(slack, session, slack.workspace)
    ours = {**client_of(slack), "redirect_uri": CALLBACK}
    assert await failing(client.oauth_v2_access(**{**ours, "client_id": "1.2"}, code=code)) == (
        "invalid_client_id"
    )
    assert await failing(client.oauth_v2_access(**{**ours, "client_secret": "x"}, code=code)) == (
        "bad_client_secret"
    )
    assert await failing(client.oauth_v2_access(**ours, code="x")) == "invalid_code"
    elsewhere = {**ours, "redirect_uri": "https://bot.example.com/"}
    assert await failing(client.oauth_v2_access(**elsewhere, code=code)) == "bad_redirect_uri"
    assert await failing(client.oauth_v2_access(**ours, grant_type="password")) == "invalid_grant_type"
    clock.move(minutes=9, seconds=59)
    assert (await client.oauth_v2_access(**ours, code=code))["ok"]
    assert await failing(client.oauth_v2_access(**ours, code=code)) == "code_already_used"
    late = await code_for(slack, session, slack.workspace)
    clock.move(minutes=10)
    assert await failing(client.oauth_v2_access(**ours, code=late)) == "invalid_code"


async def test_id_and_secret_come_by_form_or_header(slack: Slack, session: aiohttp.ClientSession) -> None:
    url, code = f"{slack.api_url}oauth.v2.access", await code_for(slack, session, slack.workspace)
    for header in ("Basic nonsense", "Basic " + base64.b64encode(b"one").decode()):
        async with session.post(url, data={"code": code}, headers={"Authorization": header}) as response:
            assert (await response.json())["error"] == "invalid_client_id"
    form = {**client_of(slack), "code": code, "redirect_uri": CALLBACK}
    async with session.post(url, data=form) as response:
        assert (await response.json())["ok"] is True


async def test_who_installs_again_keeps_the_token_and_gains_scopes(
    slack: Slack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    tokens = []
    slack.approve = slack.workspace
    for scope in ("commands", "chat:write", "commands"):
        code = (await came_back(session, address(slack, scope=scope)))["code"]
        answer = await client.oauth_v2_access(**client_of(slack), code=code, redirect_uri=CALLBACK)
        tokens.append((answer["access_token"], answer["scope"]))
        if len(tokens) == 2:
            slack.installs.uninstall(slack.workspace)
    assert tokens[0][0] == tokens[1][0] != tokens[2][0]
    assert [scope for _, scope in tokens] == ["commands", "chat:write,commands", "commands"]
    assert slack.bot_token == tokens[2][0]


async def test_a_person_may_give_a_token_of_their_own(
    slack: Slack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    slack.approve = slack.workspace
    code = (await came_back(session, address(slack, scope="", user_scope="users:read")))["code"]
    answer = await client.oauth_v2_access(**client_of(slack), code=code, redirect_uri=CALLBACK)
    assert "access_token" not in answer.data
    user = answer["authed_user"]
    assert (user["id"], user["scope"], user["token_type"]) == ("U0SELLER", "users:read", "user")
    whose = await client.auth_test(token=user["access_token"])
    assert (whose["user_id"], whose["user"]) == ("U0SELLER", "kianna")
    assert "bot_id" not in whose.data
