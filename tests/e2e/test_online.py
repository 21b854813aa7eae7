"""SuperOffice CRM Online: to its sign-in page and back, in a browser; tokens, consent, hosts that move."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from bot import app
from bot.config import load
from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import Secret
from bot.demo.online import Online
from bot.demo.online.identity import Flaw
from bot.demo.slack import Slack
from bot.demo.slack.answers import Answer
from bot.demo.slack.workspace import Member, Message
from bot.demo.superoffice.cast import User
from bot.text import sentence
from tests.conftest import NOW, StoppedClock
from tests.e2e.conftest import KEY, button_url
from tests.e2e.test_main_job import said
from tests.sqlite import opened


@dataclass
class World:
    """A seller, her browser, and a bot between Slack and SuperOffice CRM Online."""

    online: Online
    slack: Slack
    clock: StoppedClock
    url: str
    browser: aiohttp.ClientSession

    async def ask(self, text: str) -> Message:
        """Type a command and read the first answer."""
        answer = await self.slack.command("/superoffice", text)
        assert answer.acknowledged
        return await answer.next()

    async def page(self) -> str:
        """The one-time page's address."""
        return button_url(await self.ask("link"))

    async def leave(self, page: str) -> str:
        """Open the one-time page, and sign in where it leads to; the way back."""
        async with self.browser.get(page, allow_redirects=False) as response:
            assert response.status == 303, await response.text()
            authorize = response.headers["Location"]
        async with self.browser.get(authorize, allow_redirects=False) as response:
            assert response.status in (302, 303), await response.text()
            return response.headers["Location"]

    async def open(self, url: str) -> tuple[int, str]:
        """Open an address of the bot's."""
        async with self.browser.get(url) as response:
            return response.status, await response.text()

    async def link(self) -> tuple[int, str]:
        """All of it."""
        return await self.open(await self.leave(await self.page()))


@pytest.fixture
async def world(tmp_path: Path, clock: StoppedClock) -> AsyncIterator[World]:
    """A running bot with an online tenant, where the seller is signed in to SuperOffice already."""
    async with (
        Online(clock=clock) as online,
        Slack(clock=clock) as slack,
        running(online, slack, clock, tmp_path) as url,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
    ):
        online.consent = online.seller
        yield World(online, slack, clock, url, browser)


@asynccontextmanager
async def running(
    online: Online, slack: Slack, clock: StoppedClock, folder: Path, **variables: str
) -> AsyncIterator[str]:
    """The bot."""
    environ = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "SUPEROFFICE_TENANT": online.tenant.name,
        "SUPEROFFICE_ENVIRONMENT": online.url,
        "SUPEROFFICE_CLIENT_ID": online.client_id,
        "SUPEROFFICE_APP_TOKEN": online.client_secret,
        "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
        "BOT_DATABASE": str(folder / "bot.db"),
        "BOT_SECRET_KEY": KEY,
        "BOT_LISTEN": "127.0.0.1:0",
    }
    async with app.running(load(environ | variables), clock) as bot:
        slack.bot_url = bot.url
        online.redirect_uris[:] = [f"{bot.url}/oidc/callback"]
        yield bot.url


