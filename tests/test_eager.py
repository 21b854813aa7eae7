"""A request is written before the loop goes on, and what cannot be written yet is written as ever."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from bot.eager import write_at_once

#: More than any socket takes without being read.
LARGE = 16 * 2**20


class Posting:
    """A server that takes what it is sent, if it is told to, and a client of it."""

    def __init__(self, server: BaseTestServer, session: aiohttp.ClientSession, taking: asyncio.Event) -> None:
        self._url = server.make_url("/")
        self._session = session
        self.taking = taking

    async def post(self, body: bytes | io.BytesIO) -> int:
        async with self._session.post(self._url, data=body) as answer:
            return int(await answer.text())


@pytest.fixture
async def events() -> list[str]:
    return []


@pytest.fixture
async def posting(events: list[str]) -> AsyncIterator[Posting]:
    loop, taking = asyncio.get_running_loop(), asyncio.Event()
    write_at_once(loop)
    taking.set()

    async def take(request: web.Request) -> web.Response:
        await taking.wait()
        return web.Response(text=str(len(await request.read())))

    async def written(*_: object) -> None:
        events.append("written")

    app = web.Application(client_max_size=2 * LARGE)
    app.router.add_post("/", take)
    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(written)
    async with TestServer(app) as server, aiohttp.ClientSession(trace_configs=[trace]) as session:
        yield Posting(server, session, taking)
    loop.set_task_factory(None)


async def test_a_request_is_written_before_anything_else_is_done(posting: Posting, events: list[str]) -> None:
    assert await posting.post(b"the first, which connects") == 25
    events.clear()
    asyncio.get_running_loop().call_soon(events.append, "another's")
    assert await posting.post(b"at once") == 7
    assert events == ["written", "another's"]


async def test_a_large_one_goes_on_while_it_is_read(posting: Posting) -> None:
    assert await posting.post(io.BytesIO(bytes(LARGE))) == LARGE
    assert await posting.post(b"on the same connection") == 22


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="aiohttp does it itself")
async def test_one_that_is_given_up_does_not_go_on(posting: Posting) -> None:
    await posting.post(b"connected")
    posting.taking.clear()
    task = asyncio.create_task(posting.post(io.BytesIO(bytes(LARGE))))
    while not (writing := [each for each in asyncio.all_tasks() if "_begun" in repr(each)]):  # noqa: ASYNC110
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait(writing)
    posting.taking.set()
    assert await posting.post(b"another") == 7
