"""Sign in with Slack: slack_sdk fetches the id, joserfc checks it against the published keys."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import OpenIDConnectAuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.clock import TestClock
from bot.demo.slack import Slack
from bot.demo.slack.openid import WRONG

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # what slack_sdk 3.47 uses

CALLBACK = "https://bot.example.com/slack/signed-in"
USER, TEAM = "https://slack.com/user_id", "https://slack.com/team_id"
SignIn = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def sign_in(slack: Slack, session: aiohttp.ClientSession) -> SignIn:
    """Through the browser, to the answer with the id."""

    async def signing_in(team: str | None = None, **how: Any) -> dict[str, Any]:
        generator = OpenIDConnectAuthorizeUrlGenerator(
            client_id=slack.app.client_id,
            redirect_uri=CALLBACK,
            scopes=["openid", "email", "profile"],
            authorization_url=slack.openid_authorize_url,
        )
        url = generator.generate("the-state", nonce="the-nonce", team=team)
        async with session.get(url, allow_redirects=False) as response:
            assert response.status == 302, await response.text()
            query = parse_qs(urlsplit(response.headers["Location"]).query)
        assert query["state"] == ["the-state"]
        client = AsyncWebClient(base_url=slack.api_url, session=session)
        secrets = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret, **how}
        answer = await client.openid_connect_token(**secrets, code=query["code"][0], redirect_uri=CALLBACK)
        assert isinstance(answer.data, dict)
        return answer.data

    return signing_in


@pytest.fixture
async def check(slack: Slack, session: aiohttp.ClientSession, clock: TestClock) -> Any:
    """What an app does with the id."""

    async def checking(id_token: str, issuer: str = "https://slack.com") -> dict[str, Any]:
        async with session.get(f"{slack.url}/.well-known/openid-configuration") as response:
            configuration = await response.json()
        assert configuration["issuer"] == slack.openid.issuer
        assert configuration["authorization_endpoint"] == slack.openid_authorize_url
        async with session.get(configuration["jwks_uri"]) as response:
            keys = KeySet.import_key_set(await response.json())
        assert not any(key.is_private for key in keys.keys)
        token = jwt.decode(id_token, keys, algorithms=["RS256"])
        jwt.JWTClaimsRegistry(
            now=int(clock.now().timestamp()),
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": slack.app.client_id},
            nonce={"essential": True, "value": "the-nonce"},
            sub={"essential": True, "value": "U0SELLER"},
            email_verified={"essential": True, "value": True},
            exp={"essential": True},
        ).validate(token.claims)
        if token.claims[TEAM] != "T0DEMO":
            raise ValueError("another workspace")
        return dict(token.claims)

    return checking


async def test_an_id_says_who_and_where(slack: Slack, sign_in: SignIn, check: Any, clock: TestClock) -> None:
    answer = await sign_in()
    assert (answer["ok"], answer["token_type"]) == (True, "Bearer")
    claims = await check(answer["id_token"])
    now = int(clock.now().timestamp())
    assert (claims["iat"], claims["exp"]) == (now, now + 300)
    told = (USER, TEAM, "email", "email_verified", "name", "given_name", "family_name")
    assert [claims[name] for name in told] == [
        *("U0SELLER", "T0DEMO", "kianna.ledner@example.com", True, "Kianna Ledner", "Kianna", "Ledner")
    ]


async def test_the_same_person_signs_in_to_another_workspace(
    slack: Slack, sign_in: SignIn, session: aiohttp.ClientSession
) -> None:
    other = slack.add_workspace("T0OTHER", "Other")
    by_hint = await sign_in(team="T0OTHER")
    slack.browser_user = other.members["U0MANAGER"]
    by_user = await sign_in()
    client = AsyncWebClient(base_url=slack.api_url, session=session)
    users = [
        await client.openid_connect_userInfo(token=answer["access_token"]) for answer in (by_hint, by_user)
    ]
    assert [(user["sub"], user[USER], user[TEAM]) for user in users] == [
        ("U0SELLER", "U0SELLER", "T0OTHER"),
        ("U0MANAGER", "U0MANAGER", "T0OTHER"),
    ]
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.openid_connect_userInfo(token=slack.bot_token)


@pytest.mark.parametrize("wrong", sorted(WRONG))
async def test_an_id_can_be_wrong_in_everything_that_must_be_checked(
    slack: Slack, sign_in: SignIn, check: Any, wrong: str
) -> None:
    slack.openid.wrong.add(wrong)
    bad = (await sign_in())["id_token"]
    slack.openid.wrong.clear()
    assert await check((await sign_in())["id_token"])
    with pytest.raises((JoseError, ValueError)):
        await check(bad)


async def test_the_issuer_may_be_the_demo_and_its_keys_change(
    slack: Slack, sign_in: SignIn, check: Any, clock: TestClock
) -> None:
    slack.openid.issuer = slack.url
    id_token = (await sign_in())["id_token"]
    assert await check(id_token, issuer=slack.url)
    slack.openid.rotate()
    with pytest.raises((JoseError, ValueError)):
        await check(id_token, issuer=slack.url)
    id_token = (await sign_in())["id_token"]
    clock.move(seconds=301)
    with pytest.raises(JoseError):
        await check(id_token, issuer=slack.url)


async def test_an_id_is_given_for_the_apps_secret_alone(slack: Slack, sign_in: SignIn) -> None:
    with pytest.raises(SlackApiError, match="bad_client_secret"):
        await sign_in(client_secret="wrong")
    with pytest.raises(SlackApiError, match="invalid_grant_type"):
        await sign_in(grant_type="password")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"response_type": "token"}, "invalid_response_type"),
        ({"scope": "email"}, "invalid_scope"),
        ({"scope": "openid chat:write"}, "invalid_scope"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": ""}, "bad_redirect_uri"),
        ({"team": "T0NOWHERE"}, "Sign in"),
    ],
)
async def test_what_is_asked_wrongly_leads_nowhere(
    slack: Slack, session: aiohttp.ClientSession, asked: dict[str, str], why: str
) -> None:
    slack.app.redirect_urls.append(CALLBACK)
    right = {"client_id": slack.app.client_id, "scope": "openid", "redirect_uri": CALLBACK}
    query = urlencode({**right, "response_type": "code", **asked})
    async with session.get(f"{slack.openid_authorize_url}?{query}", allow_redirects=False) as response:
        assert (response.status, why in await response.text()) == (400, True)


async def test_who_has_left_or_declines_does_not_sign_in(
    slack: Slack, session: aiohttp.ClientSession
) -> None:
    right = {"client_id": slack.app.client_id, "scope": "openid", "redirect_uri": CALLBACK, "state": "s"}
    url = f"{slack.openid_authorize_url}?{urlencode({**right, 'response_type': 'code'})}"
    await slack.change(slack.seller, deleted=True)
    async with session.get(url, allow_redirects=False) as response:
        assert response.status == 400
    slack.browser_user = None
    async with session.get(url, allow_redirects=False) as response:
        assert response.status == 400
    slack.browser.decline = True
    async with session.get(url, allow_redirects=False) as response:
        assert response.headers["Location"] == f"{CALLBACK}?error=access_denied&state=s"
