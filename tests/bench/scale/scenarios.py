"""The setups that are compared: what the bot comes with, and what moves the bottleneck."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial

from tests.bench.scale.costs import COSTS
from tests.bench.scale.summary import Summary, summary
from tests.bench.scale.waves import Setup, simulate
from tests.bench.scale.world import World

__all__ = ["BASE", "ENOUGH", "LEVERS", "PICTURED", "WORKERS", "compare"]

#: How the bot comes.
BASE = Setup(name="as it comes", workers=8, workspaces_at_once=32)
#: How many workers, and how many workspaces each has in hand.
WORKERS = [
    Setup(name=f"{workers} × {at_once}", workers=workers, workspaces_at_once=at_once)
    for at_once in (8, 32)
    for workers in (1, 2, 4, 8, 16, 32, 64)
]
ENOUGH = Setup(name="8 workers × 64 workspaces", workers=8, workspaces_at_once=64)
FASTER = replace(COSTS, digest_cpu=COSTS.digest_cpu / 2, digest_database=COSTS.digest_database / 2)
#: One thing changed after another.
LEVERS = [
    replace(BASE, name="as it comes: 8 workers × 32 workspaces, 240 messages a minute"),
    replace(ENOUGH, name="8 × 64 workspaces"),
    replace(ENOUGH, name="8 × 64, half of the CPU and database for each digest (batching)", costs=FASTER),
    replace(ENOUGH, name="8 × 64, PostgreSQL of 2 cores", cores=2),
    replace(ENOUGH, name="8 × 64, 480 messages a minute", per_minute=480),
    replace(ENOUGH, name="8 × 64, begun up to 15 minutes early", early=15 * 60),
    replace(ENOUGH, name="8 × 64, begun up to an hour early", early=3600),
    replace(ENOUGH, name="8 × 64, 480 a minute and up to 15 minutes early", per_minute=480, early=15 * 60),
]


#: Those of which there is a line in the picture.
PICTURED = {LEVERS[number].name for number in (0, 1, 4, 5, 7)}


def compare(world: World, setups: Sequence[Setup], processes: int = 2) -> Iterator[Summary]:
    """A day of each, in their order."""
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(partial(_day, world), setups)


def _day(world: World, setup: Setup) -> Summary:
    return summary(simulate(world, setup))
