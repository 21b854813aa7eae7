"""``python -m bot demo`` as a page: how it begins and ends."""

import asyncio
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from tests.demo.conftest import at_page


@asynccontextmanager
async def demo(*arguments: str) -> AsyncIterator[Process]:
    words = ("-m", "bot", "demo", *arguments)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def address(process: Process) -> str:
    """What it prints."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while not (
            found := re.search(rb"http://127\.0\.0\.1:\d+/\?token=\S+", await process.stdout.readline())
        ):
            pass
    return found[0].decode()


async def test_it_prints_its_address_and_ends_with_ctrl_c_while_a_page_is_open() -> None:
    async with demo("--no-browser") as process, aiohttp.ClientSession() as session:
        url = await address(process)
        async with at_page(url, session) as person:
            assert (await person.pushed("scene"))["hints"][0]["command"] == "/superoffice"
            await person.type("/superoffice today")
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(60):
                rest, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")
        assert b"Ctrl-C ends it." in rest


async def test_a_port_that_is_taken_is_said_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with demo("--port", str(taken.getsockname()[1])) as process, asyncio.timeout(60):
            _, errors = await process.communicate()
    assert process.returncode == 1
    assert re.fullmatch(rb"OSError: .*address already in use\n", errors)
