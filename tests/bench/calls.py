"""Many users' calls at once: this bot's client, and zeep's stock AsyncClient, against the same server."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
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
from tests.bench.stock import Call, spread, zeep_async
from tests.bench.timing import verdict

__all__ = ["measure"]

USERS = 1000
#: In flight: the issue's figure, and the bot's own workers.
AT_ONCE = (64, 32)


def measure(rounds: int) -> Iterator[str]:
    """A table: wall time against the ideal, and CPU per call of the client's process."""
    users = USERS if rounds > 1 else 100
    yield f"{users} calls, 20 rows each, {DELAY * 1000:.0f} ms server (CPU of the client's process alone)"
    yield f"{'in flight':>9}  {'wall ÷ ideal':24}{'CPU µs/call':>12}  {'÷ stock':22}stock: wall, CPU"
    with lean() as server:
        for at_once in AT_ONCE:
            yield uvloop.run(_compare(f"{server.url}/remote/Services86/", users, at_once, rounds))


async def _compare(url: str, users: int, at_once: int, rounds: int) -> str:
    ideal = users * DELAY / at_once
    wall: dict[str, list[float]] = {"ours": [], "stock": []}
    cpu: dict[str, list[float]] = {"ours": [], "stock": []}
    async with session() as http:
        calls = {"ours": await _ours(url, http), "stock": zeep_async(url)}
        for _ in range(max(rounds, 1)):
            for name, call in calls.items():
                seconds, used = await _all(call, users, at_once)
                wall[name].append(seconds / ideal)
                cpu[name].append(used / users)
    ratio = median(a / b for a, b in zip(cpu["ours"], cpu["stock"], strict=True))
    return (
        f"{at_once:>9}  {verdict(median(wall['ours']), '<= 1.15'):24}{median(cpu['ours']) * 1e6:>12.0f}  "
        f"1/{1 / ratio:<6.1f}{'(>= 6)' if ratio <= 1 / 6 else '(>= 6, missed)':14}  "
        f"{median(wall['stock']):.1f}, {median(cpu['stock']) * 1e6:.0f}"
    )


async def _all(call: Call, users: int, at_once: int) -> tuple[float, float]:
    """Wall and CPU seconds of a call of each user's."""
    start, used = time.perf_counter(), time.process_time()
    await spread(call, users, at_once)
    return time.perf_counter() - start, time.process_time() - used


async def _ours(url: str, http: aiohttp.ClientSession) -> Call:
    tenant = TenantSettings(id="onsite", url=url, zone=ZoneInfo("Europe/Oslo"))
    crm = (await connect([tenant], http, SystemClock()))["onsite"]
    since = datetime(2026, 5, 1, tzinfo=UTC)

    async def call(number: int) -> object:
        snapshot = await crm.activities(Secret(f"7T:{number}"), ActivityQuery(since))
        assert len(snapshot.activities) == 20
        return snapshot

    await call(0)
    return call
