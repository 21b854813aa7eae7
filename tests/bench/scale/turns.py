"""Slack's limit for a workspace's messages as the bot keeps it: the model of ``PostLimits``."""

from collections import deque

from bot.slack.limits import CREDIT, WINDOW

__all__ = ["Turns"]


class Turns:
    """Whoever wants to post asks when they may, in the order in which they are ready to.

    ``shared``: the turns are those that several processes share, by a row in PostgreSQL.
    """

    __slots__ = (
        "_credit",
        "_interval",
        "_last",
        "_next",
        "_sent",
        "_shared",
        "_shared_interval",
        "_shared_next",
    )

    def __init__(self, per_minute: int, *, shared: bool) -> None:
        self._interval = WINDOW / per_minute
        self._credit = max(CREDIT, self._interval)
        self._last = self._next = float("-inf")
        self._sent: deque[float] = deque(maxlen=per_minute)
        self._shared = shared
        self._shared_interval = (WINDOW + CREDIT) / per_minute
        self._shared_next = float("-inf")

    def take(self, ready: float) -> float:
        """When one message may go that is ready then; it is then counted as sent. Seconds."""
        at = max(ready, self._last)  # whoever is next asks once whoever is before them may go
        if self._shared:
            turn = max(self._shared_next, at - CREDIT)
            self._shared_next = turn + self._shared_interval
            at = max(at, turn)
        if len(self._sent) == self._sent.maxlen:
            at = max(at, self._sent[0] + WINDOW)
        at = max(at, self._next)
        self._last = at
        self._sent.append(at)
        self._next = max(self._next, at - self._credit) + self._interval
        return at
