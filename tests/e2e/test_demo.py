"""The demo with the real bot in it."""

import asyncio
import io

import pytest

from bot.cli import _start
from bot.demo.prompt import do
from bot.demo.stage import set_up


@pytest.mark.long
async def test_tomorrow_brings_the_digest() -> None:
    out = io.StringIO()
    async with set_up(_start, out) as stage:
        await do(stage, "login")
        await do(stage, "digest at 08:00 daily")
        come = asyncio.Event()
        stage.slack.workspace.listeners.append(lambda _: come.set())
        await do(stage, "tomorrow")
        await asyncio.wait_for(come.wait(), 30)
    assert "companies moved since" in out.getvalue()
