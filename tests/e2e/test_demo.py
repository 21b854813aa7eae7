"""The demo with the real bot in it."""

import asyncio
import io

import aiohttp
import pytest

from bot.cli.main import start_bot
from bot.demo.playground import Playground
from bot.demo.prompt import do
from bot.demo.servers import running_servers
from bot.demo.stage import set_up
from tests.demo.conftest import at_page


@pytest.mark.long
async def test_tomorrow_brings_the_digest() -> None:
    out = io.StringIO()
    async with set_up(start_bot, out) as stage:
        await do(stage, "login")
        await do(stage, "digest at 08:00 daily")
        come = asyncio.Event()
        stage.slack.workspace.listeners.append(lambda _: come.set())
        await do(stage, "tomorrow")
        await asyncio.wait_for(come.wait(), 30)
    assert "companies moved since" in out.getvalue()


@pytest.mark.long
async def test_tomorrow_brings_the_digest_to_the_page() -> None:
    async with (
        running_servers(start_bot, socket_mode=True) as servers,
        Playground(servers) as page,
        aiohttp.ClientSession() as session,
        at_page(page.url, session) as kianna,
    ):
        await kianna.type("/superoffice today")
        await kianna.do("login")
        await kianna.type("/superoffice digest at 08:00 daily")
        kianna.look()
        assert "08:00" in (await kianna.do("panel", what="tomorrow"))["words"]
        # The answer to what was asked before she was linked may come as late.
        digest = await kianna.pushed("message", lambda message: message["place"] == "D0SELLER")
        assert "companies moved since" in digest["text"]