def with_query(url: str, **changes: str) -> str:
    """An address with other values in its query; an empty one is left out."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return parts._replace(query=urlencode({name: value for name, value in query.items() if value})).geturl()


def error(code: str) -> str:
    """What the page says of an error."""
    return sentence(f"error.{code}", command="/superoffice", state="", by="SuperOffice")


async def test_linking_and_asking(world: World) -> None:
    offered = await world.slack.command("/superoffice", "since 2w")
    page = button_url(await offered.next())
    status, text = await world.open(await world.leave(page))
    assert status == 200, text
    assert "Kianna Ledner" in text
    assert "Linked as Kianna Ledner" in said(await offered.next())
    answer = await offered.next()
    assert "20 companies" in answer.text
    assert world.online.tenant.endpoint in str(answer.blocks), "links lead to where the tenant is"
    (asked,) = world.online.authorizations
    assert (asked.login_hint, asked.challenge is not None) == ("kianna.ledner@example.com", True)
    assert sum(world.online.exchanges.values()) == 1
    assert sentence("me.renews") in said(await world.ask("me"))


async def test_a_preview_of_the_page_uses_nothing_up(world: World) -> None:
    page = await world.page()
    for _ in range(30):
        async with aiohttp.ClientSession() as crawler, crawler.get(page, allow_redirects=False) as response:
            assert response.status == 303
    assert (await world.open(await world.leave(page)))[0] == 200


@pytest.mark.parametrize(
    ("flaw", "code"),
    [
        (Flaw.SIGNATURE, "wrong-signature"),
        (Flaw.UNKNOWN_KEY, "wrong-signature"),
        (Flaw.UNSIGNED, "wrong-signature"),
        (Flaw.HMAC, "wrong-signature"),
        (Flaw.MISSING, "wrong-signature"),
        (Flaw.AUDIENCE, "wrong-audience"),
        (Flaw.ISSUER, "wrong-issuer"),
        (Flaw.NONCE, "wrong-nonce"),
        (Flaw.TENANT, "wrong-tenant"),
        (Flaw.EXPIRED, "wrong-times"),
        (Flaw.EARLY, "wrong-times"),
    ],
)
async def test_an_identity_that_is_wrong_links_nobody(world: World, flaw: Flaw, code: str) -> None:
    page = await world.page()
    world.online.flaw = flaw
    status, text = await world.open(await world.leave(page))
    assert (status, error(code) in text) == (403, True), text
    assert "You are not linked" in said(await world.ask("me"))
    world.online.flaw = None
    async with world.browser.get(page, allow_redirects=False) as response:
        assert response.status == 303, "the page is still good"
    assert (await world.open(await world.leave(page)))[0] == 200


async def test_a_state_that_is_wrong(world: World) -> None:
    back = await world.leave(await world.page())
    status, text = await world.open(with_query(back, state="x" * 43))
    assert (status, error("state-unknown") in text) == (403, True)
    status, text = await world.open(with_query(back, state=""))
    assert (status, error("state-unknown") in text) == (403, True)
    assert sum(world.online.exchanges.values()) == 0
    assert (await world.open(back))[0] == 200
    status, text = await world.open(back)
    assert (status, error("state-used") in text) == (410, True)


async def test_a_state_that_expired(world: World) -> None:
    back = await world.leave(await world.page())
    world.clock.move(minutes=11)
    status, text = await world.open(back)
    assert (status, error("state-expired") in text) == (410, True)


async def test_a_state_of_another_browser(world: World) -> None:
    """Somebody sends the way back, with a code of their own, to a victim; or steals it."""
    back = await world.leave(await world.page())
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as victim, victim.get(back) as response:
        assert response.status == 403
        assert error("other-browser") in await response.text()
    assert sum(world.online.exchanges.values()) == 0
    assert (await world.open(back))[0] == 200


async def test_a_state_swapped_for_another_persons(world: World) -> None:
    """A colleague's way back, in this browser; or one's own code with the colleague's state."""
    own = await world.leave(await world.page())
    offered = await (await world.slack.command("/superoffice", "link", user=Slack.colleague)).next()
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as elsewhere:
        theirs = await World(world.online, world.slack, world.clock, world.url, elsewhere).leave(
            button_url(offered)
        )
    other_state = parse_qs(urlsplit(theirs).query)["state"][0]
    for url in (theirs, with_query(own, state=other_state)):
        status, text = await world.open(url)
        assert (status, error("other-browser") in text) == (403, True)
    assert sum(world.online.exchanges.values()) == 0
    assert (await world.open(own))[0] == 200


async def test_a_code_that_was_used_already(world: World) -> None:
    """It comes back with a state of its own, from the same browser."""
    first = await world.leave(await world.page())
    assert (await world.open(first))[0] == 200
    code = parse_qs(urlsplit(first).query)["code"][0]
    status, text = await world.open(with_query(await world.leave(await world.page()), code=code))
    assert (status, error("wrong-code") in text) == (403, True)


async def test_a_code_that_expired(tmp_path: Path, clock: StoppedClock) -> None:
    """SuperOffice's live for ten minutes; the page may live longer."""
    config = tmp_path / "bot.toml"
    config.write_text("[linking]\nlifetime_minutes = 30\n")
    async with (
        Online(clock=clock) as online,
        Slack(clock=clock) as slack,
        running(online, slack, clock, tmp_path, BOT_CONFIG=str(config)) as url,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
    ):
        online.consent = online.seller
        world = World(online, slack, clock, url, browser)
        back = await world.leave(await world.page())
        clock.move(minutes=11)
        status, text = await world.open(back)
        assert (status, error("wrong-code") in text) == (403, True)


