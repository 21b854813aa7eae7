"""What a message and a whole digest cost over TLS: this bot, and the straightforward build.

That is zeep in threads, ``slack_sdk``'s models and its client, each as its documentation sets it up. It keeps
no ledger, and remembers nothing of what was told.
"""

import asyncio
import base64
import logging
import multiprocessing
import os
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.lean import SIGNING_SECRET, lean
from tests.bench.timing import verdict
from tests.certificates import self_signed

__all__ = ["measure"]

#: In a round.
MESSAGES, DIGESTS = 60, 64
AT_ONCE = 8
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
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
    yield f"{DIGESTS} digests of 20 companies over TLS, {AT_ONCE} at once (CPU of the client's process)"
    yield from _table(digests)
    yield f"straightforward ÷ ours {verdict(1 / _ratio(digests), '>= 8')}"


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
    import uvloop

    for name in ("uvicorn", "bot", "zeep", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    messages = uvloop.run(_messages(url, rounds))
    pipe.send((messages, uvloop.run(_digests(url, rounds))))


# ------------------------------------------------------------------ a message


async def _messages(url: str, rounds: int) -> Figures:
    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.secret import Secret
    from bot.slack.blocks import draw
    from bot.slack.calls import post_message
    from bot.slack.sdk import web_client
    from tests.bench.formatting import READER, page

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
        await other(AT_ONCE)
        for number in range(rounds):
            figures["ours"].append(await _by_the_bot(url, Path(folder) / f"{number}.db"))
            used = time.process_time()
            await other(DIGESTS)
            figures["straightforward"].append((time.process_time() - used) / DIGESTS)
    return figures


async def _by_the_bot(url: str, database: Path) -> float:
    """From the tick at which they are due until the last is posted, by the whole bot."""
    from bot import app, store
    from bot.config import load

    settings = load(
        {
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": f"{url}/api/",
            "SUPEROFFICE_URL": f"{url}/remote/Services86/",
            "SUPEROFFICE_WEB_URL": "https://127.0.0.1/web",
            "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
            "BOT_DATABASE": str(database),
            "BOT_SECRET_KEY": KEY,
            "BOT_LISTEN": "127.0.0.1:0",
        }
    )
    settings = replace(settings, slack=replace(settings.slack, messages_per_minute=10**6))
    store.migrate(database, datetime.now(UTC))
    async with app.running(settings):
        app.settle()
        await asyncio.sleep(0.5)  # what is done at start is done
        await _subscribe(database)
        used = time.process_time()
        await _posted(database)
        return (time.process_time() - used) / DIGESTS


async def _subscribe(database: Path) -> None:
    from bot import store
    from bot.core.people import Link, Principal, SlackUser
    from bot.core.recurrence import EVERY_DAY
    from bot.core.schedule import Schedule
    from bot.core.secret import Secret
    from bot.core.subscription import Subscription
    from tests.bench.reader import OSLO

    now = datetime.now(UTC)
    schedule = Schedule.at(now.astimezone(OSLO).time().replace(second=0, microsecond=0), days=EVERY_DAY)
    before = now - timedelta(days=1)
    async with store.connected(database, Secret(KEY)) as opened:
        for number in range(DIGESTS):
            user = SlackUser("T1", f"U{number}")
            principal = Principal(528, 947, "Kianna Ledner", "KLED")
            await opened.links.put(Link(user, "onsite", principal, before, before, Secret(f"7T:{number}")))
            due = Subscription(
                0, user, schedule, OSLO, since=before, considered_until=before, quiet_looked_at=before
            )
            await opened.subscriptions.put(due, now)


async def _posted(database: Path) -> None:
    """Wait for the last; looking costs next to nothing."""
    import sqlite3

    with sqlite3.connect(database) as reading:
        query = "SELECT count(*) FROM ledger WHERE outcome = 'posted'"
        while reading.execute(query).fetchone()[0] < DIGESTS:  # noqa: ASYNC110 - it is another's to say
            await asyncio.sleep(0.1)


def _straightforward(url: str, threads: ThreadPoolExecutor) -> Callable[[int], Awaitable[None]]:
    import zeep
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.slack.blocks import draw
    from tests.bench.formatting import READER, modelled, page
    from tests.bench.reader import WSDL

    blocks = draw(page(), READER, "/superoffice").blocks
    slack = AsyncWebClient("xoxb-bench", base_url=f"{url}/api/", ssl=ssl.create_default_context())
    client: Any = zeep.Client(str(WSDL))  # type: ignore[no-untyped-call]
    client.service._binding_options["address"] = f"{url}/remote/Services86/Contact.svc"

    def ask(number: int) -> int:
        reply = client.service.GetMyActiveContacts(
            ActivityStartTime=datetime(2026, 5, 1),
            ContactCategories={"int": []},
            ActionType=["Created", "Updated"],
            _soapheaders={"ApplicationToken": "", "Credentials": {"Ticket": f"7T:{number}"}},
        )
        return len(reply.body.Response.ContactActivity)

    async def one(number: int) -> None:
        assert await asyncio.get_running_loop().run_in_executor(threads, ask, number) == 20
        await slack.chat_postMessage(channel=f"U{number}", text="Your digest", blocks=modelled(blocks))

    async def all_of(count: int) -> None:
        numbers = iter(range(count))

        async def worker() -> None:
            for number in numbers:
                await one(number)

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))

    return all_of
