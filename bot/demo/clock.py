"""The demo's time: everything here asks a clock, so that tests can move it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "ShiftedClock", "SystemClock", "TestClock"]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's own clock, put forward."""

    def __init__(self) -> None:
        #: By how much.
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC) + self.ahead

    def forward(self, span: timedelta) -> None:
        """Let so much time have passed."""
        self.ahead += span


class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return self._now

    def move(self, **delta: float) -> None:
        """Move by ``timedelta(**delta)``."""
        self._now += timedelta(**delta)

    def set(self, now: datetime) -> None:
        """Move to an aware time."""
        self._now = now.astimezone(UTC)
