"""Since when a process has known of each attempt that is in doubt, by a clock that nobody puts right.

An attempt's own time is no help: whether Slack has had its minute must not depend on a clock that was wrong
when the attempt began, or was put right since.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.subscription import Delivery

__all__ = ["SETTLED_AFTER", "Doubts"]

#: Slack may show a message some time after it took it: sooner, not to find it proves nothing.
SETTLED_AFTER = timedelta(seconds=60)


class Doubts:
    """What is in doubt. ``monotonic`` is in seconds and never goes back."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[int, tuple[datetime | None, float]] = {}

    def unsettled(self, row: Delivery) -> timedelta:
        """How much longer to wait before the row's attempt can be looked up; zero for not at all."""
        attempted_at, since = self._known.get(row.id, (None, 0.0))
        if attempted_at != row.attempted_at:
            since = self._monotonic()
            self._known[row.id] = row.attempted_at, since
        left = SETTLED_AFTER - timedelta(seconds=self._monotonic() - since)
        return max(left, timedelta(0))

    def forget(self, row: Delivery) -> None:
        """It is known now, whichever way."""
        self._known.pop(row.id, None)
