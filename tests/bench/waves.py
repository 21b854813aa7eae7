"""What a command waits for its acknowledgement while digests are on their way, in the same process.

One command at a time, with a pause after each, from another process; each round is one while nothing else is
done and one during a wave. Commands begin when the first digest is taken up, so they meet the answers of all
that are under way at once.

With answers of 1,000 rows the other side is the same bot without a wave, while zeep's ``AsyncClient`` asks as
many at once in its loop, and nothing is done with what comes back. Both sides take turns, with as many
commands and the same pause; fewer than beside small answers, for beside zeep each waits for some hundred
milliseconds. Of so few the p99 is hardly less than the longest. What :func:`bot.app.settle` does is done for
zeep's objects, too.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import uvloop

from bot import app
from tests.bench.lean import Lean, lean
from tests.bench.stock import Call, spread, zeep_async
from tests.bench.timing import figure, ratios, verdict
from tests.bench.whole import NO_LIMIT, call_off, concluded, running, subscribe, taken_up

__all__ = ["measure"]

#: Commands of each kind in a round, and the seconds after each.
COMMANDS, PAUSE = 60, 0.01
#: The same beside large answers, where the first few do not count either.
FEW = 33
#: Digests at once: the bot's own measure.
AT_ONCE = 8
#: By the messages a minute: digests of a round, more than are made during its commands.
WAVES = {NO_LIMIT: 600, 240: 60}
LARGE = 1000
P99s = list[float]


def measure(rounds: int) -> Iterator[str]:
    """A table: milliseconds to the acknowledgement."""
    yield f"Signed command to acknowledgement during a wave, {AT_ONCE} digests at once (wall)"
    yield f"{'':40}{'p99 ms':>8}{'÷ idle':>13}"
    with TemporaryDirectory() as folder:
        with lean() as server:
            for per_minute, digests in WAVES.items():
                at = partial(_beside_a_wave, server, Path(folder) / f"{per_minute}.db", per_minute)
                idle, busy = uvloop.run(at(digests, rounds))
                pace = "as fast as can be" if per_minute == NO_LIMIT else f"{per_minute} a minute"
                yield f"{'nothing else':40}{figure(idle, scale=1e3)}".rstrip()
                times = verdict(ratios(busy, idle), "<= 6")
                yield f"{f'20 rows each, {pace}':40}{figure(busy, scale=1e3)}{times}"
        with lean(rows=LARGE) as server:
            large = Path(folder) / "large.db"
            busy, loop = uvloop.run(_beside_both(server, large, rounds))
    yield f"{f'{LARGE:,} rows each, as fast as can be':40}{figure(busy, scale=1e3)}".rstrip()
    yield f"{f'zeep in the loop, {LARGE:,} rows each':40}{figure(loop, 0, 1e3)}".rstrip()
    yield f"zeep in the loop ÷ the wave {verdict(ratios(loop, busy), '>= 100')}"


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[98]


async def _load(server: Lean, url: str, commands: int = COMMANDS) -> float:
    """The p99, in seconds."""
    asked = partial(server.load, url, 1, commands, answered=False, text="help", pause=PAUSE)
    return _p99(await asyncio.get_running_loop().run_in_executor(None, asked))


async def _beside_a_wave(
    server: Lean, database: Path, per_minute: int, digests: int, rounds: int
) -> tuple[P99s, P99s]:
    """Of each round, while nothing else is done, and beside the whole bot's own wave."""
    idle, busy = list[float](), list[float]()
    async with running(server.url, database, per_minute) as bot:
        for number in range(rounds):
            idle.append(await _load(server, bot.url))
            async with _wave(database, digests, number):
                busy.append(await _load(server, bot.url))
    return idle, busy


async def _beside_both(server: Lean, database: Path, rounds: int) -> tuple[P99s, P99s]:
    """Of each round, beside the bot's own wave, and beside zeep's client that asks all the time."""
    busy, loop = list[float](), list[float]()
    async with running(server.url, database) as bot:
        zeep = zeep_async(f"{server.url}/remote/Services86/")
        app.settle()
        for number in range(rounds):
            async with _wave(database, FEW, number):
                busy.append(await _load(server, bot.url, FEW))
            async with _asking(zeep):
                loop.append(await _load(server, bot.url, FEW))
    return busy, loop


@asynccontextmanager
async def _wave(database: Path, digests: int, number: int) -> AsyncIterator[None]:
    """More than are made meanwhile; the next number has others."""
    before = await concluded(database)
    await subscribe(database, digests, number * digests)
    await taken_up(database)
    yield
    assert await concluded(database) < before + digests, "the wave was over before the commands"
    await call_off(database)


@asynccontextmanager
async def _asking(call: Call) -> AsyncIterator[None]:
    asking = asyncio.create_task(spread(call, 10**6, AT_ONCE))
    await call(0)
    yield
    asking.cancel()
    await asyncio.wait({asking})
