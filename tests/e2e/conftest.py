"""The real bot between the demo's SuperOffice and the demo's Slack, over real sockets."""

import base64
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot import app
from bot.config import load
from bot.demo.slack import Slack
from bot.demo.slack.answers import Answer
from bot.demo.slack.workspace import Member, Message
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.cast import User
from tests.databases import fresh_database

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.fixture
async def crm() -> AsyncIterator[SuperOffice]:
    """A SuperOffice."""
    async with SuperOffice() as server:
        yield server


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A Slack workspace."""
    async with Slack() as server:
        yield server


@dataclass
class World:
    """Everything there is, and what people do in it."""

    crm: SuperOffice
    slack: Slack
    bot: app.Bot
    database: Path

    async def type(self, text: str, user: Member | str = Slack.seller, channel: str = "C0GENERAL") -> Answer:
        """Type a command; it must be acknowledged."""
        answer = await self.slack.command("/superoffice", text, user=user, channel=channel)
        assert answer.acknowledged, (answer.status, answer.error)
        return answer

    async def ask(self, text: str, user: Member | str = Slack.seller) -> Message:
        """Type a command and read the first answer."""
        return await (await self.type(text, user)).next()

    async def link(self, member: Member = Slack.seller, user: User = SuperOffice.seller) -> Message:
        """Link, as one does in a browser; what Slack says then."""
        answer = await self.type("link", member)
        status, page = await self.sign_in(button_url(await answer.next()), user)
        assert status == 200, page
        return await answer.next()

    async def sign_in(self, url: str, user: User, password: str | None = None) -> tuple[int, str]:
        """Open the one-time page and fill it in."""
        return await fill_in(url, user, password)


async def fill_in(url: str, user: User, password: str | None = None) -> tuple[int, str]:
    """Open a one-time page in a browser and sign in there."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(url) as response:
            page = await response.text()
            if response.status != 200:
                return response.status, page
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', page))
        form |= {"username": user.login, "password": user.password if password is None else password}
        async with browser.post(url, data=form) as response:
            return response.status, await response.text()


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', page))


def button_url(message: Message) -> str:
    """Where the message's button leads."""
    (url,) = (str(element["url"]) for _, element in message.elements() if "url" in element)
    return url


def environment(crm: SuperOffice, slack: Slack, database: Path, *, socket_mode: bool) -> dict[str, str]:
    """The variables of a bot between the two."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "SUPEROFFICE_URL": crm.url,
        "SUPEROFFICE_WEB_URL": crm.web_url,
        "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
        "BOT_DATABASE": str(database),
        "BOT_SECRET_KEY": KEY,
        "BOT_LISTEN": "127.0.0.1:0",
        **({"SLACK_APP_TOKEN": slack.app_token} if socket_mode else {}),
    }


Start = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture
def start(crm: SuperOffice, slack: Slack, tmp_path: Path) -> Start:
    """Start a bot; what is named overrides its variables."""

    @asynccontextmanager
    async def starting(*, socket_mode: bool = False, **variables: str) -> AsyncIterator[World]:
        database = tmp_path / "bot.db"
        if not database.exists():
            fresh_database(database)
        environ = environment(crm, slack, database, socket_mode=socket_mode)
        async with app.running(load({**environ, **variables})) as bot:
            slack.bot_url = bot.url
            yield World(crm, slack, bot, database)

    return starting


@pytest.fixture
async def world(start: Start) -> AsyncIterator[World]:
    """A running bot, over HTTP."""
    async with start() as running:
        yield running
