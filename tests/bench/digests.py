"""What a message and a whole digest cost over TLS: this bot, and the straightforward build.

That is zeep in threads, ``slack_sdk``'s models and its client, sqlite-utils, Fernet and Babel, each as its
documentation sets it up (:mod:`tests.bench.straightforward`): it looks up whose ticket it is, asks, writes as
many companies into one message, posts it, and has a row that says when it began and when it had posted.
Beside it stands what asking and posting alone take: with words ready made, and nothing looked up or noted.
Neither remembers which rows were told, or looks up whose digest is due. Each side has a process of its own,
for the bot sets up the garbage collector for all that runs in its process, and has sent some before it is
measured.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import aiohttp
import uvloop

from bot import app
from bot.core.secret import Secret
from bot.slack.blocks import draw
from bot.slack.calls import post_message
from bot.slack.sdk import web_client
from tests.bench import straightforward
from tests.bench.apart import apart
from tests.bench.formatting import READER, page
from tests.bench.lean import lean
from tests.bench.profiling import STORE, TOLD, WORDS, shares_of_a_digest
from tests.bench.stock import Call, spread
from tests.bench.timing import figure, ratios, verdict
from tests.bench.whole import opened, running, subscribe, until_posted
from tests.certificates import self_signed

__all__ = ["measure"]

#: In a round.
MESSAGES, DIGESTS = 60, 64
AT_ONCE = 8
#: In each digest.
COMPANIES = 20
#: CPU seconds of one, of each round.
Figures = dict[str, list[float]]
#: The same, of one side, for as long as it is asked.
Side = Callable[[str], AsyncIterator[float]]


def measure(rounds: int) -> Iterator[str]:
    """Two tables: CPU of the client's process for each message, and for each digest."""
    messages: dict[str, Side] = {"ours": _our_messages, "AsyncWebClient": _default_messages}
    digests: dict[str, Side] = {
        "ours": _our_digests,
        "straightforward": _straightforward,
        "asking and posting alone": _bare,
    }
    with TemporaryDirectory() as folder:
        certificate = Path(folder) / "server.pem"
        certificate.write_bytes(self_signed("127.0.0.1"))
        with lean(COMPANIES, tls=certificate) as server:
            figures = _interleaved(messages, server.url, certificate, rounds)
            yield f"{MESSAGES} messages over TLS, one after another (CPU of the client's process)"
            yield from _table(figures)
            ours, default = figures.values()
            yield f"ours ÷ the default      {verdict(ratios(ours, default), '<= 0.3')}"
            figures = _interleaved(digests, server.url, certificate, rounds)
    yield f"{DIGESTS} digests of {COMPANIES} companies over TLS, {AT_ONCE} at once (CPU of the client)"
    yield from _table(figures)
    ours, whole, alone = figures.values()
    yield f"straightforward ÷ ours         {verdict(ratios(whole, ours), '>= 8')}"
    yield f"asking and posting alone ÷ ours{verdict(ratios(alone, ours), '>= 8')}"
    shares = shares_of_a_digest()
    told = ", ".join(f"{part} {shares[part]:.0%}" for part in (WORDS, STORE, TOLD))
    yield f"(of ours, by a profile: {told};"
    yield "the others remember no row that was told, and know who is due)"


def _table(figures: Figures) -> Iterator[str]:
    for name, seconds in figures.items():
        yield f"{name:24}{figure(seconds, 0, 1e6)} µs"


def _interleaved(sides: dict[str, Side], url: str, certificate: Path, rounds: int) -> Figures:
    figures: Figures = {name: [] for name in sides}
    with ExitStack() as stack:
        trusted = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), str(certificate))
        with patch.dict(os.environ, trusted):  # from their start on: aiohttp makes its context once
            pipes = {name: stack.enter_context(apart(_process, side, url)) for name, side in sides.items()}
        for _ in range(rounds):
            for name, pipe in pipes.items():
                pipe.send(True)
                figures[name].append(pipe.recv())
    return figures


def _process(pipe: Connection, side: Side, url: str) -> None:
    uvloop.run(_answer(pipe, side(url)))


async def _answer(pipe: Connection, figures: AsyncIterator[float]) -> None:
    loop = asyncio.get_running_loop()
    async with aclosing(figures):  # type: ignore[type-var] # a generator
        async for seconds in figures:
            pipe.send(seconds)
            if not await loop.run_in_executor(None, pipe.recv):
                return


# ------------------------------------------------------------------ a message


async def _our_messages(url: str) -> AsyncIterator[float]:
    async with aiohttp.ClientSession() as session:
        client = web_client(Secret("xoxb-bench"), f"{url}/api/", session)
        app.settle()
        message = _message()
        async for each in _each(lambda _: post_message(client, message), MESSAGES, 1):
            yield each


async def _default_messages(url: str) -> AsyncIterator[float]:
    client, message = straightforward.default_client(url), _message()
    async for each in _each(lambda _: client.chat_postMessage(**message), MESSAGES, 1):
        yield each


def _message() -> dict[str, Any]:
    drawn = draw(page(), READER, "/superoffice")
    return {"channel": "D1", "text": drawn.text, "blocks": drawn.blocks}


# ------------------------------------------------------------------ a digest


async def _our_digests(url: str) -> AsyncIterator[float]:
    """From the tick at which they are due until the last is posted."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "bot.db"
        async with running(url, database), opened(database) as looking:
            for first in count(0, DIGESTS):
                await subscribe(database, DIGESTS, first)
                used = time.process_time()
                await until_posted(looking, first + DIGESTS, first)
                yield (time.process_time() - used) / DIGESTS


async def _straightforward(url: str) -> AsyncIterator[float]:
    with ThreadPoolExecutor(AT_ONCE) as threads, TemporaryDirectory() as folder:
        async for each in _each(straightforward.whole(url, threads, Path(folder), DIGESTS), DIGESTS, AT_ONCE):
            yield each


async def _bare(url: str) -> AsyncIterator[float]:
    blocks = draw(page(COMPANIES), READER, "/superoffice").blocks
    with ThreadPoolExecutor(AT_ONCE) as threads:
        async for each in _each(straightforward.bare(url, threads, blocks), DIGESTS, AT_ONCE):
            yield each


async def _each(call: Call, number: int, at_once: int) -> AsyncIterator[float]:
    while True:
        used = time.process_time()
        await spread(call, number, at_once)
        yield (time.process_time() - used) / number
