"""See slots through: whatever goes wrong, their rows say so."""

import asyncio
import logging
import time
from collections.abc import Callable

from bot.core.correlation import correlated
from bot.core.errors import BotError
from bot.core.subscription import Delivery, Outcome
from bot.services.digests.composing import Composer
from bot.services.digests.doubts import Doubts
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.pausing import Pausing
from bot.services.digests.turn import Parts, Taken, Turn, back_off
from bot.services.failures import log_unexpected
from bot.services.ports import UNCOUNTED, Clock, Metrics
from bot.services.ports.digests import Ledger, Subscriptions
from bot.services.ports.posts import Posts

__all__ = ["Delivering"]

log = logging.getLogger(__name__)


class Delivering:
    """The use case, for rows of the ledger that the caller took up."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        ledger: Ledger,
        composer: Composer,
        posts: Posts,
        pausing: Pausing,
        guard: ChannelGuard,
        clock: Clock,
        metrics: Metrics = UNCOUNTED,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = Parts(
            subscriptions,
            ledger,
            composer,
            posts,
            pausing,
            clock,
            metrics,
            Doubts(monotonic),
            guard,
        )

    async def deliver(self, delivery: Delivery) -> Outcome:
        """See to it. What has become of it; ``CLAIMED``: it waits. It raises nothing but cancellation."""
        with correlated(f"row-{delivery.id}"):
            return await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery) -> Outcome:
        turn = Turn(self._parts, delivery)
        try:
            return await turn.take()
        except Taken:
            log.warning("the row is somebody else's now", extra={"action": "digest.taken"})
        except asyncio.CancelledError:
            await self._parts.ledger.release(delivery, self._parts.clock.now())
            raise
        except Exception as error:
            log_unexpected(error, "digest.failed")
            await self._put_off(delivery)
        return Outcome.CLAIMED

    async def _put_off(self, delivery: Delivery) -> None:
        """Whatever it was, it is tried again; if not even that can be noted, when the lease is over."""
        try:
            until = self._parts.clock.now() + back_off(delivery)
            await self._parts.ledger.wait(delivery, BotError.code, until)
        except Exception as error:
            log_unexpected(error, "digest.unrecorded")
