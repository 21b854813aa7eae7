"""Two workspaces, an organisation, two SuperOffice tenants, one bot: each gets its own, nothing crosses."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from bot import app
from bot.config import load
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.demo.online import Online
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Enterprise, Member, Message, Workspace
from bot.demo.superoffice import SuperOffice
from bot.text import sentence
from tests.conftest import StoppedClock
from tests.e2e.conftest import KEY, button_url, form_of
from tests.sqlite import connection, opened

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # what slack_sdk 3.47 uses

CONFIG = """
[tenants.oslo]
url = "{crm.url}"
web_url = "{crm.web_url}"
timezone = "Europe/Oslo"
[tenants.online]
tenant = "Cust12345"
environment = "{online.url}"
client_id = "{online.client_id}"
application_token = "{online.client_secret}"
timezone = "Europe/Oslo"
[workspaces.T0DEMO]
tenants = ["oslo"]
[workspaces.T0OTHER]
tenants = ["online"]
admins = ["U0COLLEAGUE"]
[workspaces.E0GRID]
"""


@dataclass
class World:
    """Everything there is."""

    crm: SuperOffice
    online: Online
    slack: Slack
    clock: StoppedClock
    other: Workspace
    grid: Enterprise
    north: Workspace
    south: Workspace
    folder: Path
    url: str = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        environ = {
            "SLACK_CLIENT_ID": self.slack.app.client_id,
            "SLACK_CLIENT_SECRET": self.slack.app.client_secret,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.api_url,
            "BOT_DATABASE": str(self.folder / "bot.db"),
            "BOT_SECRET_KEY": KEY,
            "BOT_LISTEN": "127.0.0.1:0",
            "BOT_CONFIG": str(self.folder / "bot.toml"),
        }
        async with app.running(load(environ), self.clock) as bot:
            self.url = self.slack.bot_url = bot.url
            self.online.consent = self.online.seller
            self.online.redirect_uris[:] = [f"{bot.url}/oidc/callback"]
            yield

    async def install(self, where: Workspace | Enterprise, browser: aiohttp.ClientSession) -> tuple[int, str]:
        """Press Allow, as whoever may."""
        self.slack.approve = where
        async with browser.get(f"{self.url}/slack/install") as response:
            return response.status, await response.text()

    async def way_back(self, where: Workspace | Enterprise, browser: aiohttp.ClientSession) -> str:
        """Where Slack sends the browser back to, not yet gone."""
        self.slack.approve = where
        url = f"{self.url}/slack/install"
        for _ in range(2):
            async with browser.get(url, allow_redirects=False) as response:
                assert response.status in (302, 303), await response.text()
                url = response.headers["Location"]
        return url

    async def ask(self, text: str, where: Workspace, user: Member = Slack.seller) -> Message:
        answer = await self.slack.command("/superoffice", text, user=user, workspace=where)
        assert answer.acknowledged, (answer.status, answer.error)
        return await answer.next()

    async def link_onsite(
        self, message: Message, browser: aiohttp.ClientSession, **named: str
    ) -> tuple[int, str]:
        page = button_url(message)
        async with browser.get(page) as response:
            form = form_of(await response.text())
        who = {"username": SuperOffice.seller.login, "password": SuperOffice.seller.password}
        async with browser.post(page, data=form | who | named) as response:
            return response.status, await response.text()

    async def link_online(self, message: Message, browser: aiohttp.ClientSession) -> tuple[int, str]:
        async with browser.get(button_url(message)) as response:
            return response.status, await response.text()

    def rows(self, table: str) -> list[tuple[object, ...]]:
        with opened(self.folder / "bot.db", Secret(KEY)) as store:
            return connection(store).execute(f"SELECT * FROM {table}").fetchall()


@pytest.fixture
async def world(tmp_path: Path, clock: StoppedClock) -> AsyncIterator[World]:
    """Nothing is installed yet."""
    async with (
        SuperOffice(clock=clock) as crm,
        Online(clock=clock) as online,
        Slack(clock=clock, installed=False) as slack,
    ):
        other = slack.add_workspace("T0OTHER", "Other & Co", installed=False)
        grid = slack.add_enterprise("E0GRID", "Grid & Co", installed=False)
        north = slack.add_workspace("T0NORTH", "North", enterprise=grid, installed=False)
        south = slack.add_workspace("T0SOUTH", "South", enterprise=grid, installed=False)
        (tmp_path / "bot.toml").write_text(CONFIG.format(crm=crm, online=online))
        yield World(crm, online, slack, clock, other, grid, north, south, tmp_path)


@pytest.fixture
async def bot(world: World) -> AsyncIterator[World]:
    """It runs."""
    async with world.running():
        yield world


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


@pytest.fixture
async def stranger() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody else's browser."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def everywhere(world: World, browser: aiohttp.ClientSession) -> None:
    """Install in both workspaces and the organisation, whose admin adds the app to its two."""
    for where in (world.slack.workspace, world.other, world.grid):
        status, page = await world.install(where, browser)
        assert status == 200, page
        assert "Installed in" in page
    for workspace in (world.north, world.south):
        await world.slack.grant(workspace)


async def all_linked(world: World, browser: aiohttp.ClientSession) -> None:
    """The seller of each place, who has the same user id in all of them."""
    await everywhere(world, browser)
    assert (await world.link_onsite(await world.ask("link", world.slack.workspace), browser))[0] == 200
    assert (await world.link_online(await world.ask("link", world.other), browser))[0] == 200
    assert (await world.link_onsite(await world.ask("link oslo", world.north), browser))[0] == 200
    assert (await world.link_online(await world.ask("link online", world.south), browser))[0] == 200


def error(code: str, workspace: str = "") -> str:
    return sentence(code, command="/superoffice", by="Slack", workspace=workspace).replace("'", "&#39;")


def asked(world: World) -> tuple[int, int]:
    """How often each SuperOffice was asked for activities."""
    onsite, online = (each.calls("GetMyActiveContacts") for each in (world.crm, world.online.tenant))
    return len(onsite), len(online)


async def test_each_gets_its_own(bot: World, browser: aiohttp.ClientSession) -> None:
    await all_linked(bot, browser)
    places = {bot.slack.workspace: "oslo", bot.other: "online", bot.north: "oslo", bot.south: "online"}
    for workspace, tenant in places.items():
        before = (
            len(bot.crm.calls("GetMyActiveContacts")),
            len(bot.online.tenant.calls("GetMyActiveContacts")),
        )
        assert "20 companies" in (await bot.ask("since 2w", workspace)).text
        after = asked(bot)
        assert (after[0] - before[0], after[1] - before[1]) == ((1, 0) if tenant == "oslo" else (0, 1))
    assert {call.team for call in bot.slack.calls("users.info")} == {"T0DEMO", "T0OTHER", "E0GRID"}, (
        "each by its own token"
    )
    tokens = [each.token for each in bot.slack.installs.all]
    stored = b"".join(file.read_bytes() for file in bot.folder.glob("bot.db*"))
    assert not [token for token in tokens if token.encode() in stored], "sealed"


async def test_it_knows_them_all_after_a_restart(world: World, browser: aiohttp.ClientSession) -> None:
    async with world.running():
        await all_linked(world, browser)
    async with world.running():
        for workspace in (world.slack.workspace, world.other, world.north, world.south):
            assert "20 companies" in (await world.ask("since 2w", workspace)).text
        assert world.slack.calls("auth.test") == [], "nothing is asked of Slack to know them"


async def test_who_may_choose_is_offered_both_by_buttons(bot: World, browser: aiohttp.ClientSession) -> None:
    await everywhere(bot, browser)
    choice = await bot.ask("since 2w", bot.north)
    assert [element["text"]["text"] for _, element in choice.elements()] == ["Link oslo", "Link online"]
    pressed = await bot.slack.press(choice, "tenant")
    status, page = await bot.link_onsite(await pressed.next(), browser)
    assert status == 200, page
    assert (
        "20 companies" in (await bot.slack.wait(lambda m: "20 companies" in m.text, workspace=bot.north)).text
    )


async def test_the_same_user_id_elsewhere_is_somebody_else(
    bot: World, browser: aiohttp.ClientSession
) -> None:
    await everywhere(bot, browser)
    assert (await bot.link_onsite(await bot.ask("link", bot.slack.workspace), browser))[0] == 200
    for workspace in (bot.other, bot.north, bot.south):
        assert sentence("not-linked.title") in (await bot.ask("me", workspace)).text
    await bot.ask("filter save vip not:me", bot.slack.workspace)
    assert "vip" not in (await bot.ask("filter list", bot.other)).text
    mine = SlackUser("T0DEMO", Slack.seller.id)
    assert [row[:2] for row in bot.rows("links")] == [mine]


async def test_an_admin_of_one_workspace_is_none_of_another(
    bot: World, browser: aiohttp.ClientSession
) -> None:
    await all_linked(bot, browser)
    listed = await bot.ask("admin links", bot.other, Slack.colleague)
    assert str(listed.blocks).count(SuperOffice.seller.full_name) == 1, "of four who are linked"
    for workspace in (bot.slack.workspace, bot.north):
        refused = await bot.ask("admin links", workspace, Slack.colleague)
        assert sentence("error.not-an-admin", command="/superoffice") in refused.text


async def test_a_forged_tenant_links_to_nothing(bot: World, browser: aiohttp.ClientSession) -> None:
    await everywhere(bot, browser)
    refused = await bot.ask("link online", bot.slack.workspace)
    assert "There is no SuperOffice" in refused.text
    choice = await bot.ask("link", bot.north)
    payload = await bot.slack.press(choice, "tenant", choice=None)
    assert payload.acknowledged
    page = button_url(await payload.next())
    async with browser.post(f"{page}?tenant=online", data={"tenant": "online"}) as response:
        assert response.status == 403
    assert bot.rows("links") == []


async def test_a_password_for_a_tenant_that_takes_none(bot: World, browser: aiohttp.ClientSession) -> None:
    """The form of one page, posted to that of an online tenant."""
    await everywhere(bot, browser)
    onsite = button_url(await bot.ask("link", bot.slack.workspace))
    online = button_url(await bot.ask("link", bot.other))
    async with browser.get(onsite) as response:
        form = form_of(await response.text())
    who = {"username": SuperOffice.seller.login, "password": SuperOffice.seller.password}
    async with browser.post(online, data=form | who) as response:
        assert response.status == 403
    assert bot.rows("links") == []
    assert bot.online.tenant.calls("AuthenticateUsernamePassword") == []


# ---------------------------------------------------------------- installing


async def test_a_workspace_that_is_not_named_may_not_install(
    bot: World, browser: aiohttp.ClientSession
) -> None:
    strange = bot.slack.add_workspace("T0STRANGE", installed=False)
    status, page = await bot.install(strange, browser)
    assert status == 403
    assert error("error.workspace-not-welcome", workspace="T0STRANGE") in page
    assert bot.slack.installs.alive(strange) is None, "the token is given back"
    assert bot.rows("installations") == []
    assert (await bot.slack.command("/superoffice", "today", workspace=strange)).status == 403


Spoil = Callable[[dict[str, str]], dict[str, str]]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda query: query | {"state": "x" * 43}, "state-unknown"),
        (lambda query: {"code": query["code"]}, "state-unknown"),
        (lambda query: query | {"code": "1.2.3"}, "wrong-code"),
        (lambda query: {"state": query["state"]}, "consent-denied"),
        (lambda query: {"state": query["state"], "error": "access_denied"}, "consent-denied"),
    ],
)
async def test_a_way_back_that_is_wrong(
    bot: World, browser: aiohttp.ClientSession, spoil: Spoil, code: str
) -> None:
    back = urlsplit(await bot.way_back(bot.other, browser))
    query = {name: values[0] for name, values in parse_qs(back.query).items()}
    async with browser.get(back._replace(query=urlencode(spoil(query))).geturl()) as response:
        page = await response.text()
    assert (response.status, error(f"install.error.{code}") in page) == (403, True), page
    assert bot.rows("installations") == []


async def test_a_way_back_counts_once_and_not_too_late(bot: World, browser: aiohttp.ClientSession) -> None:
    back = await bot.way_back(bot.other, browser)
    async with browser.get(back) as response:
        assert response.status == 200
    async with browser.get(back) as response:
        assert (response.status, error("install.error.state-used") in await response.text()) == (410, True)
    late = await bot.way_back(bot.other, browser)
    bot.clock.move(minutes=11)
    async with browser.get(late) as response:
        assert (response.status, error("install.error.state-expired") in await response.text()) == (410, True)


async def test_a_way_back_is_its_browser_s(
    bot: World, browser: aiohttp.ClientSession, stranger: aiohttp.ClientSession
) -> None:
    back = await bot.way_back(bot.other, browser)
    async with stranger.get(back) as response:
        assert (response.status, error("install.error.other-browser") in await response.text()) == (403, True)
    assert bot.rows("installations") == []


async def test_a_code_counts_once_whatever_the_state(
    bot: World, browser: aiohttp.ClientSession, stranger: aiohttp.ClientSession
) -> None:
    """Somebody's used code with a state of one's own."""
    theirs = urlsplit(await bot.way_back(bot.other, stranger))
    async with stranger.get(theirs.geturl()) as response:
        assert response.status == 200
    mine = parse_qs(urlsplit(await bot.way_back(bot.slack.workspace, browser)).query)
    query = urlencode({"state": mine["state"][0], "code": parse_qs(theirs.query)["code"][0]})
    async with browser.get(theirs._replace(query=query).geturl()) as response:
        assert (response.status, error("install.error.wrong-code") in await response.text()) == (403, True)


@pytest.mark.parametrize("path", ["/slack/openid", "/oidc/callback"])
async def test_an_install_s_state_is_of_no_use_elsewhere(
    bot: World, browser: aiohttp.ClientSession, path: str
) -> None:
    back = urlsplit(await bot.way_back(bot.other, browser))
    async with browser.get(back._replace(path=path).geturl()) as response:
        assert (response.status, error("error.state-unknown") in await response.text()) == (403, True)


async def test_an_app_whose_tokens_rotate_is_refused(
    bot: World, browser: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = bot.slack.api.client_methods["oauth.v2.access"]
    rotating = {"refresh_token": "xoxe-1-x", "expires_in": 43200}
    monkeypatch.setitem(
        bot.slack.api.client_methods, "oauth.v2.access", lambda asked: {**access(asked), **rotating}
    )
    status, page = await bot.install(bot.other, browser)
    assert (status, error("error.install-rotates") in page) == (403, True)
    assert bot.rows("installations") == []


async def test_whoever_begins_too_often_waits(bot: World, browser: aiohttp.ClientSession) -> None:
    for _ in range(20):
        async with browser.get(f"{bot.url}/slack/install", allow_redirects=False) as response:
            assert response.status == 303
    async with browser.get(f"{bot.url}/slack/install", allow_redirects=False) as response:
        assert response.status == 429


# ---------------------------------------------------------------- removing


async def settled(world: World, wanted: Callable[[], bool]) -> None:
    """What happens after the acknowledgement."""
    for _ in range(250):
        if wanted():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


def workspaces_with_links(world: World) -> set[object]:
    return {row[0] for row in world.rows("links")}


@pytest.mark.parametrize(
    "order",
    [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled"), ("tokens_revoked",)],
)
async def test_a_workspace_that_removes_the_app_is_forgotten(
    bot: World, browser: aiohttp.ClientSession, order: tuple[str, ...]
) -> None:
    await all_linked(bot, browser)
    events = await bot.slack.uninstall(bot.other, order=order)
    for event in (*events, *[await bot.slack.redeliver(event) for event in events]):
        assert event.acknowledged, (event.status, event.error)
    await settled(bot, lambda: "T0OTHER" not in workspaces_with_links(bot))
    assert workspaces_with_links(bot) == {"T0DEMO", "T0NORTH", "T0SOUTH"}
    assert {row[0] for row in bot.rows("installations")} == {"T0DEMO", "E0GRID"}
    assert (await bot.slack.command("/superoffice", "today", workspace=bot.other)).status == 403
    assert "20 companies" in (await bot.ask("since 2w", bot.slack.workspace)).text
    why = {row[2]: row[6] for row in bot.rows("audit") if "T0OTHER" in str(row[5])}
    assert {"app.uninstalled", "workspace.forgotten"} <= why.keys()


async def test_an_organisation_that_removes_the_app_is_forgotten(
    bot: World, browser: aiohttp.ClientSession
) -> None:
    await all_linked(bot, browser)
    for event in await bot.slack.uninstall(bot.grid):
        assert event.acknowledged, (event.status, event.error)
    await settled(bot, lambda: workspaces_with_links(bot) == {"T0DEMO", "T0OTHER"})
    assert bot.rows("served_workspaces") == []


async def test_one_workspace_of_an_organisation(bot: World, browser: aiohttp.ClientSession) -> None:
    await all_linked(bot, browser)
    assert (await bot.slack.withdraw(bot.north)).acknowledged
    await settled(bot, lambda: "T0NORTH" not in workspaces_with_links(bot))
    assert "20 companies" in (await bot.ask("since 2w", bot.south)).text


async def test_late_news_of_a_removal_does_not_undo_a_new_install(
    bot: World, browser: aiohttp.ClientSession
) -> None:
    await everywhere(bot, browser)
    events = await bot.slack.uninstall(bot.other)
    await settled(bot, lambda: "T0OTHER" not in {row[0] for row in bot.rows("installations")})
    bot.clock.move(minutes=1)
    assert (await bot.install(bot.other, browser))[0] == 200
    for event in events:
        assert (await bot.slack.redeliver(event)).acknowledged
    assert (await bot.link_online(await bot.ask("link", bot.other), browser))[0] == 200
    assert "20 companies" in (await bot.ask("since 2w", bot.other)).text


async def test_people_s_own_tokens_are_none_of_the_app_s(bot: World, browser: aiohttp.ClientSession) -> None:
    await all_linked(bot, browser)
    assert (await bot.slack.revoke(bot.other, bot=False)).acknowledged
    assert "20 companies" in (await bot.ask("since 2w", bot.other)).text
