import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.clock import TestClock
from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice

NAMESPACE = "http://www.superoffice.net/ws/crm/NetServer/Services86"
ENVELOPE = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>\
<h:ApplicationToken xmlns:h="{ns}"></h:ApplicationToken>\
<h:Credentials xmlns:h="{ns}"><h:Ticket>{ticket}</h:Ticket></h:Credentials></s:Header>\
<s:Body>{body}</s:Body></s:Envelope>"""
ALL_ACTIONS = "Created Updated NewActivity ActivityCompleted PersonAdded PersonUpdated DocumentAdded"


class Wire:
    """Sends hand-written envelopes."""

    def __init__(self, session: aiohttp.ClientSession, crm: SuperOffice) -> None:
        self.session = session
        self.crm = crm

    async def send(self, agent: str, operation: str, envelope: str, **headers: str) -> tuple[int, str]:
        action = f'"{NAMESPACE}/{agent}/{operation}"'
        sent = {"SOAPAction": action, "Content-Type": "text/xml; charset=utf-8"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        url = f"{self.crm.url}{agent}.svc"
        async with self.session.post(url, data=envelope.encode(), headers=sent) as response:
            return response.status, await response.text()

    async def call(self, agent: str, operation: str, inner: str = "", ticket: str = "") -> tuple[int, str]:
        body = f'<{operation} xmlns="{NAMESPACE}">{inner}</{operation}>'
        return await self.send(agent, operation, ENVELOPE.format(ns=NAMESPACE, ticket=ticket, body=body))

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
