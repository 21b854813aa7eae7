"""Jobs that any process may take up: Procrastinate, in the bot's own PostgreSQL.

A job is a duty and for whom it is, and carries nothing else: whoever does it finds out what there is to do.
So one that is lost, done twice or done late does no harm, and what must not happen twice is in the ledger.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job, Status
from procrastinate.schema import SchemaManager

from bot.core.secret import DatabaseUrl
from bot.silence import watchful

__all__ = ["Jobs", "prepare"]

log = logging.getLogger(__name__)

Do = Callable[[str], Awaitable[None]]

#: One process at a time prepares the tables: any number, but always this one.
LOCK = 5_310_743
#: Seconds without a sign of life after which a worker counts as dead, and its jobs as nobody's.
DEAD_AFTER = 30
HEARTBEAT = 5.0
#: Seconds between two looks for jobs, where a notification was missed.
POLL = 5.0
#: Jobs that are handed out in one statement.
BATCH = 200
#: Jobs of all duties without a number of their own that a worker does at the same time.
OTHERS = 8
#: Seconds until a worker that lost the database begins anew.
PAUSE = 1.0
#: Seconds that jobs under way have at the end.
GRACE = 5.0


def prepare(url: DatabaseUrl) -> None:
    """Make Procrastinate's tables, or bring them up to date. It blocks, also while another does it."""
    installed = version("procrastinate")
    with psycopg.connect(url.reveal(), connect_timeout=5) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        row = connection.execute(
            "SELECT obj_description(to_regclass('procrastinate_jobs')), to_regclass('procrastinate_jobs')"
        ).fetchone()
        found, exists = row or (None, None)
        if exists is None:
            connection.execute(SchemaManager.get_schema())
        elif found != installed:
            for script in _scripts(str(found or "")):
                connection.execute(script)
        if found != installed:
            connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{_numbers_text(installed)}'")


def _scripts(since: str) -> list[str]:
    """Procrastinate's own steps from after a version on, in order."""
    folder = files("procrastinate.sql") / "migrations"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    return [
        (folder / name).read_text("utf-8")
        for name in names
        if _numbers(name.partition("_")[0]) > _numbers(since)
    ]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _numbers_text(text: str) -> str:
    return ".".join(map(str, _numbers(text)))


class Jobs:
    """Hands jobs out, and does them. ``duties``: what is done, by name."""

    def __init__(self, url: DatabaseUrl, duties: Mapping[str, Do]) -> None:
        self._duties = duties
        self._under_way = set[asyncio.Task[None]]()
        self._app = App(
            connector=PsycopgConnector(
                conninfo=watchful(url),
                min_size=1,
                max_size=4,
                kwargs={"application_name": "superoffice-slack jobs"},
            )
        )
        for name in duties:
            self._app.task(name=name, queue=name)(self._doing(name))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Jobs"]:
        """Connect, for as long as that."""
        async with self._app.open_async():
            yield self

    async def hand_out(self, duty: str, keys: Sequence[str]) -> None:
        """Have it done for each of these, unless somebody is about to do it or is at it.

        Two who hand out the same at the same time hand it out once.
        """
        busy = await self._busy(duty) if keys else set()
        jobs = [self._job(duty, key) for key in keys if key not in busy]
        for start in range(0, len(jobs), BATCH):
            await self._put(jobs[start : start + BATCH])

    async def tidy(self) -> None:
        """Let go of what dead workers had in hand: what they left undone is found when it is handed out."""
        for job in await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
            log.warning("a worker died at %s", job.task_name, extra={"action": "jobs.stalled"})
            await self._app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)

    @asynccontextmanager
    async def working(self, at_once: Mapping[str, int]) -> AsyncIterator[None]:
        """Do jobs until the end; those under way then have a few seconds.

        ``at_once``: how many of a duty at the same time. The others together have places of their own.
        """
        others = [duty for duty in self._duties if duty not in at_once]
        queues = [*([each] for each in at_once), others]
        workers = [
            asyncio.create_task(self._work(queue, at_once.get(queue[0], OTHERS))) for queue in queues if queue
        ]
        try:
            yield
        finally:
            for worker in workers:
                worker.cancel()
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=GRACE)
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, queues: Sequence[str], at_once: int) -> None:
        """A worker that loses the database ends what it has in hand; then it begins anew."""
        while True:
            try:
                await self._app.run_worker_async(
                    queues=list(queues),
                    concurrency=at_once,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    fetch_job_polling_interval=POLL,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=DEAD_AFTER,
                )
            except Exception as error:
                cause = type(error.__cause__ or error).__name__
                log.error("the worker broke off: %s", cause, extra={"action": "jobs.broken"})
            await asyncio.sleep(PAUSE)

    def _job(self, duty: str, key: str) -> Job:
        lock = f"{duty} {key}"
        return self._app.configure_task(duty, lock=lock, queueing_lock=lock).make_new_job(key=key)

    async def _put(self, jobs: Sequence[Job]) -> None:
        """All at once. Where another clock was quicker with one of them, the others by halves."""
        try:
            await self._app.job_manager.batch_defer_jobs_async(list(jobs))
        except AlreadyEnqueued:
            half = len(jobs) // 2
            for some in (jobs[:half], jobs[half:]) if half else ():
                await self._put(some)

    def _doing(self, duty: str) -> Callable[..., Awaitable[None]]:
        async def do(key: str) -> None:
            task = asyncio.current_task()
            if task:
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
            try:
                await self._duties[duty](key)
            except Exception as error:  # whose own text may quote somebody
                log.error("%s failed: %s", duty, type(error).__name__, extra={"action": "jobs.failed"})

        return do

    async def _busy(self, duty: str) -> set[str]:
        found = set()
        for status in (Status.TODO, Status.DOING):
            for job in await self._app.job_manager.list_jobs_async(task=duty, status=status.value):
                found.add(str(job.task_kwargs.get("key")))
        return found
