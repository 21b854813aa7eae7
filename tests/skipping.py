"""A loop whose time passes at once while nobody has anything to do."""

import asyncio
import selectors
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

__all__ = ["SkippingClock", "run_skipping"]

Result = TypeVar("Result")

#: Seconds that something is waited for before time is skipped: what is on its way between sockets of the same
#: machine arrives at once.
MOMENT = 0.001


class SkippingClock:
    """The machine's, and what was skipped. With ``work=False`` nothing takes time but what is waited for."""

    def __init__(self, *, work: bool = True) -> None:
        self.skipped = 0.0
        self._work = work
        self._began, self._at = datetime.now(UTC), time.monotonic()

    def monotonic(self) -> float:
        """Seconds."""
        return (time.monotonic() if self._work else self._at) + self.skipped

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return self._began + timedelta(seconds=self.monotonic() - self._at)


class _Selector(selectors.DefaultSelector):
    def __init__(self, clock: SkippingClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now, else at the time of the next timer, which is now then."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        then = self._clock.monotonic() + timeout
        if ready := super().select(min(MOMENT, timeout)):
            return ready
        self._clock.skipped += max(then - self._clock.monotonic(), 0)
        return []


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: SkippingClock) -> None:
        super().__init__(_Selector(clock))
        self._clock = clock

    def time(self) -> float:
        """By the clock."""
        return self._clock.monotonic()


def run_skipping(clock: SkippingClock, work: Coroutine[Any, Any, Result]) -> Result:
    """As :func:`asyncio.run`."""
    with asyncio.Runner(loop_factory=lambda: _Loop(clock)) as runner:
        return runner.run(work)
