"""The clock's tick with very many subscriptions, beside APScheduler with a job for each user.

Ours: one tick that finds nothing due; and ten thousand due digests claimed, on the disk, and taken up, a
day later once more, and so on. APScheduler's: its SQLAlchemy job store, and each user's job for each day at a
time in their zone, as a digest is. All are due at once, and none does anything.
"""

import os
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
from tests.bench.shapes import OSLO
from tests.bench.timing import figure, ratios, verdict
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
    columns = f"{'nothing due':>14}{'% of a core':>14}{f'claim {DUE:,} due':>27}{'take them up':>16}"
    yield f"{'subscriptions':>13}{columns}"
    for size in SIZES if rounds > 1 else SIZES[:1]:
        most, scheduling = min(DUE, size), size == SIZES[-1] or rounds == 1
        idle, claims, takes, firings = _ticks(size, most, rounds, scheduling)
        share = verdict([each / EVERY * 100 for each in idle], "<= 0.1")
        yield (
            f"{size:>13,}{figure(idle, 0, 1e6)} µs{share}"
            f"{figure(claims, 0, 1e3):>16} ms{figure(takes, 0, 1e3)} ms"
        )
    if not firings:
        yield "APScheduler: not measured, SQLAlchemy is not installed"
        return
    fired = [each * most for each in firings]
    both = [claim + take for claim, take in zip(claims, takes, strict=True)]
    yield f"APScheduler, a job each in SQLAlchemy, {JOBS} fire{figure(firings, scale=1e3)} ms each"
    yield f"APScheduler ÷ claim, {most:,} due of {size:,}  {verdict(ratios(fired, claims), '>= 100')}"
    yield f"APScheduler ÷ claim and take up            {figure(ratios(fired, both))}".rstrip()


def _ticks(size: int, most: int, rounds: int, scheduling: bool) -> tuple[list[float], ...]:
    """Ticks that find nothing, then for each day: claiming, taking up, and APScheduler's firings."""
    claims, takes, firings = list[float](), list[float](), list[float]()
    with TemporaryDirectory() as folder:
        database = Path(folder) / "bot.db"
        store.migrate(database, NOW)
        with opened(database, Secret(KEY)) as held:
            _fill(held, size, most)
            with database.open("rb") as file:
                os.fsync(file)  # else what is measured next pays for that
            idle = [_idle(held, NOW - timedelta(hours=1)) for _ in range(9)]
            for day in range(rounds):
                now = NOW + timedelta(days=day)
                claims.append(_timed(held, _claim, now, most))
                takes.append(_timed(held, _take, now, most))
                connection(held).execute("DELETE FROM ledger")
                if scheduling and (firing := _apscheduler()):
                    firings.append(firing)
    return idle, claims, takes, firings


def _timed(
    opened: Store, step: Callable[[Store, datetime], Coroutine[Any, Any, int]], now: datetime, most: int
) -> float:
    used = time.process_time()
    done = at_once(step(opened, now))
    assert done == most, done
    return time.process_time() - used


def _fill(opened: Store, size: int, claimed: int) -> None:
    connection(opened).execute("PRAGMA synchronous = OFF")
    for number in range(claimed):
        at_once(opened.subscriptions.put(due(SlackUser("T1", f"U{number}"), NOW), NOW))
    if size > claimed:
        fill(opened, claimed, size - 1, later=timedelta(days=365))
    connection(opened).execute("PRAGMA synchronous = NORMAL")
    connection(opened).execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _idle(opened: Store, now: datetime) -> float:
    used = time.process_time()
    for _ in range(20):
        assert at_once(opened.subscriptions.waiting(now)) == 0
        assert at_once(opened.subscriptions.workspaces_due(now)) == []
    return (time.process_time() - used) / 20


async def _claim(opened: Store, now: datetime) -> int:
    """As a wave does, but that it takes them up in between."""
    claimed = 0
    while due := await opened.subscriptions.due("T1", now, BEGUN, KINDS):
        plans = [plan(each, now, NO_HOLIDAYS) for each in due]
        claimed += sum(count for _, count in await opened.ledger.carry_out(plans, now))
    return claimed


async def _take(opened: Store, now: datetime) -> int:
    """As a wave does, but for seeing to them."""
    taken = 0
    while batch := await opened.ledger.take("T1", now, BATCH):
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
    from apscheduler.triggers.cron import CronTrigger

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
            daily = CronTrigger(hour=7, timezone=OSLO)
            scheduler.add_job(_nothing, daily, [f"U{number}"], next_run_time=started, id=str(number))
        used = time.process_time()
        scheduler.resume()
        while any(job.next_run_time <= datetime.now(UTC) for job in scheduler.get_jobs()):
            time.sleep(0.2)
        taken = (time.process_time() - used) / JOBS
        scheduler.shutdown()
        return taken


def _nothing(user: str) -> None:
    """What a job does for them."""
