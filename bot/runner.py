"""Work after the acknowledgement: a bounded queue and a set number of workers on the one loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType

from bot.core.errors import Busy

__all__ = ["QueueRunner"]

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]


class QueueRunner:
    """Runs up to ``workers`` jobs at once and holds up to ``size`` more.

    A job answers for its own failures; one that raises all the same ends alone. Leaving the context takes
    no more jobs, gives those under way ``grace`` seconds, and cancels the rest.
    """

    def __init__(self, workers: int, size: int, grace: float = 10.0) -> None:
        self._queue: asyncio.Queue[Job] = asyncio.Queue(size)
        self._workers = workers
        self._grace = grace
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    def submit(self, job: Job) -> None:
        """Queue a job. Raises :class:`Busy` when the queue is full or the bot is stopping."""
        if self._closing:
            raise Busy
        try:
            self._queue.put_nowait(job)
        except asyncio.QueueFull:
            raise Busy from None

    async def __aenter__(self) -> "QueueRunner":
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        try:
            async with asyncio.timeout(self._grace):
                await self._queue.join()
        except TimeoutError:
            log.warning("%d jobs were not finished", self._queue.qsize(), extra={"action": "runner.cut"})
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            job = await self._queue.get()
            try:
                await job()
            except Exception as error:
                log.error("a job raised %s", type(error).__name__, extra={"action": "runner.failed"})
            finally:
                self._queue.task_done()
