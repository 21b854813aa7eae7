"""SuperOffice, with each call counted and timed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.services.around import AroundCrm
from bot.services.ports import Crm, Metrics

__all__ = ["MeasuredCrm"]


class MeasuredCrm(AroundCrm):
    """Implements the port ``Crm`` by another one of it."""

    def __init__(self, crm: Crm, metrics: Metrics) -> None:
        super().__init__(crm)
        self._metrics = metrics

    @asynccontextmanager
    async def around(self, operation: str) -> AsyncIterator[None]:
        """Measure it; but not what asks for the time, which is known after the first time."""
        if operation == "now":
            yield
            return
        with self._metrics.crm_call(self.tenant, operation):
            yield
