"""Slack's rate limits, for those who want them: off until they are switched on.

Source: docs.slack.dev, "Rate limits". Each is of one method and workspace.
"""

import math
from collections import defaultdict, deque
from datetime import datetime, timedelta

from bot.demo.clock import Clock
from bot.demo.slack.errors import ApiError

__all__ = ["RateLimited", "Rates"]

MINUTE = timedelta(minutes=1)
#: Which tier each method is of. Source: the methods' own pages.
TIERS = {
    "users.list": 2,
    "conversations.info": 3,
    "conversations.open": 3,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.members": 4,
    "users.info": 4,
}


class RateLimited(ApiError):
    """429. ``retry_after`` is in whole seconds, as the header has it."""

    def __init__(self, seconds: float) -> None:
        super().__init__("ratelimited")
        self.retry_after = max(1, math.ceil(seconds))


class Rates:
    """What was taken lately. Who comes too soon is refused, and so are all until ``Retry-After`` is over.

    ``messages`` may be posted in any minute, one a second in each conversation; each method of Tier 2 may be
    called ``few`` times a minute, of Tier 3 ``calls`` times, of Tier 4 ``many`` times.
    """

    def __init__(
        self, clock: Clock, messages: int = 240, calls: int = 50, few: int = 20, many: int = 100
    ) -> None:
        self.messages = messages
        self.calls = {2: few, 3: calls, 4: many}
        #: How often each method was refused.
        self.refused: defaultdict[str, int] = defaultdict(int)
        self._clock = clock
        self._taken: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._free: dict[str, datetime] = {}
        self._closed: dict[str, datetime] = {}

    def post(self, channel: str) -> None:
        """Take one message. Raises :class:`RateLimited`."""
        now = self._clock.now()
        self._take("chat.postMessage", self.messages, self._free.get(channel, now))
        self._free[channel] = now + timedelta(seconds=1)

    def call(self, method: str) -> None:
        """Take one call of a method; of a message, :meth:`post` does. Raises :class:`RateLimited`."""
        if tier := TIERS.get(method):
            self._take(method, self.calls[tier], self._clock.now())
        elif method != "chat.postMessage":
            self._wait(method, self._clock.now())

    @property
    def closed(self) -> dict[str, datetime]:
        """The methods that are refused now, and until when."""
        return {method: until for method, until in self._closed.items() if until > self._clock.now()}

    def close(self, method: str, seconds: int) -> None:
        """Refuse a method, whatever its tier, for so long."""
        self._closed[method] = self._clock.now() + timedelta(seconds=seconds)

    def _take(self, method: str, most: int, free: datetime) -> None:
        now, taken = self._clock.now(), self._taken[method]
        while taken and taken[0] <= now - MINUTE:
            taken.popleft()
        full = taken[0] + MINUTE if len(taken) >= most else now
        self._wait(method, max(free, full))
        taken.append(now)

    def _wait(self, method: str, free: datetime) -> None:
        now = self._clock.now()
        wait = (max(free, self._closed.get(method, now)) - now).total_seconds()
        if wait > 0:
            self.refused[method] += 1
            limited = RateLimited(wait)
            self._closed[method] = now + timedelta(seconds=limited.retry_after)
            raise limited
