"""The clock's tick with very many subscriptions, beside APScheduler with a job for each user.

Ours: one tick that finds nothing due; and ten thousand due digests claimed, on the disk, and taken up.
APScheduler's: its SQLAlchemy job store, a job for each user, all due at once, each of which does nothing.
"""

import os
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bot import store
from bot.core.people import SlackUser
from bot.core.plan import plan
from bot.core.secret import Secret
from bot.core.slots import NO_HOLIDAYS
from bot.services.digests.waves import BATCH, BEGUN, KINDS
from bot.store import Store
from bot.store.sqlite import at_once
from tests.bench.timing import verdict
from tests.bench.whole import KEY, due, fill
from tests.sqlite import connection, opened

__all__ = ["measure"]

NOW = datetime(2026, 11, 19, 7, tzinfo=UTC)
SIZES = (1_000, 10_000, 100_000, 1_000_000)
DUE = 10_000
#: APScheduler's jobs: each takes a millisecond and more.
JOBS = 300
#: Seconds between ticks.
EVERY = 10


def measure(rounds: int) -> Iterator[str]:
    """A table: CPU of a tick, by how many subscriptions there are."""
    yield "A tick (CPU)"
    columns = f"{'nothing due':>14}{'of a core':>11}{f'claim {DUE:,} due':>20}{'take them up':>15}"
    yield f"{'subscriptions':>13}{columns}"
    sizes = SIZES if rounds > 1 else SIZES[:1]
    for size in sizes:
        idle, claim, take = _tick(size, min(DUE, size))
        share = verdict(idle / EVERY * 100, "<= 0.1").strip()
        yield (
            f"{size:>13,}{idle * 1e6:>11.0f} µs  {share:>9} %{claim * 1e3:>17.0f} ms{take * 1e3:>12.0f} ms"
        )
    if (firing := _apscheduler()) is None:
        yield "APScheduler: not measured, SQLAlchemy is not installed"
        return
    yield f"APScheduler, a job each in SQLAlchemy: {firing * 1e3:.2f} ms a firing of {JOBS}"
    fired = firing * min(DUE, size)
    yield f"APScheduler ÷ claim, {min(DUE, size):,} due of {size:,}  {verdict(fired / claim, '>= 100')}"
    yield f"APScheduler ÷ claim and take up  {fired / (claim + take):>8.2f}"


def _tick(size: int, most: int) -> tuple[float, float, float]:
    with TemporaryDirectory() as folder:
        database = Path(folder) / "bot.db"
        store.migrate(database, NOW)
        with opened(database, Secret(KEY)) as held:
            _fill(held, size, most)
            with database.open("rb") as file:
                os.fsync(file)  # else what is measured next pays for that
            earlier = NOW - timedelta(hours=1)
            idle = median(_idle(held, earlier) for _ in range(9))
            return idle, _timed(held, _claim, most), _timed(held, _take, most)


def _timed(opened: Store, step: Callable[[Store], Coroutine[Any, Any, int]], most: int) -> float:
    used = time.process_time()
    done = at_once(step(opened))
    assert done == most, done
    return time.process_time() - used


def _fill(opened: Store, size: int, claimed: int) -> None:
    connection(opened).execute("PRAGMA synchronous = OFF")
    for number in range(claimed):
        at_once(opened.subscriptions.put(due(SlackUser("T1", f"U{number}"), NOW), NOW))
    if size > claimed:
        fill(opened, claimed, size - 1, later=timedelta(days=1))
    connection(opened).execute("PRAGMA synchronous = NORMAL")
    connection(opened).execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _idle(opened: Store, now: datetime) -> float:
    used = time.process_time()
    for _ in range(20):
        assert at_once(opened.subscriptions.waiting(now)) == 0
        assert at_once(opened.subscriptions.workspaces_due(now)) == []
    return (time.process_time() - used) / 20


async def _claim(opened: Store) -> int:
    """As a wave does, but that it takes them up in between."""
    claimed = 0
    while due := await opened.subscriptions.due("T1", NOW, BEGUN, KINDS):
        plans = [plan(each, NOW, NO_HOLIDAYS) for each in due]
        claimed += sum(count for _, count in await opened.ledger.carry_out(plans, NOW))
    return claimed


async def _take(opened: Store) -> int:
    """As a wave does, but for seeing to them."""
    taken = 0
    while batch := await opened.ledger.take("T1", NOW, BATCH):
        taken += len(batch)
    return taken


def _apscheduler() -> float | None:
    """CPU seconds of one firing."""
    try:
        from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    except ImportError:
        return None
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    with TemporaryDirectory() as folder:
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(f"sqlite:///{folder}/jobs.db")},
            executors={"default": ThreadPoolExecutor(8)},
            job_defaults={"misfire_grace_time": None, "coalesce": True},
            timezone=UTC,
        )
        scheduler.start(paused=True)
        started = datetime.now(UTC)
        for number in range(JOBS):
            scheduler.add_job(_nothing, "interval", days=1, next_run_time=started, id=str(number))
        used = time.process_time()
        scheduler.resume()
        while any(job.next_run_time <= datetime.now(UTC) for job in scheduler.get_jobs()):
            time.sleep(0.2)
        taken = (time.process_time() - used) / JOBS
        scheduler.shutdown()
        return taken


def _nothing() -> None:
    """What a job does."""
