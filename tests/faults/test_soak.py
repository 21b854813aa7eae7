"""Two hours of mixed load by a fast clock: what the bot holds stays what it was."""

import asyncio
import os
import random
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.load import Load, one_in_ten
from tests.faults.trouble import Trouble, trouble

#: Minutes of the bot's clock, each in a fraction of a second.
MINUTES = 120
#: Commands in each.
EACH = 10
#: Each so many minutes there is a day in between, with a digest for each of the four.
DIGESTS = 10


def resident(it: Trouble) -> float:
    """MiB of memory."""
    status = Path(f"/proc/{it.world.process.id}/status").read_text("utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def descriptors(it: Trouble) -> int:
    """Files and sockets that are open."""
    return len(list(Path(f"/proc/{it.world.process.id}/fd").iterdir()))


def stored(it: Trouble) -> float:
    """MiB of the database with its log."""
    return sum(file.stat().st_size for file in it.folder.glob("bot.db*")) / 2**20


async def tasks(it: Trouble) -> int:
    """How many the bot's loop has."""
    told = it.folder / "tasks"
    told.unlink(missing_ok=True)
    os.kill(it.world.process.id, signal.SIGUSR1)
    async with asyncio.timeout(30):
        while not told.exists() or not (count := told.read_text("utf-8")):  # noqa: ASYNC110 - in a process
            await asyncio.sleep(0.01)
    return int(count)


def is_flat(figures: list[float], more: float) -> bool:
    """Whether the last quarter's least is at most ``more`` above the second one's: the first warms up.

    What is in flight when one looks comes and goes with the machine's load, and moves a median; what
    is never let go of raises the least as well.
    """
    quarter = len(figures) // 4
    return min(figures[-quarter:]) <= min(figures[quarter : 2 * quarter]) + more


@pytest.mark.long
async def test_two_hours_leave_no_trace(memory: Path, record_property: Callable[[str, object], None]) -> None:
    chance = random.Random(9)
    async with trouble(memory) as it:
        it.world.crm.faults.take = one_in_ten(chance)  # type: ignore[assignment,method-assign]
        await it.start()
        load, seen = Load(it.world.slack, chance), []
        for minute in range(MINUTES):
            if minute % DIGESTS == 0:
                await it.world.next_day()
            else:
                it.world.move(timedelta(minutes=1))
            for _ in range(EACH):
                load.type()
            await load.done()
            seen.append((resident(it), descriptors(it), await tasks(it), stored(it)))
        await it.recovers(20)
        await it.nothing_is_lost_or_doubled()
        memories, files, counts, sizes = (list(each) for each in zip(*seen, strict=True))
        record_property("outcomes", str(dict(load.outcomes)))
        for name, figures in (
            ("MiB", memories),
            ("descriptors", files),
            ("tasks", counts),
            ("stored", sizes),
        ):
            record_property(name, f"{figures[len(figures) // 4]:.1f} to {figures[-1]:.1f}")
        assert load.unexplained == []
        assert is_flat(memories, 8)
        assert is_flat(files, 4)
        assert is_flat(counts, 1)
        assert is_flat(sizes, 1)
