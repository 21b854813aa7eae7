"""Work after the acknowledgement: bounded, fair, on the one loop."""

import asyncio
import logging
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from types import TracebackType

from bot.core.errors import BotBusy

__all__ = ["QueueRunner"]

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]

#: Jobs of a user that may run at once however many others are busy.
EACH = 2
#: The share of the workers that is kept for those who use fewer: forty commands of one user to a slow CRM
#: shall keep nobody else waiting.
RESERVE = 1 / 4
#: The share of the queue that one user may fill.
LINE = 3 / 4
#: Seconds that cancelled jobs have to say so.
LAST_WORDS = 2.0


class _Lane:
    """The jobs for one SuperOffice: what runs, and who waits in which order."""

    def __init__(self, workers: int, size: int) -> None:
        self._workers = workers
        self._size = size
        self._line = max(1, int(size * LINE))
        self._reserve = int(workers * RESERVE)
        #: Whoever has jobs waiting, whose turn is next first.
        self._lines: OrderedDict[Hashable, deque[Job]] = OrderedDict()
        self._running: Counter[Hashable] = Counter()

    @property
    def idle(self) -> bool:
        """Whether nothing runs or waits here."""
        return not self._running and not self._lines

    @property
    def waiting(self) -> int:
        """How many jobs are in line."""
        return sum(map(len, self._lines.values()))

    def put(self, job: Job, whose: Hashable) -> None:
        """Stand in line. Raises :class:`BotBusy` when the queue or the user's line is full."""
        line = self._lines.get(whose, ())
        if self.waiting >= self._size or len(line) >= self._line:
            raise BotBusy
        self._lines.setdefault(whose, deque()).append(job)

    def next(self) -> tuple[Job, Hashable] | None:
        """The job that may start now, and whose it is: one of each user in turn."""
        free = self._workers - self._running.total()
        most = self._workers if free > self._reserve else EACH
        whose = next((each for each in self._lines if self._running[each] < most), None) if free else None
        if whose is None:
            return None
        line = self._lines[whose]
        job = line.popleft()
        self._lines.move_to_end(whose)
        if not line:
            del self._lines[whose]
        self._running[whose] += 1
        return job, whose

    def ended(self, whose: Hashable) -> None:
        """A job of theirs has ended."""
        self._running[whose] -= 1
        self._running += Counter()  # forgets whoever has none left

    def clear(self) -> list[Job]:
        """Send everybody away; the jobs that will not start."""
        left = [job for line in self._lines.values() for job in line]
        self._lines.clear()
        return left


class QueueRunner:
    """Runs up to ``workers`` jobs at once and holds up to ``size`` more, for each SuperOffice.

    So one that hangs delays nobody who asks another. Each user's jobs are in a line of their own: users take
    turns; one alone may use most of the places, never all of them. A job answers for its own failures; one
    that raises all the same ends alone. Leaving the context takes no more jobs and gives those under way and
    in line ``grace`` seconds since :meth:`close`. Then every job that is left is cancelled, also one that had
    not begun, so that it can tell who waits for it.
    """

    def __init__(self, workers: int, size: int, grace: float = 6.0) -> None:
        self._workers = workers
        self._size = size
        self._grace = grace
        self._ends_at: float | None = None
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = self._is_over = False

    def submit(self, job: Job, whose: Hashable, asks: str = "") -> None:
        """Queue a job that ``asks`` a SuperOffice. Raises :class:`BotBusy` also when the bot stops."""
        if self._closing:
            raise BotBusy
        lane = self._lanes.setdefault(asks, _Lane(self._workers, self._size))
        lane.put(job, whose)
        self._start_jobs(asks, lane)

    def spawn(self, job: Job) -> None:
        """Start a job beside the queue: for what is rare, short, and not to be refused."""
        self._start(job)

    def later(self, seconds: float, job: Job) -> Callable[[], None]:
        """Spawn a job so much later, unless what this returns is called before, or the bot has stopped."""
        return asyncio.get_running_loop().call_later(seconds, self._spawn_unless_over, job).cancel

    def _spawn_unless_over(self, job: Job) -> None:
        if not self._is_over:
            self._start(job)

    def waiting(self) -> int:
        """How many jobs are in line."""
        return sum(lane.waiting for lane in self._lanes.values())

    def close(self) -> None:
        """Take no more jobs; from now on the grace counts."""
        self._closing = True
        self._ends_at = self._ends_at or asyncio.get_running_loop().time() + self._grace

    async def __aenter__(self) -> "QueueRunner":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        try:
            async with asyncio.timeout_at(self._ends_at):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            log.warning("not every job was finished", extra={"action": "runner.cut"})
        await self._cut_short()

    async def _cut_short(self) -> None:
        self._is_over = True
        left = [job for lane in self._lanes.values() for job in lane.clear()]
        ending = [*self._tasks, *(asyncio.create_task(_cancelled_at_once(job)) for job in left)]
        for task in self._tasks:
            task.cancel()
        if ending:
            await asyncio.wait(ending, timeout=LAST_WORDS)

    def _start_jobs(self, asks: str, lane: _Lane) -> None:
        """Fill the lane's free places."""
        while turn := lane.next():
            job, whose = turn
            self._start(job).add_done_callback(partial(self._ended, asks, lane, whose))
        if lane.idle:
            self._lanes.pop(asks, None)

    def _ended(self, asks: str, lane: _Lane, whose: Hashable, _: asyncio.Task[None]) -> None:
        lane.ended(whose)
        self._start_jobs(asks, lane)

    def _start(self, job: Job) -> asyncio.Task[None]:
        task = asyncio.create_task(self._run(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

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
