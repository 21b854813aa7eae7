"""Socket Mode that is silent, cut or out of reach, over real sockets, with a fiftieth of the real times."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.slack.sdk import web_client
from bot.slack.socketmode import SocketMode

PINGS, SILENCE = 0.1, 0.9


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as server:
        yield server


@asynccontextmanager
async def connected(slack: Slack) -> AsyncIterator[SocketMode]:
    session = aiohttp.ClientSession()
    app = AsyncApp(
        client=web_client(Secret(slack.bot_token), slack.api_url, session),
        logger=logging.getLogger("bolt"),
        signing_secret="none",
        request_verification_enabled=False,
        process_before_response=True,
    )

    @app.command("/superoffice")
    async def answer(ack: object) -> None:
        await ack("here")  # type: ignore[operator]

    token = Secret(slack.app_token)
    socket_mode = SocketMode(app, token, patience=0.3, pings=PINGS, silence=SILENCE)
    async with session, socket_mode:
        yield socket_mode


async def answers(slack: Slack) -> bool:
    """Whether a command is acknowledged within a second; a dead connection's does not count."""
    try:
        async with asyncio.timeout(1):
            return (await slack.command("/superoffice", "help")).acknowledged
    except (TimeoutError, ConnectionError):
        return False


async def recovers(slack: Slack, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while True:
            await slack.sockets.connected(timeout=seconds)
            if await answers(slack):
                return


async def test_a_quiet_connection_is_left_alone(slack: Slack) -> None:
    async with connected(slack) as socket_mode:
        await asyncio.sleep(2 * SILENCE)
        assert (socket_mode.restarts, slack.sockets.opened) == (0, 1)
        assert await answers(slack)


async def test_one_that_is_cut_is_renewed(slack: Slack) -> None:
    async with connected(slack):
        await slack.sockets.cut()
        await recovers(slack, 30)


@pytest.mark.parametrize("how", ["hello", "pings"])
async def test_one_that_falls_silent_is_renewed(slack: Slack, how: str) -> None:
    """Half-open, or accepted by somebody who says nothing: the client's own pings find out."""
    slack.sockets.silent = how
    async with connected(slack):
        await asyncio.sleep(SILENCE)
        slack.sockets.silent = ""
        await recovers(slack, 30)


async def test_a_handshake_that_is_never_answered_is_given_up(slack: Slack) -> None:
    """Slack's client waits five minutes for it."""
    slack.sockets.silent = "handshake"
    async with connected(slack) as socket_mode:
        with pytest.raises(ConnectionError):
            await socket_mode.check()
        slack.sockets.silent = ""
        await recovers(slack, 30)
        assert socket_mode.restarts >= 1
        await socket_mode.check()


async def test_an_address_that_is_good_no_more_is_not_tried_for_ever(slack: Slack) -> None:
    """Slack's client asks for an address, and tries that one until it works; Slack's are good once."""
    issue, spent = slack.sockets.issue, []

    def spoilt() -> str:
        spent.append(link := issue())
        slack.sockets._links.discard(link)
        return link

    slack.sockets.issue = spoilt  # type: ignore[method-assign]
    async with connected(slack) as socket_mode:
        slack.sockets.issue = issue  # type: ignore[method-assign]
        await recovers(slack, 30)
        assert len(spent) == 1
        assert socket_mode.restarts == 1


async def test_it_ends_soon_also_while_nobody_answers(slack: Slack) -> None:
    loop = asyncio.get_running_loop()
    for how in ("handshake", "hello", "pings"):
        slack.sockets.silent = how
        async with connected(slack):
            began = loop.time()
        assert loop.time() - began < 2
