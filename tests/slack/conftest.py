"""Every reply in turn; and the demo's Slack over a real socket."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.core.replies import Reader, Reply
from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.slack.workspaces import Workspaces
from tests.conftest import StoppedClock
from tests.slack.replies import READER, REPLIES


@pytest.fixture(params=REPLIES, ids=str)
def reply(request: pytest.FixtureRequest) -> Reply:
    """Every kind of reply in turn."""
    return REPLIES[request.param]


@pytest.fixture
def reader() -> Reader:
    """Somebody in Oslo."""
    return READER


@pytest.fixture
async def slack(clock: StoppedClock) -> AsyncIterator[Slack]:
    """A Slack workspace."""
    async with Slack(clock=clock) as server:
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The one session."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield session


@pytest.fixture
def workspaces(slack: Slack, session: aiohttp.ClientSession) -> Workspaces:
    """What the bot has of that workspace."""
    return Workspaces(Secret(slack.bot_token), slack.api_url, session)
