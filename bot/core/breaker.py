"""Whether a SuperOffice that does not answer is asked at all: a circuit breaker, as a pure state machine.

Seconds are of any clock that never goes back. *closed*: it is asked. *open*: for a pause, it is not. Then it
is *half-open*: one small question tells whether it answers again; real ones follow, and the first of them
that fails opens it for a longer pause.
"""

from enum import StrEnum

__all__ = ["FIRST_PAUSE", "IN_A_ROW", "LONGEST_PAUSE", "Breaker", "BreakerState"]

#: So many failures with no success between them, and it is open.
IN_A_ROW = 5
#: Seconds that it is open; each pause doubles the last until it answers something.
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 60.0


class BreakerState(StrEnum):
    """Whether it is asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Of one SuperOffice. A failure is no answer at all: what it refuses, it answers."""

    def __init__(
        self, in_a_row: int = IN_A_ROW, first_pause: float = FIRST_PAUSE, longest_pause: float = LONGEST_PAUSE
    ) -> None:
        self._in_a_row = in_a_row
        self._first = first_pause
        self._longest = longest_pause
        self._failures = 0
        self._pauses = 0
        self._until = 0.0

    def state(self, now: float) -> BreakerState:
        """What it is now."""
        if self._failures < self._in_a_row:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self._until else BreakerState.HALF_OPEN

    def left(self, now: float) -> float:
        """Seconds until it is asked again; 0 unless it is open."""
        return self._until - now if self.state(now) is BreakerState.OPEN else 0.0

    def succeeded(self) -> None:
        """A question was answered, whenever it was asked."""
        self._failures = self._pauses = 0

    def probed(self) -> None:
        """The small question was answered: real ones may follow, the next failure tells."""
        self._failures = min(self._failures, self._in_a_row - 1)

    def failed(self, now: float) -> None:
        """A question was not answered. While it is open, that is no news: it was asked before."""
        if self.state(now) is BreakerState.OPEN:
            return
        self._failures += 1
        if self._failures >= self._in_a_row:
            self._until = now + min(self._first * 2**self._pauses, self._longest)
            # Beyond the longest one nothing changes: it need not grow for ever.
            self._pauses += self._first * 2**self._pauses < self._longest
