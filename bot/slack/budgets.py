"""Slack's limits for methods that ask, obeyed by waiting.

Source: docs.slack.dev, "Rate limits": each is of one method, workspace and app, for a minute.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.services.ports import Limit, Rates
from bot.slack.sdk import failure

__all__ = ["TIERS", "Budgets"]

#: Calls a minute. Of ``users.info`` some are left to those who ask for one profile and wait for it.
TIERS: Mapping[str, int] = {
    "users.list": 20,
    "conversations.info": 50,
    "conversations.members": 100,
    "users.info": 80,
    "views.publish": 100,
}
#: Seconds: one more than a minute, for calls do not take the same time to arrive.
WINDOW = 61.0
#: Seconds in which a process may make those calls that it has of a budget which others have a part in, too.
LEASE = 5.0
#: The part of a budget that a process has at a time for calls that nobody waits for yet.
PART = 8
#: So often a call is made that Slack refuses for its rate.
MOST_REFUSALS = 3

Call = Callable[..., Awaitable[AsyncSlackResponse]]


class Budgets:
    """Counts calls. ``monotonic`` is in seconds and never goes back; ``sleep`` waits for as many of them.

    Where other processes ask, too, ``rates`` knows of all their calls.
    """

    def __init__(
        self,
        per_minute: Mapping[str, int] = TIERS,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        rates: Rates | None = None,
    ) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._sleep = sleep
        self._rates = rates
        self._budgets: dict[tuple[str, str], _Own | _Shared] = {}

    async def left(self, workspace: str, method: str) -> int:
        """How many calls may be made at once now."""
        return await self._of(workspace, method).left()

    async def take(self, workspace: str, method: str) -> None:
        """Return when one more call may be made; it is then counted as made."""
        budget = self._of(workspace, method)
        while (wait := await budget.take()) > 0:
            await self._sleep(wait)

    def paced(self, workspace: str, method: str, call: Call) -> Call:
        """``call`` with its turn awaited; where Slack is asked too often all the same, a few more times."""

        async def paced(**arguments: Any) -> AsyncSlackResponse:
            for _ in range(MOST_REFUSALS):
                await self.take(workspace, method)
                try:
                    return await call(**arguments)
                except SlackApiError as error:
                    failed = failure(error)
                    if failed.retry_after is None:
                        raise failed from None
                    await self._of(workspace, method).close(failed.retry_after)
            raise failed from None

        return paced

    def _of(self, workspace: str, method: str) -> "_Own | _Shared":
        found = self._budgets.get((workspace, method))
        if found is None:
            limit = Limit(self._per_minute[method], WINDOW, LEASE)
            if self._rates:
                found = _Shared(f"{workspace} {method}", limit, self._now, self._rates)
            else:
                found = _Own(limit, self._now)
            self._budgets[workspace, method] = found
        return found

    def _now(self) -> float:
        return self._monotonic()


class _Own:
    """A budget that no other process has a part in."""

    def __init__(self, limit: Limit, now: Callable[[], float]) -> None:
        self._limit = limit
        self._now = now
        self._closed_until = 0.0
        self._made = deque[float](maxlen=limit.calls)

    async def left(self) -> int:
        """How many calls may be made now."""
        if self._closed_until > (now := self._now()):
            return 0
        return self._limit.calls - sum(at + self._limit.window > now for at in self._made)

    async def take(self) -> float:
        """Count a call, or none and say how many seconds it has to wait."""
        now, is_full = self._now(), len(self._made) == self._made.maxlen
        wait = max(self._closed_until, self._made[0] + self._limit.window if is_full else 0) - now
        if wait <= 0:
            self._made.append(now)
        return wait

    async def close(self, seconds: float) -> None:
        """No call before so many seconds are over."""
        self._closed_until = self._now() + seconds


class _Shared:
    """A budget that all processes have a part in, and of which this one has some calls for a while.

    It has as many as are waited for; where it used up what it had before that was over, twice as many, so
    that not each call is a transaction. What it leaves unused counts as used.
    """

    def __init__(self, name: str, limit: Limit, now: Callable[[], float], rates: Rates) -> None:
        self._name = name
        self._limit = limit
        self._now = now
        self._rates = rates
        self._closed_until = 0.0
        self._leased = self._calls = 0
        self._good_until = 0.0
        #: One asks for all who wait.
        self._line = asyncio.Lock()
        self._waiting = 0

    async def left(self) -> int:
        """How many calls may be made now."""
        if self._closed_until > self._now():
            return 0
        return self._good + await self._rates.left(self._name, self._limit)

    async def take(self) -> float:
        """Take one of its calls; or none, and say how many seconds it has to wait."""
        self._waiting += 1
        try:
            async with self._line:
                while self._closed_until <= self._now() and not self._good:
                    await self._lease()
                wait = self._closed_until - self._now()
                if wait <= 0:
                    self._calls -= 1
                return wait
        finally:
            self._waiting -= 1

    async def close(self, seconds: float) -> None:
        """No call before so many seconds are over, whoever would make it."""
        self._closed_until = self._now() + seconds
        await self._rates.close(self._name, seconds)

    @property
    def _good(self) -> int:
        return self._calls if self._now() < self._good_until else 0

    async def _lease(self) -> None:
        began = self._now()
        more = min(2 * self._leased, self._limit.calls // PART) if began < self._good_until else 0
        calls = max(self._waiting, more)
        self._calls, wait = await self._rates.lease(self._name, calls, self._limit)
        self._leased, self._good_until = self._calls, began + self._limit.lease
        if not self._calls:
            self._closed_until = self._now() + wait