def test_each_kind_of_bad_input_has_its_own_sentence() -> None:
    states = ("state-unknown", "state-used", "state-expired", "other-browser")
    wrong = ("code", "signature", "audience", "issuer", "nonce", "tenant", "times")
    said_ = [error(code) for code in (*states, *(f"wrong-{kind}" for kind in wrong), "consent-denied")]
    assert len(set(said_)) == len(said_)


@pytest.mark.parametrize("code", ["", "x" * 40])
async def test_a_code_that_is_wrong(world: World, code: str) -> None:
    page = await world.page()
    status, text = await world.open(with_query(await world.leave(page), code=code))
    assert (status, error("wrong-code" if code else "consent-denied") in text) == (403, True)
    again = re.search(r'href="(/link/[^"]+)"', text)
    assert again
    assert (await world.open(await world.leave(f"{world.url}{again[1]}")))[0] == 200


async def test_a_code_swapped_for_another_sign_ins(world: World) -> None:
    """Its id_token has the other's nonce, and its verifier does not fit."""
    first = await world.leave(await world.page())
    code = parse_qs(urlsplit(first).query)["code"][0]
    second = await world.leave(await world.page())
    status, text = await world.open(with_query(second, code=code))
    assert (status, error("wrong-code") in text) == (403, True)


async def test_who_denies_is_told_so_and_may_try_again(world: World) -> None:
    page = await world.page()
    world.online.consent = "deny"
    status, text = await world.open(await world.leave(page))
    assert (status, error("consent-denied") in text) == (403, True)
    world.online.consent = world.online.seller
    assert (await world.open(await world.leave(page)))[0] == 200


async def test_a_colleague_to_whom_the_link_was_sent_links_nobody(world: World) -> None:
    """The e-mail address is not the Slack profile's."""
    world.online.consent = world.online.colleague
    status, text = await world.link()
    assert (status, error("link-email-mismatch")[:20] in text) == (403, True)
    assert "You are not linked" in said(await world.ask("me"))


async def test_a_token_is_renewed_in_time_and_once_for_all_who_wait(world: World) -> None:
    await world.link()
    world.clock.move(minutes=56)
    world.online.login_gate.close()
    answers = [await world.slack.command("/superoffice", "since 2w") for _ in range(5)]
    await world.online.login_gate.reached(1)
    world.online.login_gate.open()
    for answer in answers:
        assert "20 companies" in (await answer.next(10)).text
    assert sum(world.online.refreshes.values()) == 1
    world.clock.move(hours=20)
    assert "compan" in (await world.ask("since 2w")).text


async def test_a_token_that_ended_is_no_sign_in_that_ended(world: World) -> None:
    """It is renewed when something is asked for."""
    await world.link()
    world.clock.move(hours=3)
    assert sentence("me.renews") in said(await world.ask("me"))
    assert "compan" in (await world.ask("since 2w")).text


async def test_an_app_that_is_refused_is_nobodys_sign_in_that_is_over_and_admins_hear_once(
    world: World,
) -> None:
    await world.link()
    world.clock.move(hours=1)
    secret, world.online.application.client_secret = world.online.client_secret, "another"
    for _ in range(3):
        assert sentence("error.app-refused") in (await world.ask("today")).text
    (told,) = [message for message in world.slack.messages() if "does not accept this app" in message.text]
    assert world.slack.workspace.channels[told.channel].user == Slack.manager.id
    world.online.application.client_secret = secret
    assert "compan" in (await world.ask("since 2w")).text


async def test_a_token_that_is_refused_is_renewed(world: World) -> None:
    await world.link()
    world.online.expire_tokens()
    assert "20 companies" in (await world.ask("since 2w")).text
    assert sum(world.online.refreshes.values()) == 1


async def test_a_consent_that_is_withdrawn(world: World) -> None:
    await world.link()
    world.online.revoke(world.online.seller)
    world.clock.move(hours=1)
    offer = await world.ask("since 2w")
    assert sentence("ended.withdrawn") in said(offer)
    assert (await world.open(await world.leave(button_url(offer))))[0] == 200


