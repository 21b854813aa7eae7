"""The HTTP server."""

import asyncio
import logging
import socket
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from bot.server import CannotListen, front, listening, serving


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
        port = opened.getsockname()[1]
        with pytest.raises(CannotListen, match=f"127.0.0.1:{port}.*in use.*BOT_LISTEN"):
            listening("127.0.0.1", port).__enter__()


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
            answered = await asyncio.wait_for(reader.read(), 30)
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


async def test_a_head_that_is_too_large_is_refused_if_it_comes_at_once_too() -> None:
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, nobody), opened):
            reader, writer = await asyncio.open_connection(*opened.getsockname())
            writer.write(b"GET /" + b"a" * 33_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
            writer.close()


def asking(body: bytes = b"", **headers: object) -> bytes:
    """A request as it is sent."""
    told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\nHost: a\r\n{told}\r\n".encode() + body


@pytest.mark.parametrize(
    ("sent", "dripping"),
    [
        pytest.param(asking(Content_Length=100_000), b"a", id="a body"),
        pytest.param(asking(Transfer_Encoding="chunked"), b"1\r\na\r\n", id="a body in chunks"),
        pytest.param(asking(), b"\r\n", id="empty lines"),
    ],
)
async def test_who_goes_on_dripping_after_the_answer_is_hung_up_on(sent: bytes, dripping: bytes) -> None:
    """Else a byte every four seconds keeps a place among the two thousand, for ever."""
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, echo), opened, head_seconds=0.1):
            reader, writer = await asyncio.open_connection(*opened.getsockname())
            writer.write(sent)
            assert (await reader.readuntil(b"0\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            async with asyncio.timeout(10):
                while not (reader.at_eof() or reader.exception() or writer.is_closing()):
                    writer.write(dripping)
                    await asyncio.sleep(0.02)
            writer.close()


async def test_an_answer_that_nobody_reads_has_an_end() -> None:
    over = asyncio.Event()

    async def large(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer with more than any buffer takes."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(1000):
            await send({"type": "http.response.body", "body": b"a" * 100_000, "more_body": True})
        over.set()

    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, large), opened, request_seconds=0.2):
            with socket.create_connection(opened.getsockname()) as deaf:
                deaf.sendall(asking())
                await asyncio.wait_for(over.wait(), 10)


async def test_a_request_that_nobody_answers_has_an_end() -> None:
    async def silent(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Wait until whoever asks is gone."""
        await receive()
        assert (await receive())["type"] == "http.disconnect"

    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, silent), opened, request_seconds=0.1):
            reader, writer = await asyncio.open_connection(*opened.getsockname())
            writer.write(asking())
            with suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()


async def test_who_asks_for_an_upgrade_is_answered_as_if_not(caplog: pytest.LogCaptureFixture) -> None:
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, echo), opened):
            reader, writer = await asyncio.open_connection(*opened.getsockname())
            key = "dGhlIHNhbXBsZSBub25jZQ=="
            writer.write(asking(Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Key=key))
            assert (await reader.readuntil(b"0\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            writer.close()
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


async def test_a_large_body_and_many_requests_on_one_connection_are_none_of_that() -> None:
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, echo), opened), aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{opened.getsockname()[1]}/"
            for _ in range(3):
                async with session.post(url, data=b"a" * 100_000) as response:
                    assert response.status == 200


async def test_who_sends_what_is_no_http_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with listening("127.0.0.1", 0) as opened:
        async with serving(front(None, echo), opened):
            for _ in range(5):
                reader, writer = await asyncio.open_connection(*opened.getsockname())
                writer.write(b"\x16\x03\x01 not HTTP\r\n\r\n")
                assert (await reader.read()).startswith(b"HTTP/1.1 400")
                writer.close()
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == ["Invalid HTTP request received."]
