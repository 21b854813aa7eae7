"""How many answers a wave holds at a time, and how much memory, with very many digests due."""

import asyncio
import gc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from bot import store
from bot.core.secret import Secret
from bot.services.digests.composed import PersonalComposed
from bot.services.ports import Snapshot
from tests.bench.lean import lean
from tests.bench.resident import mebibytes, watched
from tests.bench.timing import verdict
from tests.bench.whole import KEY, call_off, fill, posted, running, subscribe

__all__ = ["Held", "held", "measure"]

DUE, SEEN_TO = 100_000, 1_500
#: Messages a minute: fewer than the bot can make, so that what is made waits, as it does for Slack.
PACE = 3_000
#: More that can be seen to: the wave is still on when it is looked at last.
BESIDES = 100
#: Seconds between looks.
LOOK = 0.05
#: As it came, and as what is to be posted.
ANSWERS = (Snapshot, PersonalComposed)


@dataclass(frozen=True)
class Held:
    """By a wave: answers, at most, also as they are posted; MiB before, at most, and by 1,000 digests."""

    answers: int
    idle: float
    peak: float
    growth: float


def measure(rounds: int) -> Iterator[str]:
    """One wave: it is looked at many times."""
    due, seen_to = (DUE, SEEN_TO) if rounds > 1 else (10_000, 300)
    found = held(due, seen_to)
    yield f"A wave with {due:,} digests due, until {seen_to:,} are posted, 20 rows each (the bot's process)"
    yield f"answers held at a time, at most    {verdict([found.answers], '<= 16')}"
    yield f"MiB more than the {found.idle:.0f} of before    {verdict([found.peak - found.idle], '<= 20')}"
    yield f"MiB more with 1,000 digests more   {found.growth:8.2f}"


def held(due: int, seen_to: int) -> Held:
    """In a process of its own, that nothing else was in."""
    elsewhere = ProcessPoolExecutor(1, get_context("spawn"))
    with lean() as server, TemporaryDirectory() as folder, elsewhere:
        return elsewhere.submit(_held, server.url, Path(folder) / "bot.db", due, seen_to).result()


def _held(url: str, database: Path, due: int, seen_to: int) -> Held:
    return uvloop.run(_wave(url, database, due, seen_to))


async def _wave(url: str, database: Path, due: int, seen_to: int) -> Held:
    async with running(url, database, PACE), store.connected(database, Secret(KEY)) as opened:
        await subscribe(database, seen_to + BESIDES)
        fill(opened, seen_to + BESIDES, due - 1, later=timedelta(microseconds=1))
        answers = [0]
        with watched() as resident:
            looking = asyncio.create_task(_look(answers))
            await posted(database, seen_to // 3)
            then = mebibytes("VmRSS")
            await posted(database, seen_to)
            growth = (mebibytes("VmRSS") - then) / (seen_to - seen_to // 3) * 1000
            looking.cancel()
        await call_off(database)  # the others have no link
    return Held(max(answers), resident.idle, resident.peak, growth)


async def _look(answers: list[int]) -> None:
    while True:
        answers.append(sum(isinstance(each, ANSWERS) for each in gc.get_objects()))
        await asyncio.sleep(LOOK)
