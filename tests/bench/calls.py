"""Many users' calls at once: this bot's client, and zeep's own two, against the same server."""

import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from statistics import median
from zoneinfo import ZoneInfo

import aiohttp
import uvloop

from bot.app.running import session
from bot.clock import SystemClock
from bot.core.secret import Secret
from bot.crm.client import connect
from bot.crm.settings import TenantSettings
from bot.services.ports import ActivityQuery
from tests.bench.lean import DELAY, lean
from tests.bench.resident import Resident, watched
from tests.bench.stock import Call, in_threads, spread, zeep_async
from tests.bench.timing import verdict

__all__ = ["measure"]

USERS = (1_000, 10_000)
#: In flight, with the goals: wall ÷ ideal, and the stock client's CPU ÷ ours.
AT_ONCE = {64: ("<= 1.08", ">= 10"), 8: ("", ">= 5")}
OURS, STOCK, THREADS = CLIENTS = ("ours", "zeep.AsyncClient", "zeep in threads")
#: More than idle, in MiB.
MEMORY = "<= 20"


def measure(rounds: int) -> Iterator[str]:
    """Two tables: wall time against the ideal and CPU per call of the client's process; its memory."""
    all_users = USERS if rounds > 1 else (100,)
    yield f"Calls of 20 rows each, {DELAY * 1000:.0f} ms server (CPU of the client's process, µs a call)"
    yield (
        f"{'users':>6}{'in flight':>10}  {'wall ÷ ideal':24}{'CPU':>5}  "
        f"{'AsyncClient ÷ ours':24}{'threads ÷ ours':>15}"
    )
    with lean() as server:
        url = f"{server.url}/remote/Services86/"
        for users in all_users:
            for at_once in AT_ONCE:
                yield uvloop.run(_compare(url, users, at_once, rounds))
        at_once, _ = AT_ONCE
        yield f"Peak memory above idle, {at_once} in flight (the client's process)"
        for name in CLIENTS:
            # Of the others a tenth: they need no more for more, and a minute for all.
            users = all_users[-1] if name == OURS else all_users[0]
            with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:
                found = elsewhere.submit(_memory, name, url, users, at_once).result()
            more = verdict(found.more, MEMORY) if name == OURS else f"{found.more:8.2f}"
            yield f"{name:17}{users:>7,} users{found.idle:>8.0f} MiB, and {more.strip()} more"


async def _compare(url: str, users: int, at_once: int, rounds: int) -> str:
    """In as many parts as rounds: of the others a few calls after each."""
    part = min(users, max(users // rounds, 16 * at_once))
    wall: list[float] = []
    cpu: dict[str, list[float]] = {name: [] for name in CLIENTS}
    async with _clients(url, at_once) as calls:
        for _ in range(rounds):
            for name, call in calls.items():
                count = part if name == OURS else min(part, max(64, 4 * at_once))
                start, used = time.perf_counter(), time.process_time()
                await spread(call, count, at_once)
                cpu[name].append((time.process_time() - used) / count)
                if name == OURS:
                    wall.append((time.perf_counter() - start) / (count * DELAY / at_once))
    stock, threads = (
        median(theirs / ours for ours, theirs in zip(cpu[OURS], cpu[name], strict=True))
        for name in (STOCK, THREADS)
    )
    in_time, cheaper = AT_ONCE[at_once]
    taken = verdict(median(wall), in_time) if in_time else f"{median(wall):8.2f}"
    return (
        f"{users:>6,}{at_once:>10}  {taken:24}{median(cpu[OURS]) * 1e6:>5.0f}  "
        f"{verdict(stock, cheaper):24}{threads:>15.1f}"
    )


def _memory(name: str, url: str, users: int, at_once: int) -> Resident:
    return uvloop.run(_peak(name, url, users, at_once))


async def _peak(name: str, url: str, users: int, at_once: int) -> Resident:
    async with _clients(url, at_once, name) as calls:
        with watched() as found:
            await spread(calls[name], users, at_once)
    return found


@asynccontextmanager
async def _clients(url: str, at_once: int, *names: str) -> AsyncIterator[dict[str, Call]]:
    """Those of these names, or all. Each has been used once."""
    async with session() as http:
        with ThreadPoolExecutor(at_once) as threads:
            calls = {name: await _client(name, url, http, threads) for name in names or CLIENTS}
            for call in calls.values():
                await call(0)
            yield calls


async def _client(name: str, url: str, http: aiohttp.ClientSession, threads: Executor) -> Call:
    if name == OURS:
        return await _ours(url, http)
    return zeep_async(url) if name == STOCK else in_threads(url, threads)


async def _ours(url: str, http: aiohttp.ClientSession) -> Call:
    tenant = TenantSettings(id="onsite", url=url, zone=ZoneInfo("Europe/Oslo"))
    crm = (await connect([tenant], http, SystemClock()))["onsite"]
    since = datetime(2026, 5, 1, tzinfo=UTC)

    async def call(number: int) -> object:
        snapshot = await crm.activities(Secret(f"7T:{number}"), ActivityQuery(since))
        assert len(snapshot.activities) == 20
        return snapshot

    return call
