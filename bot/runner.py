"""Work after the acknowledgement: a bounded queue and a set number of workers on the one loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType

from bot.core.errors import Busy

__all__ = ["QueueRunner"]

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]

#: Seconds that cancelled jobs have to say so.
LAST_WORDS = 3.0


class QueueRunner:
    """Runs up to ``workers`` jobs at once and holds up to ``size`` more.

    A job answers for its own failures; one that raises all the same ends alone. Leaving the context takes
    no more jobs and gives those under way ``grace`` seconds. Then every job that is left is cancelled, also
    one that had not begun, so that it can tell who waits for it.
    """

    def __init__(self, workers: int, size: int, grace: float = 7.0) -> None:
        self._queue: asyncio.Queue[Job] = asyncio.Queue(size)
        self._workers = workers
        self._grace = grace
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def submit(self, job: Job) -> None:
        """Queue a job. Raises :class:`Busy` when the queue is full or the bot is stopping."""
        if self._closing:
            raise Busy
        try:
            self._queue.put_nowait(job)
        except asyncio.QueueFull:
            raise Busy from None

    def spawn(self, job: Job) -> None:
        """Start a job beside the queue: for what is rare, short, and not to be refused."""
        task = asyncio.create_task(self._run(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def __aenter__(self) -> "QueueRunner":
        self._working = [asyncio.create_task(self._work()) for _ in range(self._workers)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        finished = asyncio.gather(self._queue.join(), *self._tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(self._grace):
                await finished
        except TimeoutError:
            log.warning("not every job was finished", extra={"action": "runner.cut"})
        await self._cut_short()

    async def _cut_short(self) -> None:
        ending = [*self._working, *self._tasks]
        for task in ending:
            task.cancel()
        while not self._queue.empty():
            ending.append(asyncio.create_task(_cancelled_at_once(self._queue.get_nowait())))
        if ending:
            await asyncio.wait(ending, timeout=LAST_WORDS)

    async def _work(self) -> None:
        while True:
            job = await self._queue.get()
            try:
                await self._run(job)
            finally:
                self._queue.task_done()

    async def _run(self, job: Job) -> None:
        try:
            await job()
        except asyncio.CancelledError:
            if self._closing:
                raise
            log.error("a job cancelled itself", extra={"action": "runner.failed"})
        except Exception as error:
            log.error("a job raised %s", type(error).__name__, extra={"action": "runner.failed"})


async def _cancelled_at_once(job: Job) -> None:
    """Begin a job and cancel it where it first waits."""
    try:
        async with asyncio.timeout(0):
            await job()
    except TimeoutError:
        pass
