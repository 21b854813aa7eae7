"""So many questions to one SuperOffice at the same time, whichever processes ask them.

A process has some of the seats for a while, and asks from them without another word. It settles with the
others when it could use more, or when another has too few. Once its time is over it begins with no question:
its seats may be another's by then. So a process that dies keeps nobody from them for longer than that, and
one that is cut off ends what it has begun, and no more.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from types import TracebackType

from bot.services.failures import log_unexpected
from bot.services.ports import Seats

__all__ = ["SharedSeats"]

#: Seconds that seats are had for; in which a question may begin, so that most end before; between renewals.
LEASE, GOOD, RENEWED = 30.0, 20.0, 5.0
#: Seconds between two looks whether another has too few, and until one who waits tries again to have more.
LOOK = 1.0
#: Seconds after which unused seats are left to others.
IDLE = 5.0


class SharedSeats:
    """This process's. ``now`` is in seconds and never goes back; ``sleep`` waits for as many of them."""

    def __init__(
        self,
        seats: Seats,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.seats = seats
        self.now = now
        self.sleep = sleep
        self._pools: dict[str, _Pool] = {}
        self._renewed_at = now()

    def of(self, name: str, total: int) -> "_Pool":
        """A context for any number of questions: within it, one of ``total`` seats is one's own."""
        return self._pools.setdefault(name, _Pool(self, name, total))

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Look after them for as long as that; in the end others have them."""
        looking = asyncio.create_task(self._look_again_and_again())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(Exception):  # they end by themselves
                await self._leave([pool for pool in self._pools.values() if pool.is_known])

    async def tick(self) -> None:
        """Leave what is idle, renew, and let others have their share. It raises nothing."""
        try:
            if any(pool.is_known for pool in self._pools.values()):
                await self._leave([pool for pool in self._pools.values() if pool.is_idle])
                await self._renew()
                short = await self.seats.short()
                for pool in self._pools.values():
                    if pool.name in short or pool.wants_less:
                        await pool.settle()
        except Exception as error:
            log_unexpected(error, "seats.unsettled")

    async def _look_again_and_again(self) -> None:
        while True:
            await self.sleep(LOOK)
            await self.tick()

    async def _leave(self, pools: "list[_Pool]") -> None:
        async with AsyncExitStack() as stack:
            for pool in pools:
                await stack.enter_async_context(pool.left())
            if pools:
                await self.seats.leave([pool.name for pool in pools])

    async def _renew(self) -> None:
        began = self.now()
        pools = [pool for pool in self._pools.values() if pool.is_known]
        if pools and began - self._renewed_at >= RENEWED:
            renewed = set(await self.seats.renew([pool.name for pool in pools], LEASE))
            self._renewed_at = began
            for pool in pools:
                if pool.name in renewed:
                    pool.renewed(began)


class _Pool:
    """The seats of one name. Those who wait are let in in their order."""

    def __init__(self, its: SharedSeats, name: str, total: int) -> None:
        self._its = its
        self.name = name
        self._total = total
        self._held = self._in_use = self._wanted = 0
        #: Others know of this process.
        self.is_known = False
        self._good_until = self._used_at = float("-inf")
        self._waiting = deque[asyncio.Future[None]]()
        self._settling: asyncio.Task[None] | None = None
        #: What others know of this process is changed by one at a time.
        self._telling = asyncio.Lock()

    async def __aenter__(self) -> None:
        if self._waiting or not self._has_room:
            await self._let_in()
        else:
            self._in_use += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    async def settle(self) -> None:
        """Have as many as are fair. Meanwhile no more are in use than were: so many one has for certain."""
        async with self._telling:
            in_use = self._in_use
            self._held = min(self._held, in_use)
            self._wanted, self.is_known, began = self._needed, True, self._its.now()
            self._held = await self._its.seats.settle(self.name, self._total, self._wanted, in_use, LEASE)
            self.renewed(began)

    def renewed(self, at: float) -> None:
        """One has them from then on."""
        self._good_until = at + GOOD
        self._fill()

    @property
    def is_idle(self) -> bool:
        """Nobody asked for a while."""
        idle = self.is_known and not self._needed and not self._telling.locked()
        return idle and self._its.now() - self._used_at >= IDLE

    @property
    def wants_less(self) -> bool:
        """Others believe that it has too few, and it has not."""
        return self.is_known and self._wanted > self._held >= self._needed

    @asynccontextmanager
    async def left(self) -> AsyncIterator[None]:
        """It has none, and within this others are told so."""
        async with self._telling:
            self._held = 0
            yield
            self.is_known = False

    @property
    def _needed(self) -> int:
        return min(self._total, self._in_use + len(self._waiting))

    @property
    def _has_room(self) -> bool:
        return self._in_use < self._held and self._its.now() < self._good_until

    def _fill(self) -> None:
        while self._waiting and self._has_room:
            first = self._waiting.popleft()
            if not first.cancelled():
                self._in_use += 1
                first.set_result(None)

    def _end(self) -> None:
        self._in_use -= 1
        self._used_at = self._its.now()
        self._fill()

    async def _let_in(self) -> None:
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._until_all_are_in())
        try:
            await mine
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
            elif not mine.cancelled():  # let in, and gone
                self._end()
            raise

    async def _until_all_are_in(self) -> None:
        """Try to have more as long as anybody waits who could have them."""
        while self._waiting:
            if self._held < self._total or self._its.now() >= self._good_until:
                try:
                    await self.settle()
                except Exception as error:
                    log_unexpected(error, "seats.unsettled")
            if self._waiting and self._needed <= self._wanted:
                await self._its.sleep(LOOK)
