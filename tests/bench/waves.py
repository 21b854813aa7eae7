"""What a command waits for its acknowledgement while digests are on their way, in the same process.

One command at a time, with a pause after each, from another process; each round is one while nothing else is
done and one during a wave.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import uvloop

from bot.server import listening, serving
from tests.bench.acknowledge import ours
from tests.bench.lean import Lean, lean
from tests.bench.stock import spread, zeep_async
from tests.bench.timing import verdict
from tests.bench.whole import NO_LIMIT, call_off, concluded, running, subscribe, taken_up

__all__ = ["measure"]

#: Commands of each kind in a round, and the seconds after each.
COMMANDS, PAUSE = 60, 0.01
#: During zeep's parsing they take a second each, and come between its eight answers.
FEW, LONGER = 8, 0.03
#: Digests at once: the bot's own measure.
AT_ONCE = 8
#: By the messages a minute: digests of a round, more than are made during its commands.
WAVES = {NO_LIMIT: 600, 240: 60}
LARGE = 1000
P99s = list[float]


def measure(rounds: int) -> Iterator[str]:
    """A table: milliseconds to the acknowledgement."""
    yield f"Signed command to acknowledgement during a wave, {AT_ONCE} digests at once (wall)"
    yield f"{'':40}{'p99 ms':>8}   ÷ idle"
    with TemporaryDirectory() as folder:
        with lean() as server:
            for per_minute, digests in WAVES.items():
                at = partial(_beside_a_wave, server, Path(folder) / f"{per_minute}.db", per_minute)
                idle, busy = uvloop.run(at(digests, rounds))
                pace = "as fast as can be" if per_minute == NO_LIMIT else f"{per_minute} a minute"
                yield f"{'nothing else':40}{median(idle) * 1e3:>8.2f}"
                times = verdict(_ratio(busy, idle), "<= 6")
                yield f"{f'20 rows each, {pace}':40}{median(busy) * 1e3:>8.2f} {times}"
        with lean(rows=LARGE) as server:
            large = Path(folder) / "large.db"
            _, busy = uvloop.run(_beside_a_wave(server, large, NO_LIMIT, 60, rounds))
            loop = uvloop.run(_beside_zeep(server, rounds))
    yield f"{f'{LARGE:,} rows each, as fast as can be':40}{median(busy) * 1e3:>8.2f}"
    yield f"{f'zeep in the loop, {LARGE:,} rows each':40}{median(loop) * 1e3:>8.0f}"
    yield f"zeep in the loop ÷ the wave {verdict(_ratio(loop, busy), '>= 100')}"


def _ratio(one: P99s, other: P99s) -> float:
    return median(a / b for a, b in zip(one, other, strict=True))


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[98]


async def _load(server: Lean, url: str, commands: int = COMMANDS, pause: float = PAUSE) -> float:
    """The p99, in seconds."""
    asked = partial(server.load, url, 1, commands, answered=False, text="help", pause=pause)
    return _p99(await asyncio.get_running_loop().run_in_executor(None, asked))


async def _beside_a_wave(
    server: Lean, database: Path, per_minute: int, digests: int, rounds: int
) -> tuple[P99s, P99s]:
    """Of each round, while nothing else is done, and beside the whole bot's own wave."""
    idle, busy = list[float](), list[float]()
    async with running(server.url, database, per_minute) as bot:
        for number in range(rounds):
            idle.append(await _load(server, bot.url))
            before = await concluded(database)
            await subscribe(database, digests, number * digests)
            await taken_up(database)
            busy.append(await _load(server, bot.url))
            assert await concluded(database) < before + digests, "the wave was over before the commands"
            await call_off(database)
    return idle, busy


async def _beside_zeep(server: Lean, rounds: int) -> P99s:
    """The bot's own acknowledgement, beside zeep's AsyncClient that asks all the time."""
    async with AsyncExitStack() as stack:
        opened = stack.enter_context(listening("127.0.0.1", 0))
        await stack.enter_async_context(serving(ours(), opened))
        await stack.enter_async_context(_asking(f"{server.url}/remote/Services86/"))
        url = f"http://127.0.0.1:{opened.getsockname()[1]}"
        return [await _load(server, url, FEW, LONGER) for _ in range(rounds)]


@asynccontextmanager
async def _asking(url: str) -> AsyncIterator[None]:
    call = zeep_async(url)
    asking = asyncio.create_task(spread(call, 10**6, AT_ONCE))
    await call(0)
    yield
    asking.cancel()
