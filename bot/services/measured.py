"""SuperOffice, with each call counted, timed and logged."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.core.errors import BotError
from bot.services.around import AroundCrm
from bot.services.ports import Crm, Metrics

__all__ = ["MeasuredCrm"]

log = logging.getLogger(__name__)

T = TypeVar("T")


class MeasuredCrm(AroundCrm):
    """Implements the port ``Crm`` by another one of it."""

    def __init__(self, crm: Crm, metrics: Metrics, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(crm)
        self._metrics = metrics
        self._monotonic = monotonic

    async def around(self, operation: str, call: Callable[[], Awaitable[T]]) -> T:
        """Measure it; but not what asks for the time, which is known after the first time.

        Whatever is raised is the outcome; ``cancelled`` is a call that was given up.
        """
        started, outcome = self._monotonic(), "cancelled"
        try:
            result = await call()
            outcome = "ok"
            return result
        except BotError as error:
            outcome = error.code
            raise
        except Exception:
            outcome = BotError.code
            raise
        finally:
            if operation != "now":
                self._account(operation, outcome, self._monotonic() - started)

    def _account(self, operation: str, outcome: str, seconds: float) -> None:
        self._metrics.crm_call(self.tenant, operation, outcome, seconds)
        call = {"tenant": self.tenant, "operation": operation, "outcome": outcome}
        log.info("asked SuperOffice", extra={"action": "crm.called", "seconds": round(seconds, 3), **call})
