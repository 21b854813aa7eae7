"""See to all that is due: a wave for each workspace, a few digests of it at a time.

A wave holds no more than its workers have in hand: what is due waits in the database, however much it is.
Each worker fetches, then waits for its turn to post, so fetches are never far ahead of Slack's limits.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from time import monotonic

from bot.core.plan import plan
from bot.core.slots import NO_HOLIDAYS, Holidays
from bot.core.subscription import Delivery, Outcome
from bot.services.digests.delivering import Delivering
from bot.services.failures import log_unexpected
from bot.services.ports import UNCOUNTED, Clock, Metrics, Runner
from bot.services.ports.digests import Ledger, Subscriptions

__all__ = ["Waves"]

log = logging.getLogger(__name__)

#: Digests of a workspace that are seen to at the same time.
AT_ONCE = 8
#: Rows that are taken up at a time: no more than are seen to well within their lease.
BATCH = 50
#: Subscriptions whose rows are begun at a time, and how many kinds of them: on SQLite the loop stands still
#: meanwhile, for some microseconds each and some more for each kind.
BEGUN, KINDS = 500, 50
#: How often a long wave says how it is doing, in seconds.
REPORT = 30.0
#: How often a wave that is a job looks whether more is due, in seconds.
LOOK = 5.0


class Waves:
    """The use case. ``holidays`` knows a country's."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        ledger: Ledger,
        delivering: Delivering,
        runner: Runner,
        clock: Clock,
        holidays: Callable[[str | None], Holidays] = lambda _: NO_HOLIDAYS,
        at_once: int = AT_ONCE,
        metrics: Metrics = UNCOUNTED,
    ) -> None:
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._delivering = delivering
        self._runner = runner
        self._clock = clock
        self._holidays = holidays
        self._at_once = at_once
        self._metrics = metrics
        self._running: dict[str, _Wave] = {}
        self._waiting = 0

    def waiting(self) -> int:
        """How many digests were due or under way at the last tick."""
        return self._waiting

    async def tick(self) -> None:
        """Start a wave wherever something is due and none is under way. To be called every few seconds."""
        try:
            for workspace in await self.due():
                wave = self._running.get(workspace)
                if wave is None:
                    self._running[workspace] = wave = _Wave(workspace)
                    self._runner.spawn(partial(self._wave, wave))
                elif wave.workers:
                    self._fill(wave)
        except Exception as error:
            log_unexpected(error, "digest.tick")

    async def due(self) -> Sequence[str]:
        """The workspaces where something is due."""
        now = self._clock.now()
        self._waiting = await self._subscriptions.waiting(now)
        return await self._subscriptions.workspaces_due(now)

    async def job(self, workspace: str) -> None:
        """One wave, for whoever alone has this workspace: what comes due while it lasts is its own as well.

        It raises nothing but cancellation.
        """
        wave = _Wave(workspace)
        looking = asyncio.create_task(self._look_again(wave))
        try:
            await self._see_to(wave)
        except Exception as error:
            log_unexpected(error, "digest.wave")
        finally:
            looking.cancel()

    async def _look_again(self, wave: "_Wave") -> None:
        while True:
            await asyncio.sleep(LOOK)
            if wave.workers:
                self._fill(wave)

    async def see_to(self, workspace: str) -> Counter[Outcome]:
        """One wave: until nothing more is due. What became of how many; ``CLAIMED``: they wait."""
        return await self._see_to(_Wave(workspace))

    async def _see_to(self, wave: "_Wave") -> Counter[Outcome]:
        try:
            async with wave.group:
                self._fill(wave)
        finally:
            for delivery in wave.taken:
                await self._ledger.release(delivery, self._clock.now())
            wave.report("done")
        return wave.counts

    async def _wave(self, wave: "_Wave") -> None:
        try:
            await self._see_to(wave)
        except Exception as error:
            log_unexpected(error, "digest.wave")
        finally:
            del self._running[wave.workspace]

    def _fill(self, wave: "_Wave") -> None:
        """Let it have all of its workers: some went home, while others wait for Slack, say."""
        wave.is_over = False
        for _ in range(self._at_once - wave.workers):
            wave.workers += 1
            wave.group.create_task(self._work(wave))

    async def _work(self, wave: "_Wave") -> None:
        """It raises nothing but cancellation: others are in the middle of a message, and must not be cut."""
        try:
            while delivery := await self._next(wave):
                wave.counts[await self._delivering.deliver(delivery)] += 1
                wave.report_now_and_then()
        except Exception as error:
            wave.is_over = True  # as far as can be known: the next tick looks again
            log_unexpected(error, "digest.wave")
        finally:
            wave.workers -= 1

    async def _next(self, wave: "_Wave") -> Delivery | None:
        """The next row to see to, taken up; ``None`` where nothing is due any more."""
        async with wave.taking:
            while not wave.taken:
                if wave.is_over:
                    return None
                now = self._clock.now()
                wave.taken.extend(await self._ledger.take(wave.workspace, now, BATCH))
                if wave.taken:
                    break
                if not await self._begin(wave, now):
                    wave.is_over = True
                    return None
            return wave.taken.popleft()

    async def _begin(self, wave: "_Wave", now: datetime) -> bool:
        """Begin rows for what is due, to be taken up; ``False``: nothing is."""
        due = await self._subscriptions.due(wave.workspace, now, BEGUN, KINDS)
        plans = [plan(each, now, self._holidays(each.schedule.country)) for each in due]
        for row, count in await self._ledger.carry_out(plans, now):
            if row.outcome is not Outcome.CLAIMED:
                wave.counts[row.outcome] += count
                for _ in range(count):
                    self._metrics.digest(row.outcome, row.reason)
        return bool(due)


class _Wave:
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        #: Rows that were taken up and that no worker has begun with.
        self.taken = deque[Delivery]()
        self.counts = Counter[Outcome]()
        self.taking = asyncio.Lock()
        self.group = asyncio.TaskGroup()
        self.workers = 0
        #: Nothing was due when somebody looked last.
        self.is_over = False
        self.began = self.reported = monotonic()

    def report_now_and_then(self) -> None:
        """How it is doing, every half minute."""
        if monotonic() - self.reported >= REPORT:
            self.report("under way")

    def report(self, how: str) -> None:
        """How many, and what became of them."""
        self.reported = monotonic()
        if not self.counts:
            return
        counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.counts.items()))
        log.info(
            "digests of %s %s: %s in %.0f s",
            *(self.workspace, how, counts, self.reported - self.began),
            extra={"action": "digest.wave"},
        )
