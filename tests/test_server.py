"""The HTTP server."""

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from bot.server import front, listening, serving


async def echo(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """Answer with the address that the request is said to come from."""
    body = f"{scope['client'][0]} {scope['scheme']}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def nobody(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """Take no request."""
    raise AssertionError


async def test_nobodys_word_is_taken_for_an_address() -> None:
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, echo), opened), aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{opened.getsockname()[1]}/slack/events"
            headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
            async with session.get(url, headers=headers) as response:
                assert await response.text() == "127.0.0.1 http"
                assert "Server" not in response.headers


async def test_slacks_requests_and_the_pages_part_ways() -> None:
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(echo, nobody), opened), aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{opened.getsockname()[1]}"
            async with session.post(f"{url}/slack/events") as response:
                assert response.status == 200
            async with session.post(f"{url}/slack/event") as response:
                assert response.status == 500


def test_a_second_server_at_the_same_port_ends_before_it_touches_anything() -> None:
    with listening("127.0.0.1", 0) as opened:
        opened.listen()
        with pytest.raises(OSError, match="in use"), listening("127.0.0.1", opened.getsockname()[1]):
            pass


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\n", id="half a head"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nX-", id="half a second head"),
    ],
)
async def test_who_never_ends_a_request_s_head_is_hung_up_on(sent: bytes) -> None:
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, echo), opened, head_seconds=0.05):
            reader, writer = await asyncio.open_connection(*opened.getsockname())
            writer.write(sent)
            answered = await asyncio.wait_for(reader.read(), 3)
            assert answered.count(b"HTTP/1.1 200") == sent.count(b"\r\n\r\n")
            writer.close()


async def test_a_head_without_end_is_not_kept() -> None:
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, echo), opened):
            reader, writer = await asyncio.open_connection(*opened.getsockname())
            writer.write(b"GET / HTTP/1.1\r\n" + b"X-More: a\r\n" * 10_000)
            with suppress(ConnectionError):
                assert await reader.read() == b""
            assert reader.at_eof() or reader.exception()
            writer.close()


async def test_a_large_body_and_many_requests_on_one_connection_are_none_of_that() -> None:
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, echo), opened), aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{opened.getsockname()[1]}/"
            for _ in range(3):
                async with session.post(url, data=b"a" * 100_000) as response:
                    assert response.status == 200
