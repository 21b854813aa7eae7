"""Which workspaces a process knows, while others install and drop some."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.core.errors import SlackFailed
from bot.core.secret import Secret
from bot.services.ports import Installation
from bot.slack.workspaces import LOOK_AGAIN, Workspaces
from bot.store import Store, connected
from tests.databases import fresh_database

KEY = Secret(base64.urlsafe_b64encode(bytes(32)).decode())
TOKEN = "xoxb-1-token"
INSTALLED = Installation(
    "T2",
    "Fjord",
    None,
    is_organization=False,
    installed_at=datetime(2026, 5, 1, tzinfo=UTC),
    token=Secret(TOKEN),
)


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    fresh_database(tmp_path / "bot.db")
    async with connected(tmp_path / "bot.db", KEY) as store:
        yield store


async def refused(workspaces: Workspaces) -> SlackFailed:
    with pytest.raises(SlackFailed) as refusal:
        await workspaces.client("T2")
    return refusal.value


async def test_what_another_process_installed_just_now_is_waited_for(
    store: Store, session: aiohttp.ClientSession
) -> None:
    seconds = Seconds()
    ours = Workspaces(None, "http://127.0.0.1:1/api/", session, store.installations, seconds)
    theirs = Workspaces(None, "http://127.0.0.1:1/api/", session, store.installations, seconds)
    await ours.start()
    await theirs.add(INSTALLED)
    seconds.now += LOOK_AGAIN
    failed = await refused(ours)
    assert (failed.error, failed.passing) == ("not_installed", True)
    seconds.now += 0.1
    assert (await ours.client("T2")).token == TOKEN


async def test_what_nobody_installed_is_refused_for_good(
    store: Store, session: aiohttp.ClientSession
) -> None:
    seconds = Seconds()
    ours = Workspaces(None, "http://127.0.0.1:1/api/", session, store.installations, seconds)
    await ours.start()
    seconds.now += LOOK_AGAIN + 0.1
    assert not (await refused(ours)).passing
    assert (await refused(ours)).passing  # it has looked a moment ago
