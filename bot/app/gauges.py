"""What is looked up for the metrics every minute, rather than whenever somebody looks at them."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from bot import store
from bot.core.audit import AuditAction
from bot.metrics import PrometheusMetrics
from bot.services.failures import log_unexpected
from bot.services.ports import Clock

__all__ = ["GAUGES", "Gauges"]

#: How often they are looked up.
GAUGES = timedelta(minutes=1)
#: A sign-in with less than that left was not kept alive when it should have been.
NEAR = timedelta(hours=1)
STATES = ("good", "expiring", "over")


class Gauges:
    """How the sign-ins of each tenant are, and when the last back-up was made."""

    def __init__(
        self, database: store.Store, metrics: PrometheusMetrics, tenants: Iterable[str], clock: Clock
    ) -> None:
        self._database = database
        self._metrics = metrics
        self._tenants = tuple(tenants)
        self._clock = clock

    async def tick(self) -> None:
        """Look. What cannot be read now stays as it was."""
        try:
            counts = Counter(dict(await self._database.sign_ins.counted(self._clock.now() + NEAR)))
            for tenant in self._tenants:
                for state in STATES:
                    self._metrics.sign_ins(tenant, state, counts[tenant, state])
            if at := await self._database.audit.last(AuditAction.DATABASE_BACKED_UP):
                self._metrics.backed_up(at)
        except Exception as error:
            log_unexpected(error, "metrics.not-read")
