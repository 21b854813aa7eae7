"""The playground in a real browser: headless Chromium, driven by Playwright, with the real bot behind it."""

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from bot.cli.main import start_bot
from bot.demo.servers import Servers, running_servers

if TYPE_CHECKING:
    from tests.browser.desk import Browser, Desk  # Playwright may not be installed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Playwright logs what it types at DEBUG; what the bot itself logs is watched everywhere else."""
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.WARNING)
    yield
    logging.getLogger().setLevel(level)


@pytest.fixture
async def browser() -> "AsyncIterator[Browser]":
    """A browser."""
    from tests.browser.desk import launched

    if CHROMIUM is None:
        pytest.skip("There is no Chromium: apt-get install chromium")
    async with launched(CHROMIUM) as browser:
        yield browser


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    """SuperOffice, Slack and the real bot, over Socket Mode."""
    async with running_servers(start_bot, socket_mode=True) as servers:
        yield servers


@pytest.fixture
async def desk(browser: "Browser", servers: Servers) -> "AsyncIterator[Desk]":
    """Somebody at the page, on a screen of the usual width."""
    from tests.browser.desk import at_desk

    async with at_desk(browser, servers) as desk:
        yield desk
