"""A signed command to its answer at ``response_url``, through the whole bot, less SuperOffice's own time."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import uvloop

from tests.bench.lean import DELAY, Lean, lean
from tests.bench.timing import verdict
from tests.bench.whole import link, running

__all__ = ["measure"]

USERS = 64


def measure(rounds: int) -> Iterator[str]:
    """A table: milliseconds, by how many ask at once; the load comes from another process."""
    yield "Signed command to answer at response_url over HTTP, 20 rows, less the CRM's 50 ms (wall)"
    yield f"{'at once':>7}{'p50 ms':>9}  p99 ms"
    with lean() as server, tempfile.TemporaryDirectory() as folder:
        for at_once, goal in ((1, ""), (32, "<= 25")):
            taken = uvloop.run(_through_the_bot(server, Path(folder) / f"{at_once}.db", at_once, rounds))
            p99 = quantiles(taken, n=100)[98] * 1e3
            yield f"{at_once:>7}{median(taken) * 1e3:>9.1f}  {verdict(p99, goal) if goal else f'{p99:8.2f}'}"


async def _through_the_bot(server: Lean, database: Path, at_once: int, rounds: int) -> list[float]:
    """Seconds less the CRM's, of the round with the median p99."""
    async with running(server.url, database) as bot:
        await link(database, USERS)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, server.load, bot.url, at_once, 2 * at_once)  # profiles, connections
        taken = [
            await loop.run_in_executor(None, server.load, bot.url, at_once, max(60, 25 * at_once))
            for _ in range(rounds)
        ]
    taken.sort(key=lambda seconds: quantiles(seconds, n=100)[98])
    return [max(seconds - DELAY, 0.0) for seconds in taken[len(taken) // 2]]
