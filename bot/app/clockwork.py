"""What happens by the clock: APScheduler ticks, the use cases decide."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import store
from bot.services.ports import Clock

__all__ = [
    "BEAT",
    "DIGESTS",
    "HOMES",
    "HOUSEKEEPING",
    "INSTALLS",
    "ROSTER",
    "STEWARD",
    "SWEEP",
    "Job",
    "known",
    "scheduled",
]

#: How often what has expired is deleted.
HOUSEKEEPING = timedelta(minutes=5)
#: How often each process says that it runs.
BEAT = timedelta(minutes=1)
#: How often it is looked what other processes installed.
INSTALLS = timedelta(minutes=1)
#: How often it is looked whose SuperOffice is gone.
SWEEP = timedelta(hours=1)
#: How often it is looked whether everybody was listed today.
ROSTER = timedelta(minutes=10)
#: How often it is looked which digests have no owner.
STEWARD = timedelta(minutes=5)
#: How often it is looked which digests are due.
DIGESTS = timedelta(seconds=10)
#: How often it is looked whose Home tab is stale.
HOMES = timedelta(seconds=2)

Job = Callable[[], Awaitable[None]]


@asynccontextmanager
async def known(database: store.Store, clock: Clock) -> AsyncIterator[None]:
    """Until nothing is written any more, `keys rotate` knows that this process runs, and its keys."""
    await database.processes.beat(clock.now())
    try:
        yield
    finally:
        await database.processes.leave()


@contextmanager
def scheduled(*jobs: tuple[Job, timedelta]) -> Iterator[AsyncIOScheduler]:
    """The scheduler. A job that takes longer than its interval is not started a second time."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    for job, every in jobs:
        scheduler.add_job(job, "interval", seconds=every.total_seconds(), misfire_grace_time=None)
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.shutdown(wait=False)
