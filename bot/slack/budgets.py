"""Slack's limits for methods that ask, obeyed by waiting.

Source: docs.slack.dev, "Rate limits": each is of one method, workspace and app, for a minute.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

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
#: So often a call is made that Slack refuses for its rate.
MOST_REFUSALS = 3

Call = Callable[..., Awaitable[AsyncSlackResponse]]


class Budgets:
    """Counts calls. ``monotonic`` is in seconds and never goes back; ``sleep`` waits for as many of them."""

    def __init__(
        self,
        per_minute: Mapping[str, int] = TIERS,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._sleep = sleep
        self._closed: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._made: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def left(self, workspace: str, method: str) -> int:
        """How many calls may be made at once now."""
        if self._closed[workspace, method] > self._monotonic():
            return 0
        return self._per_minute[method] - len(self._lately(workspace, method))

    async def take(self, workspace: str, method: str) -> None:
        """Return when one more call may be made; it is then counted as made."""
        while (wait := self._opens_in(workspace, method)) > 0:
            await self._sleep(wait)
        self._lately(workspace, method).append(self._monotonic())

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
                    self._closed[workspace, method] = self._monotonic() + failed.retry_after
            raise failed from None

        return paced

    def _opens_in(self, workspace: str, method: str) -> float:
        """Seconds; 0 or less: now."""
        made = self._lately(workspace, method)
        full = made[0] + WINDOW if len(made) >= self._per_minute[method] else 0
        return max(full, self._closed[workspace, method]) - self._monotonic()

    def _lately(self, workspace: str, method: str) -> deque[float]:
        made, start = self._made[workspace, method], self._monotonic() - WINDOW
        while made and made[0] <= start:
            made.popleft()
        return made
