"""Messages on their way to Slack, as bytes: against a server that answers what it is told to."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.core.secret import Secret
from bot.slack.calls import is_slacks, respond

MESSAGE = {"text": "Høyanger", "blocks": [], "replace_original": False}


class Server:
    """Answers each request with the next status, and keeps what came."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.retry_after = "0"
        self.came: list[tuple[str, bytes]] = []
        self.url = ""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Keep it."""
        self.came.append((request.headers["Content-Type"], await request.read()))
        headers = {"Retry-After": self.retry_after} if self.statuses[:1] == [429] else {}
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, headers=headers)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """One that takes what comes."""
    server = Server()
    runner = web.ServerRunner(web.Server(server.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/response"
    yield server
    await runner.cleanup()


async def send(server: Server, message: dict[str, object] = MESSAGE) -> bool:
    """Answer at its ``response_url``."""
    async with aiohttp.ClientSession() as session:
        return await respond(Secret(server.url), session, message)


async def test_what_slack_takes_is_sent_once_as_json(server: Server) -> None:
    assert await send(server)
    ((kind, body),) = server.came
    assert (kind, json.loads(body)) == ("application/json; charset=utf-8", MESSAGE)


async def test_half_a_surrogate_pair_is_no_reason_to_lose_an_answer(server: Server) -> None:
    assert await send(server, MESSAGE | {"text": "no category \ud83e there"})
    ((_, body),) = server.came
    assert json.loads(body)["text"] == "no category \ud83e there"


@pytest.mark.parametrize(
    ("statuses", "retry_after", "taken", "tries"),
    [
        ([429, 429, 200], "0", True, 3),
        ([429, 429, 429], "0", False, 3),
        ([429, 200], "11", False, 1),
        ([429, 200], "soon", False, 1),
        ([500, 200], "0", False, 1),
        ([404, 200], "0", False, 1),
    ],
)
async def test_a_short_429_is_waited_out_twice_and_nothing_else(
    server: Server, statuses: list[int], retry_after: str, *, taken: bool, tries: int
) -> None:
    server.statuses, server.retry_after = statuses, retry_after
    assert await send(server) == taken
    assert len(server.came) == tries


async def test_a_redirect_is_not_followed(server: Server) -> None:
    server.statuses = [307]
    assert not await send(server)
    assert len(server.came) == 1


@pytest.mark.parametrize(
    ("url", "slacks"),
    [
        ("https://hooks.slack.com/commands/T1/1/abc", True),
        ("https://HOOKS.slack.com:443/actions/T1/1/abc", True),
        ("https://hooks.slack-gov.com/commands/T1/1/abc", True),
        ("http://127.0.0.1:8080/response/abc", True),
        ("http://hooks.slack.com/commands/T1/1/abc", False),
        ("https://hooks.slack.com:8443/commands/T1/1/abc", False),
        ("https://hooks.slack.com.evil.example/commands", False),
        ("https://evil.example/hooks.slack.com", False),
        ("https://hooks.slack.com@evil.example/", False),
        ("http://127.0.0.1:8081/response/abc", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("file:///etc/passwd", False),
        ("https://[", False),
        ("https://hooks.slack.com:x/", False),
        ("/commands", False),
    ],
)
def test_answers_go_to_slack_alone(url: str, *, slacks: bool) -> None:
    assert is_slacks(Secret(url), "http://127.0.0.1:8080/api/") == slacks
