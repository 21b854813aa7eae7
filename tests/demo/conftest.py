import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.clock import TestClock
from bot.demo.online import Online
from bot.demo.slack import Slack
from bot.demo.slack.workspace import BOT_USER
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.cast import User
from tests.demo.hearing import Bot, listening

NAMESPACE = "http://www.superoffice.net/ws/crm/NetServer/Services86"
ENVELOPE = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>\
<h:ApplicationToken xmlns:h="{ns}">{application}</h:ApplicationToken>\
<h:Credentials xmlns:h="{ns}"><h:Ticket>{ticket}</h:Ticket></h:Credentials></s:Header>\
<s:Body>{body}</s:Body></s:Envelope>"""
ALL_ACTIONS = "Created Updated NewActivity ActivityCompleted PersonAdded PersonUpdated DocumentAdded"


class Wire:
    """Sends hand-written envelopes, to ``url`` if it is set, else to where the server is."""

    def __init__(self, session: aiohttp.ClientSession, crm: Any, application: str = "") -> None:
        self.session = session
        self.crm = crm
        self.application = application
        self.url = ""

    async def send(self, agent: str, operation: str, envelope: str, **headers: str) -> tuple[int, str]:
        action = f'"{NAMESPACE}/{agent}/{operation}"'
        sent = {"SOAPAction": action, "Content-Type": "text/xml; charset=utf-8"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        url = f"{self.url or self.crm.url}{agent}.svc"
        async with self.session.post(url, data=envelope.encode(), headers=sent) as response:
            return response.status, await response.text()

    async def call(self, agent: str, operation: str, inner: str = "", ticket: str = "") -> tuple[int, str]:
        body = f'<{operation} xmlns="{NAMESPACE}">{inner}</{operation}>'
        envelope = ENVELOPE.format(ns=NAMESPACE, ticket=ticket, body=body, application=self.application)
        return await self.send(agent, operation, envelope)

    async def active(
        self, start: str, actions: str = ALL_ACTIONS, categories: str = "", ticket: str | None = None
    ) -> tuple[int, str]:
        arrays = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
        inner = (
            f"<ActivityStartTime>{start}</ActivityStartTime>"
            f'<ContactCategories xmlns:a="{arrays}">{categories}</ContactCategories>'
            f"<ActionType>{actions}</ActionType>"
        )
        ticket = self.crm.ticket(self.crm.seller) if ticket is None else ticket
        return await self.call("Contact", "GetMyActiveContacts", inner, ticket)


@pytest.fixture
def clock() -> TestClock:
    return TestClock(datetime(2026, 11, 19, 9, 0, tzinfo=UTC))


@pytest.fixture
async def crm(clock: TestClock) -> AsyncIterator[SuperOffice]:
    async with SuperOffice(clock=clock) as crm:
        yield crm


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


@pytest.fixture
def wire(session: aiohttp.ClientSession, crm: SuperOffice) -> Wire:
    return Wire(session, crm)


#: Where the application under test would listen.
BACK = "http://127.0.0.1:3000/signed-in?way=back"


class Client:
    """A browser and an application: what a sign-in to the online edition takes."""

    def __init__(self, session: aiohttp.ClientSession, online: Online) -> None:
        self.session = session
        self.online = online

    async def get(self, path: str) -> Any:
        """The JSON at a path of the login host."""
        async with self.session.get(self.online.url + path) as response:
            assert response.status == 200
            return await response.json()

    async def arrive(self, *, leave_out: str = "", **asked: str) -> tuple[int, str, str]:
        """Status, Location and text of the authorize address."""
        fields = {
            "client_id": self.online.client_id,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "openid",
            "state": "a state",
            "nonce": "a nonce",
        } | asked
        fields.pop(leave_out, None)
        url = f"{self.online.url}/login/common/oauth/authorize"
        async with self.session.get(url, params=fields, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", ""), await response.text()

    async def decide(self, **form: str) -> tuple[int, str, str]:
        """Status, Location and text of sending the page."""
        url = f"{self.online.url}/login/common/oauth/authorize"
        async with self.session.post(url, data=form, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", ""), await response.text()

    async def code(self, user: User, **asked: str) -> str:
        """A code, by single sign-on."""
        self.online.consent = user
        return said((await self.arrive(**asked))[1])["code"]

    async def tokens(self, *, leave_out: str = "", **sent: str) -> tuple[int, Any]:
        """Status and JSON of the token endpoint."""
        form = {"client_id": self.online.client_id, "client_secret": self.online.client_secret} | sent
        form.pop(leave_out, None)
        async with self.session.post(f"{self.online.url}/login/common/oauth/tokens", data=form) as response:
            return response.status, await response.json()

    async def exchange(self, code: str, **sent: str) -> tuple[int, Any]:
        """Status and JSON of exchanging a code."""
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK} | sent
        return await self.tokens(**fields)

    async def refresh(self, token: str, **sent: str) -> tuple[int, Any]:
        """Status and JSON of a refresh."""
        return await self.tokens(**{"grant_type": "refresh_token", "refresh_token": token} | sent)


def said(location: str) -> dict[str, str]:
    """What the browser carries back."""
    assert location.startswith(f"{BACK}&")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items() if name != "way"}


@pytest.fixture
async def online(clock: TestClock) -> AsyncIterator[Online]:
    async with Online(clock=clock, redirect_uris=[BACK]) as online:
        yield online


@pytest.fixture
def browser(session: aiohttp.ClientSession, online: Online) -> Client:
    return Client(session, online)


@pytest.fixture
async def slack(clock: TestClock) -> AsyncIterator[Slack]:
    async with Slack(clock=clock) as slack:
        yield slack


@pytest.fixture
async def bot(slack: Slack) -> AsyncIterator[Bot]:
    bot = Bot()
    async with listening(bot.__call__) as slack.bot_url:
        yield bot


@pytest.fixture
def client(slack: Slack, session: aiohttp.ClientSession) -> AsyncWebClient:
    # At DEBUG, slack_sdk logs whole answers.
    quiet = logging.getLogger("slack_sdk.quiet")
    quiet.setLevel(logging.WARNING)
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, logger=quiet)


@pytest.fixture(autouse=True)
def nothing_leaks() -> None:
    """What logs here at DEBUG are the tests' own clients, not the product's: they may say what they send."""


Frame = dict[str, Any]


class Person:
    """Somebody at the playground's page: asks for things, and keeps every frame that comes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.frames: list[dict[str, Any]] = []
        self._socket = socket
        self._asked = 0
        self._looked = 0

    async def ask(self, do: str, **more: Any) -> Frame:
        """Ask for something to be done; the answer."""
        self._asked += 1
        number = self._asked
        await self._socket.send_json({"id": number, "do": do, **more})
        return await self._until(lambda frame: frame.get("re") == number)

    async def do(self, do: str, **more: Any) -> Frame:
        """Ask for something that can be done; the answer, if it says more than that it is."""
        answer = await self.ask(do, **more)
        assert answer.pop("ok", False), answer
        return {name: value for name, value in answer.items() if name != "re"}

    async def pushed(self, what: str, wanted: Callable[[Any], object] = lambda _: True) -> Any:
        """The next content of that kind that is wanted, of those frames that were not looked at before."""
        frame = await self._until(lambda each: what in each and wanted(each[what]), self._looked)
        self._looked = self.frames.index(frame) + 1
        return frame[what]

    def look(self) -> None:
        """Everything that has come is seen."""
        self._looked = len(self.frames)

    async def type(self, text: str, place: str = "C0GENERAL") -> Any:
        """Type a command; the message that answers it."""
        self.look()
        await self.do("type", place=place, text=text)
        return await self.pushed("message", lambda message: message["by"] == BOT_USER)

    async def _until(
        self, wanted: Callable[[dict[str, Any]], object], start: int | None = None
    ) -> dict[str, Any]:
        seen = len(self.frames) if start is None else start
        async with asyncio.timeout(60):
            while True:
                for frame in self.frames[seen:]:
                    if wanted(frame):
                        return frame
                seen = len(self.frames)
                self.frames.append(await self._socket.receive_json())


@asynccontextmanager
async def at_page(url: str, session: aiohttp.ClientSession, **hello: str) -> AsyncIterator[Person]:
    """Open the playground's page."""
    address = urlsplit(url)
    origin = f"http://{address.netloc}"
    socket = f"ws://{address.netloc}/ws?{address.query}"
    async with session.ws_connect(socket, headers={"Origin": origin}, max_msg_size=0) as connected:
        person = Person(connected)
        await person.ask("hello", **hello)
        yield person
