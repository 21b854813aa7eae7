import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.cast import User
from bot.demo.clock import TestClock
from bot.demo.online import Online
from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice

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
def client(slack: Slack, session: aiohttp.ClientSession) -> AsyncWebClient:
    # At DEBUG, slack_sdk logs whole answers.
    quiet = logging.getLogger("slack_sdk.quiet")
    quiet.setLevel(logging.WARNING)
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, logger=quiet)


@pytest.fixture(autouse=True)
def nothing_leaks() -> None:
    """What logs here at DEBUG are the tests' own clients, not the product's: they may say what they send."""
