"""What a message and a whole digest cost over TLS: this bot, and the straightforward build.

That is zeep in threads, ``slack_sdk``'s models and its client, each as its documentation sets it up. It posts
as many companies in one message, whose words it gets ready made, keeps no ledger, and remembers nothing of
what was told. Each has sent some before it is measured.
"""

import multiprocessing
import os
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import uvloop
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.secret import Secret
from bot.slack.blocks import draw
from bot.slack.calls import post_message
from bot.slack.sdk import web_client
from tests.bench.formatting import READER, modelled, page
from tests.bench.lean import lean
from tests.bench.stock import Call, in_threads, spread
from tests.bench.timing import verdict
from tests.bench.whole import posted, running, subscribe
from tests.certificates import self_signed

__all__ = ["measure"]

#: In a round.
MESSAGES, DIGESTS = 60, 64
AT_ONCE = 8
#: In each digest.
COMPANIES = 20
Figures = dict[str, list[float]]


def measure(rounds: int) -> Iterator[str]:
    """Two tables: CPU of the client's process for each message, and for each digest."""
    with TemporaryDirectory() as folder:
        certificate = Path(folder) / "server.pem"
        certificate.write_bytes(self_signed("127.0.0.1"))
        with lean(tls=certificate) as server:
            messages, digests = _elsewhere(server.url, certificate, rounds)
    yield f"{MESSAGES} messages over TLS, one after another (CPU of the client's process)"
    yield from _table(messages)
    yield f"ours ÷ the default {verdict(_ratio(messages), '<= 0.3')}"
    yield f"{DIGESTS} digests of {COMPANIES} companies over TLS, {AT_ONCE} at once (CPU of the client)"
    yield from _table(digests)
    yield f"straightforward ÷ ours {verdict(1 / _ratio(digests), '>= 8')}"
    yield "(ours draws each in words, and has two durable transactions in a ledger; the other has neither)"


def _table(figures: Figures) -> Iterator[str]:
    for name, seconds in figures.items():
        yield f"{name:24}{median(seconds) * 1e6:>8.0f} µs"


def _ratio(figures: Figures) -> float:
    ours, other = figures.values()
    return median(a / b for a, b in zip(ours, other, strict=True))


def _elsewhere(url: str, certificate: Path, rounds: int) -> tuple[Figures, Figures]:
    """In a process that trusts the certificate from its start on: aiohttp makes its context once."""
    ours, theirs = multiprocessing.Pipe()
    os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(certificate)
    try:
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_client, args=(theirs, url, rounds))
        process.start()
    finally:
        del os.environ["SSL_CERT_FILE"], os.environ["REQUESTS_CA_BUNDLE"]
    theirs.close()
    try:
        figures: tuple[Figures, Figures] = ours.recv()
        return figures
    finally:
        process.join(10)


def _client(pipe: Connection, url: str, rounds: int) -> None:
    messages = uvloop.run(_messages(url, rounds))
    pipe.send((messages, uvloop.run(_digests(url, rounds))))


# ------------------------------------------------------------------ a message


async def _messages(url: str, rounds: int) -> Figures:
    drawn = draw(page(), READER, "/superoffice")
    message: dict[str, Any] = {"channel": "D1", "text": drawn.text, "blocks": drawn.blocks}
    default = AsyncWebClient("xoxb-bench", base_url=f"{url}/api/", ssl=ssl.create_default_context())
    async with aiohttp.ClientSession() as session:
        client = web_client(Secret("xoxb-bench"), f"{url}/api/", session)
        cases: dict[str, Callable[[], Awaitable[object]]] = {
            "ours": lambda: post_message(client, message),
            "AsyncWebClient": lambda: default.chat_postMessage(**message),
        }
        figures: Figures = {name: [] for name in cases}
        for _ in range(rounds):
            for name, post in cases.items():
                await post()
                used = time.process_time()
                for _ in range(MESSAGES):
                    await post()
                figures[name].append((time.process_time() - used) / MESSAGES)
    return figures


# ------------------------------------------------------------------ a digest


async def _digests(url: str, rounds: int) -> Figures:
    figures: Figures = {"ours": [], "straightforward": []}
    with TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as threads:
        other = _straightforward(url, threads)
        await spread(other, AT_ONCE, AT_ONCE)
        for number in range(rounds):
            figures["ours"].append(await _by_the_bot(url, Path(folder) / f"{number}.db"))
            used = time.process_time()
            await spread(other, DIGESTS, AT_ONCE)
            figures["straightforward"].append((time.process_time() - used) / DIGESTS)
    return figures


async def _by_the_bot(url: str, database: Path) -> float:
    """From the tick at which they are due until the last is posted; some were before."""
    async with running(url, database):
        await subscribe(database, AT_ONCE)
        await posted(database, AT_ONCE)
        await subscribe(database, DIGESTS, AT_ONCE)
        used = time.process_time()
        await posted(database, AT_ONCE + DIGESTS)
        return (time.process_time() - used) / DIGESTS


def _straightforward(url: str, threads: ThreadPoolExecutor) -> Call:
    blocks = draw(page(COMPANIES), READER, "/superoffice").blocks
    slack = AsyncWebClient("xoxb-bench", base_url=f"{url}/api/", ssl=ssl.create_default_context())
    ask = in_threads(f"{url}/remote/Services86/", threads)

    async def one(number: int) -> object:
        await ask(number)
        return await slack.chat_postMessage(channel=f"U{number}", text="Your digest", blocks=modelled(blocks))

    return one
