"""With ``require_slack_sign_in``: a browser proves whose it is, in Slack, before the one-time page shows."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from bot import app
from bot.config import load
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member
from bot.demo.superoffice import SuperOffice
from bot.text import sentence
from tests.conftest import StoppedClock
from tests.e2e.conftest import KEY, button_url, environment, form_of
from tests.sqlite import opened

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # what slack_sdk 3.47 uses


@dataclass
class World:
    """Slack, SuperOffice and a bot between them, and what people do in their browsers."""

    crm: SuperOffice
    slack: Slack
    clock: StoppedClock
    url: str
    database: Path

    async def page(self, user: Member = Slack.seller) -> str:
        """The one-time page's address, as Slack shows it to one user."""
        answer = await self.slack.command("/superoffice", "link", user=user)
        return button_url(await answer.next())

    async def linked(self, user: Member = Slack.seller) -> bool:
        with opened(self.database, Secret(KEY)) as store:
            return await store.links.get(SlackUser(Slack.team, user.id)) is not None


class Browser:
    """A browser that follows redirects itself, as a person's does."""

    def __init__(self, world: World, session: aiohttp.ClientSession) -> None:
        self.world = world
        self.session = session

    async def get(self, url: str) -> tuple[int, str]:
        """Where it ends up, followed to the end."""
        async with self.session.get(url) as response:
            return response.status, await response.text()

    async def leave(self, page: str) -> str:
        """Open the page, sign in to Slack where it leads to; the way back, not yet gone."""
        authorize = await self.step(page)
        return await self.step(authorize)

    async def step(self, url: str) -> str:
        async with self.session.get(url, allow_redirects=False) as response:
            assert response.status in (302, 303), await response.text()
            return response.headers["Location"]

    async def sign_in(self, page: str, user: object = SuperOffice.seller) -> tuple[int, str]:
        """Fill in the form that the page shows."""
        status, text = await self.get(page)
        if status != 200:
            return status, text
        form = form_of(text) | {"username": SuperOffice.seller.login, "password": SuperOffice.seller.password}
        async with self.session.post(page, data=form) as response:
            return response.status, await response.text()


@pytest.fixture
async def world(tmp_path: Path, clock: StoppedClock) -> AsyncIterator[World]:
    config = tmp_path / "bot.toml"
    config.write_text("[linking]\nrequire_slack_sign_in = true\n")
    async with SuperOffice(clock=clock) as crm, Slack(clock=clock) as slack:
        variables = environment(crm, slack, tmp_path / "bot.db", socket_mode=False)
        client = {"SLACK_CLIENT_ID": slack.app.client_id, "SLACK_CLIENT_SECRET": slack.app.client_secret}
        async with app.running(load({**variables, **client, "BOT_CONFIG": str(config)}), clock) as bot:
            slack.bot_url = bot.url
            yield World(crm, slack, clock, bot.url, tmp_path / "bot.db")


@pytest.fixture
async def browser(world: World) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(world, session)


