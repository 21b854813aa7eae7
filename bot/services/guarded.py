"""SuperOffice, asked only while it answers, and by so many at once."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from bot.core.breaker import Breaker, BreakerState
from bot.core.errors import BotError, CrmPaused, CrmTimedOut, CrmTooBusy, CrmUnreachable
from bot.services.around import AroundCrm
from bot.services.ports import Crm

__all__ = ["Gate", "GuardedCrm"]

log = logging.getLogger(__name__)

T = TypeVar("T")

#: No answer at all. Whatever else goes wrong, it answered.
NO_ANSWER = (CrmTimedOut, CrmTooBusy, CrmUnreachable)
#: Seconds that the small question may take which tells whether it answers again.
PROBE = 5.0
#: A question that was given up after so many seconds was not answered either: whoever asked had no more time.
#: Where they have less than twice as much, it is half of that.
GIVEN_UP = 10.0


class Gate:
    """One SuperOffice's breaker, for all who ask it, each of whom has so many ``seconds`` at most.

    ``monotonic`` is in seconds and never goes back.
    """

    def __init__(
        self, crm: Crm, monotonic: Callable[[], float] = time.monotonic, seconds: float = math.inf
    ) -> None:
        self._crm = crm
        self._monotonic = monotonic
        self._given_up = min(GIVEN_UP, seconds / 2)
        self._breaker = Breaker()
        self._probing = asyncio.Lock()

    @property
    def state(self) -> BreakerState:
        """Whether it is asked."""
        return self._breaker.state(self._monotonic())

    async def enter(self) -> None:
        """Return if it may be asked, after a small question if need be. Raises :class:`CrmPaused`."""
        if self.state is BreakerState.CLOSED:
            return
        self.refuse_while_open()
        async with self._probing:  # whoever comes meanwhile waits for the same answer
            self.refuse_while_open()
            if self.state is BreakerState.HALF_OPEN:
                await self._probe()
        self.refuse_while_open()

    async def ask(self, call: Callable[[], Awaitable[T]], *, proves: bool) -> T:
        """Ask, and learn whether it answers; ``proves``: the call cannot succeed without an answer."""
        began = self._monotonic()
        try:
            answer = await call()
        except NO_ANSWER:
            self._failed()
            raise
        except BotError:
            self._breaker.succeeded()
            raise
        except asyncio.CancelledError:
            if self._monotonic() - began >= self._given_up:
                self._failed()
            raise
        if proves:
            self._breaker.succeeded()
        return answer

    async def _probe(self) -> None:
        try:
            async with asyncio.timeout(PROBE):
                await self._crm.system_info()
        except (*NO_ANSWER, TimeoutError):
            self._failed()
        except BotError:  # a refusal is an answer
            self._probed()
        else:
            self._probed()

    def _probed(self) -> None:
        log.info("SuperOffice answers again", extra={"action": "crm.resumed", "tenant": self._crm.tenant})
        self._breaker.probed()

    def refuse_while_open(self) -> None:
        """Raise :class:`CrmPaused` as long as it is not asked."""
        if left := self._breaker.left(self._monotonic()):
            raise CrmPaused(tenant=self._crm.tenant, seconds=math.ceil(left))

    def _failed(self) -> None:
        before = self.state
        self._breaker.failed(self._monotonic())
        if before is not BreakerState.OPEN and self.state is BreakerState.OPEN:
            log.warning(
                "SuperOffice does not answer: it is not asked for a while",
                extra={"action": "crm.paused", "tenant": self._crm.tenant},
            )


class GuardedCrm(AroundCrm):
    """Implements the port ``Crm`` by another one of it, behind a gate.

    ``turns`` has as many as may be under way together, and is entered by each; the others wait, in order.
    """

    def __init__(self, crm: Crm, gate: Gate, turns: AbstractAsyncContextManager[None]) -> None:
        super().__init__(crm)
        self._gate = gate
        self._turns = turns

    async def around(self, operation: str, call: Callable[[], Awaitable[T]]) -> T:
        """Wait for a turn, see whether it is asked at all, and learn whether it answers."""
        self._gate.refuse_while_open()  # those whose turn it is may wait long for what is silent
        async with self._turns:
            await self._gate.enter()
            # The time is known after the first time.
            return await self._gate.ask(call, proves=operation != "now")
