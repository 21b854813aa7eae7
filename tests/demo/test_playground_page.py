"""The playground's server: who gets the page, and nobody else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from yarl import URL

from bot.demo.playground import Playground
from bot.demo.playground.server import ASSETS
from bot.demo.servers import running_servers
from tests.demo.conftest import at_page


@asynccontextmanager
async def nobody(*_: Any) -> AsyncIterator[Any]:
    yield SimpleNamespace(url="http://127.0.0.1:9")


@pytest.fixture
async def page() -> AsyncIterator[Playground]:
    async with running_servers(nobody) as servers, Playground(servers) as page:
        yield page


def root(page: Playground) -> str:
    return "http://" + urlsplit(page.url).netloc


async def test_the_page_and_its_files_load_nothing_from_elsewhere(
    page: Playground, session: aiohttp.ClientSession
) -> None:
    async with session.get(page.url) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert await response.text() == (ASSETS / "index.html").read_text("utf-8")
        policy = dict(
            part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";")
        )
        sources = {source for part in policy.values() for source in part.split()}
        assert sources == {"'none'", "'self'", "data:", f"ws://{urlsplit(page.url).netloc}"}
        assert policy["default-src"] == "'none'"
        assert response.headers["Referrer-Policy"] == "no-referrer", "the token stays here"
    async with session.get(f"{root(page)}/app.js") as response:
        assert (response.status, response.content_type.partition("/")[2]) == (200, "javascript")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/?token=wrong", {}),
        ("/ws?{token}", {}),
        ("/ws?{token}", {"Origin": "http://evil.example"}),
        ("/ws", {"Origin": "{root}"}),
        ("/?{token}", {"Host": "evil.example"}),
        ("/?{token}", {"Origin": "http://evil.example"}),
        ("/?{token}", {"Origin": "null"}),
        ("/file/F1", {}),
    ],
)
async def test_whoever_knows_no_token_or_comes_from_elsewhere_gets_nothing(
    page: Playground, session: aiohttp.ClientSession, path: str, headers: dict[str, str]
) -> None:
    told = {"token": urlsplit(page.url).query, "root": root(page)}
    sent = {name: value.format(**told) for name, value in headers.items()}
    async with session.get(root(page) + path.format(**told), headers=sent) as response:
        assert response.status == 403
        assert "<" not in await response.text()


@pytest.mark.parametrize(
    "path", ["/index.html", "/..%2fserver.py", "/%2e%2e/server.py", "/nothing.js", "/file/F1?{token}"]
)
async def test_there_is_nothing_else(page: Playground, session: aiohttp.ClientSession, path: str) -> None:
    address = root(page) + path.format(token=urlsplit(page.url).query)
    async with session.get(URL(address, encoded=True)) as response:
        assert response.status == 404


TCP = Path("/proc/net/tcp")


def listening() -> list[str]:
    return [line.split()[1] for line in TCP.read_text().splitlines()[1:]]


@pytest.mark.skipif(not TCP.exists(), reason="Linux tells who listens")
async def test_it_listens_to_this_machine_alone(page: Playground) -> None:
    port = f":{urlsplit(page.url).port:04X}"
    assert {each for each in listening() if each.endswith(port)} == {f"0100007F{port}"}


async def test_a_bot_that_does_not_answer_is_said_as_slack_says_it(
    page: Playground, session: aiohttp.ClientSession
) -> None:
    async with at_page(page.url, session) as person:
        answer = await person.ask("type", place="C0GENERAL", text="/superoffice today")
        assert answer["error"] == "/superoffice failed with the error “dispatch_failed”"
        entry = await person.pushed("wire", lambda entry: entry["status"])
        assert (entry["what"], entry["status"]) == ("/superoffice today", "dispatch_failed")
        assert "error" in await person.ask("login")
    async with at_page(page.url, session) as again:
        assert [each["n"] for each in (await again.pushed("scene"))["wire"]][:1] == [1]


async def test_nonsense_on_the_socket_ends_nothing(page: Playground, session: aiohttp.ClientSession) -> None:
    address = f"ws://{urlsplit(page.url).netloc}/ws?{urlsplit(page.url).query}"
    async with session.ws_connect(address, headers={"Origin": root(page)}) as socket:
        for text in (
            "",
            "[]",
            "7",
            '{"do": "hello"}',
            "{",
            '{"id": 1, "do": ["hello"]}',
            '{"id": 1, "do": "press", "values": 7}',
        ):
            await socket.send_str(text)
            assert "error" in await socket.receive_json(timeout=5)