async def test_a_tenant_that_moves_is_found(world: World) -> None:
    await world.link()
    await world.ask("today")
    world.online.move()
    assert "20 companies" in (await world.ask("since 2w")).text
    state = [asked for asked in world.online.requests if asked.name == "state"]
    assert len(state) == 2, "once at first, once after the 421"


@pytest.mark.parametrize("state", ["OfflineMaintenance", "Suspended", "Deleted"])
async def test_a_tenant_that_is_away(world: World, state: str) -> None:
    await world.link()
    world.clock.move(minutes=59)
    world.online.state = state
    world.clock.move(hours=1)
    failed = await world.ask("today")
    assert sentence("error.crm-away", state=state) in failed.text
    world.online.state = "Running"
    world.clock.move(minutes=2)
    assert "compan" in (await world.ask("since 2w")).text


async def test_no_other_domain_is_ever_called(world: World) -> None:
    """Nothing listens there: a call would fail, and be told as that."""
    world.online.endpoint = "http://localhost:1/Cust12345"
    status, text = await world.link()
    assert (status, error("crm-foreign-host") in text) == (503, True)
    world.online.endpoint = None
    world.clock.move(minutes=5)
    assert (await world.link())[0] == 200
    world.online.endpoint = "http://localhost:1/Cust12345"
    world.clock.move(hours=2)
    assert "20 companies" in (await world.ask("since 2w")).text, "where it was, it still is"


async def test_a_wrong_application_token_ends_no_sign_in(world: World, tmp_path: Path) -> None:
    """It arrives exactly like an expired ticket."""
    await world.link()
    world.online.tenant.faults.set(exception_type="SuperOffice.Exceptions.SoSessionException")
    assert sentence("error.crm-refused") in (await world.ask("today")).text
    world.online.tenant.faults.clear()
    assert "20 companies" in (await world.ask("since 2w")).text


@pytest.mark.long
async def test_a_thousand_tokens_that_expire_in_the_same_minute(tmp_path: Path, clock: StoppedClock) -> None:
    """One refresh each, not many at once, and every command answered."""
    config = tmp_path / "bot.toml"
    config.write_text("[commands]\nworkers = 64\nqueue_size = 2000\nseconds = 120\n")
    async with (
        Online(clock=clock) as online,
        Slack(clock=clock) as slack,
        running(online, slack, clock, tmp_path, BOT_CONFIG=str(config)),
    ):
        users = online.add_users(1000)
        members = [await linked(online, slack, tmp_path, user, number) for number, user in enumerate(users)]
        clock.move(minutes=56)
        hands = asyncio.Semaphore(50)  # Slack waits three seconds for each acknowledgement

        async def ask(member: Member) -> Answer:
            async with hands:
                answer = await slack.command("/superoffice", "since 60d", user=member)
            assert answer.acknowledged, answer.error
            return answer

        answers = await asyncio.gather(*map(ask, members))
        texts = [await final(answer) for answer in answers]
        assert [text for text in texts if "compan" not in text] == []
        assert sorted(online.refreshes.values()) == [1] * 1000
        assert online.host.connections_peak <= 20, "so many at once and no more"


async def final(answer: Answer) -> str:
    """What is said in the end, after that it takes longer."""
    while True:
        text = (await answer.next(120)).text
        if "Still asking" not in text:
            return text


async def linked(online: Online, slack: Slack, folder: Path, user: User, number: int) -> Member:
    """A user who linked an hour ago, almost."""
    member = Member(f"U0MANY{number:04}", user.login.lower(), user.full_name, user.email)
    slack.workspace.members[member.id] = member
    who = SlackUser(slack.workspace.id, member.id)
    principal = Principal(user.associate_id, user.person_id, user.full_name, user.login, user.email)
    with opened(folder / "bot.db", Secret(KEY)) as store:
        await store.links.put(
            Link(
                *(who, "onsite", principal, NOW, NOW, Secret(online.access_token(user))),
                refresh_token=Secret(online.refresh_token(user)),
                token_expires_at=NOW + timedelta(hours=1),
            )
        )
    return member
