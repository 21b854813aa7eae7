"""Many users' calls at once: this bot's client, and zeep's own two, against the same server.

Each has a process of its own, so that no garbage collector looks through another's schemas, and the bot's is
set up as ``run`` does it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from zoneinfo import ZoneInfo

import aiohttp
import uvloop

from bot.app.running import session, settle
from bot.clock import SystemClock
from bot.core.secret import Secret
from bot.crm.client import connect
from bot.crm.settings import TenantSettings
from bot.services.ports import ActivityQuery
from tests.bench.apart import apart
from tests.bench.lean import DELAY, lean
from tests.bench.resident import Resident, watched
from tests.bench.stock import Call, in_threads, spread, zeep_async
from tests.bench.timing import figure, ratios, verdict

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
        f"{'users':>6}{'in flight':>10}{'wall ÷ ideal':>17}{'CPU':>21}  "
        f"{'AsyncClient ÷ ours':>24}{'threads ÷ ours':>20}"
    )
    with lean() as server:
        url = f"{server.url}/remote/Services86/"
        with ExitStack() as stack:
            clients = {name: stack.enter_context(apart(_process, name, url)) for name in CLIENTS}
            for users in all_users:
                for at_once in AT_ONCE:
                    yield _compare(clients, users, at_once, rounds)
        at_once, _ = AT_ONCE
        yield f"Peak memory above idle, {at_once} in flight (the client's process)"
        for name in CLIENTS:
            # Of the others a tenth: they need no more for more, and a minute for all.
            users = all_users[-1] if name == OURS else all_users[0]
            with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:
                found = elsewhere.submit(_memory, name, url, users, at_once).result()
            more = verdict([found.more], MEMORY if name == OURS else "").split()
            yield f"{name:17}{users:>7,} users{found.idle:>8.0f} MiB, and {' '.join(more)} more"


def _compare(clients: Mapping[str, Connection], users: int, at_once: int, rounds: int) -> str:
    """In as many parts as rounds: of the others a few calls after each."""
    part = min(users, max(users // rounds, 16 * at_once))
    wall: list[float] = []
    cpu: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(rounds):
        for name, client in clients.items():
            count = part if name == OURS else min(part, max(64, 4 * at_once))
            client.send((count, at_once))
            seconds, used = client.recv()
            cpu[name].append(used / count)
            if name == OURS:
                wall.append(seconds / (count * DELAY / at_once))
    stock, threads = (ratios(cpu[name], cpu[OURS]) for name in (STOCK, THREADS))
    in_time, cheaper = AT_ONCE[at_once]
    return (
        f"{users:>6,}{at_once:>10}  {verdict(wall, in_time):24}{figure(cpu[OURS], 0, 1e6)}  "
        f"{verdict(stock, cheaper):24}{figure(threads)}"
    ).rstrip()


def _process(pipe: Connection, name: str, url: str) -> None:
    """Told how many calls, and how many at once, it tells what they took."""
    uvloop.run(_measured(pipe, name, url))


async def _measured(pipe: Connection, name: str, url: str) -> None:
    loop = asyncio.get_running_loop()
    async with _client(name, url) as call:
        pipe.send(None)
        while asked := await loop.run_in_executor(None, pipe.recv):
            start, used = time.perf_counter(), time.process_time()
            await spread(call, *asked)
            pipe.send((time.perf_counter() - start, time.process_time() - used))


def _memory(name: str, url: str, users: int, at_once: int) -> Resident:
    return uvloop.run(_peak(name, url, users, at_once))


async def _peak(name: str, url: str, users: int, at_once: int) -> Resident:
    async with _client(name, url) as call:
        with watched() as found:
            await spread(call, users, at_once)
    return found


@asynccontextmanager
async def _client(name: str, url: str) -> AsyncIterator[Call]:
    """It has been used once."""
    async with session() as http:
        with ThreadPoolExecutor(max(AT_ONCE)) as threads:
            if name == OURS:
                call = await _ours(url, http)
            else:
                call = zeep_async(url) if name == STOCK else in_threads(url, threads)
            await call(0)
            if name == OURS:
                settle()
            yield call


async def _ours(url: str, http: aiohttp.ClientSession) -> Call:
    tenant = TenantSettings(id="onsite", url=url, zone=ZoneInfo("Europe/Oslo"))
    crm = (await connect([tenant], http, SystemClock()))["onsite"]
    since = datetime(2026, 5, 1, tzinfo=UTC)

    async def call(number: int) -> object:
        snapshot = await crm.activities(Secret(f"7T:{number}"), ActivityQuery(since))
        assert len(snapshot.activities) == 20
        return snapshot

    return call