@pytest.fixture
async def other(world: World) -> AsyncIterator[Browser]:
    """Somebody else's browser."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(world, session)


def error(code: str) -> str:
    return sentence(f"error.{code}", command="/superoffice", by="Slack").replace("'", "&#39;")


async def test_linking_by_way_of_slack(world: World, browser: Browser) -> None:
    page = await world.page()
    status, text = await browser.sign_in(page)
    assert status == 200, text
    assert await world.linked()
    asked = parse_qs(urlsplit(await browser.step(await world.page())).query)
    assert (asked["team"], asked["scope"]) == ([Slack.team], ["openid"])


async def test_a_link_that_somebody_sends_links_nobody(world: World, browser: Browser) -> None:
    """Mallory sends her own link to Kianna, who is signed in to Slack as herself, and knows her password."""
    world.slack.browser_user = Slack.seller
    page = await world.page(Slack.manager)
    status, text = await browser.sign_in(page)
    assert (status, error("other-slack-user") in text) == (403, True)
    assert 'name="password"' not in text
    assert "/link/" not in text, "nor a way to try again"
    assert not await world.linked(Slack.manager)
    assert world.crm.calls("AuthenticateUsernamePassword") == []


async def test_the_form_of_somebody_sent_it_cannot_be_posted(
    world: World, browser: Browser, other: Browser
) -> None:
    """Mallory proves herself, and passes on the form, its field and all."""
    world.slack.browser_user = Slack.manager
    page = await world.page(Slack.manager)
    _, text = await browser.get(page)
    form = form_of(text) | {"username": SuperOffice.seller.login, "password": SuperOffice.seller.password}
    async with other.session.post(page, data=form) as response:
        assert (response.status, error("slack-sign-in-needed") in await response.text()) == (403, True)
    assert not await world.linked(Slack.manager)
    assert world.crm.calls("AuthenticateUsernamePassword") == []


async def test_a_way_back_that_somebody_sends_is_of_no_use(
    world: World, browser: Browser, other: Browser
) -> None:
    """Mallory signs in to Slack herself, and sends Kianna where Slack sends her back to."""
    world.slack.browser_user = Slack.manager
    page = await world.page(Slack.manager)
    back = await browser.leave(page)
    status, text = await other.get(back)
    assert (status, error("other-browser") in text) == (403, True)
    world.slack.browser_user = Slack.seller
    status, text = await other.get(page)
    assert error("other-slack-user") in text


Spoil = Callable[[dict[str, str]], dict[str, str]]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda query: query | {"state": "x" * 43}, "state-unknown"),
        (lambda query: query | {"state": ""}, "state-unknown"),
        (lambda query: {"code": query["code"]}, "state-unknown"),
        (lambda query: query | {"code": "1.2.3"}, "wrong-code"),
        (lambda query: {"state": query["state"]}, "consent-denied"),
        (lambda query: {"state": query["state"], "error": "access_denied"}, "consent-denied"),
    ],
)
async def test_a_way_back_that_is_wrong(world: World, browser: Browser, spoil: Spoil, code: str) -> None:
    back = urlsplit(await browser.leave(await world.page()))
    query = {name: values[0] for name, values in parse_qs(back.query).items()}
    status, text = await browser.get(back._replace(query=urlencode(spoil(query))).geturl())
    assert (status, error(code) in text) == (403, True), text


async def test_a_way_back_counts_once(world: World, browser: Browser) -> None:
    back = await browser.leave(await world.page())
    assert (await browser.get(back))[0] == 200
    status, text = await browser.get(back)
    assert (status, error("state-used") in text) == (410, True)


async def test_a_way_back_that_is_late(world: World, browser: Browser) -> None:
    back = await browser.leave(await world.page())
    world.clock.move(minutes=11)
    status, text = await browser.get(back)
    assert (status, error("state-expired") in text) == (410, True)


async def test_a_state_is_of_no_use_on_another_way(world: World, browser: Browser) -> None:
    """That of Sign in with Slack, at SuperOffice's callback."""
    back = urlsplit(await browser.leave(await world.page()))
    status, text = await browser.get(f"{world.url}/oidc/callback?{back.query}")
    assert (status, error("state-unknown") in text) == (403, True)


async def test_a_code_swapped_for_another_sign_in_s(world: World, browser: Browser, other: Browser) -> None:
    """Its id names the nonce of the way that it was given out on."""
    theirs = parse_qs(urlsplit(await other.leave(await world.page(Slack.manager))).query)
    back = urlsplit(await browser.leave(await world.page()))
    state = parse_qs(back.query)["state"][0]
    query = urlencode({"state": state, "code": theirs["code"][0]})
    status, text = await browser.get(back._replace(query=query).geturl())
    assert (status, error("wrong-nonce") in text) == (403, True)
    assert not await world.linked()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("signature", "wrong-signature"),
        ("algorithm", "wrong-signature"),
        ("audience", "wrong-audience"),
        ("issuer", "wrong-issuer"),
        ("nonce", "wrong-nonce"),
        ("expired", "wrong-times"),
        ("team", "other-slack-user"),
        ("user", "other-slack-user"),
    ],
)
async def test_an_identity_that_is_wrong(world: World, browser: Browser, wrong: str, code: str) -> None:
    world.slack.openid.wrong = {wrong}
    status, text = await browser.sign_in(await world.page())
    assert (status, error(code) in text) == (403, True), text
    assert not await world.linked()
    assert world.crm.calls("AuthenticateUsernamePassword") == []


async def test_keys_that_are_rotated_are_asked_for(world: World, browser: Browser) -> None:
    assert (await browser.sign_in(await world.page()))[0] == 200
    world.slack.openid.rotate()
    world.clock.move(minutes=2)
    assert (await browser.sign_in(await world.page()))[0] == 200


async def test_a_slack_that_is_down_is_said(world: World, browser: Browser) -> None:
    back = await browser.leave(await world.page())
    world.slack.fail("openid.connect.token", status=503)
    status, text = await browser.get(back)
    assert (status, sentence("error.slack-failed", command="/superoffice") in text) == (503, True)
