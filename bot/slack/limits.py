"""Slack's limits for messages, obeyed by waiting.

Source: docs.slack.dev, "Rate limits": ``chat.postMessage`` takes about one message a second for each
conversation and several hundred a minute for each workspace, in the app's name; a 429 closes the method for
that workspace until ``Retry-After`` is over.
"""

import asyncio
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import islice

from bot.services.ports import Rates

__all__ = ["PostLimits"]

#: Seconds between two messages in one conversation.
SPACING = 1.0
#: Seconds in which a workspace's budget is used up. A second more than a minute, for messages do not take
#: the same time to arrive.
WINDOW = 61.0
#: Seconds' worth of messages that may be made up for, where somebody woke up late.
CREDIT = 2.0
#: Seconds after which a turn is over that nobody used: others have theirs by then.
LAPSED = 1.0
#: Seconds to wait after a 429 that does not say.
UNSAID = 10.0


@dataclass(slots=True)
class _Channel:
    """One conversation: those who want to post there, one behind the other."""

    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0
    waiting: int = 0


class _Workspace:
    """One workspace: those whose conversation is free, one behind the other."""

    def __init__(self, per_minute: int) -> None:
        self.line = asyncio.Lock()
        self.channels: OrderedDict[str, _Channel] = OrderedDict()
        self._sent: deque[float] = deque(maxlen=per_minute)
        self._interval = WINDOW / per_minute
        self._credit = max(CREDIT, self._interval)
        self._next = 0.0
        self.closed_until = 0.0
        #: Until then others know that it is closed.
        self.told_until = 0.0
        #: Those in line, and when each of the turns is that this process has for them.
        self.waiting = 0
        self.turns = deque[float]()

    def opens_at(self) -> float:
        """When the next message may go."""
        full = len(self._sent) == self._sent.maxlen
        return max(self.closed_until, self._next, self._sent[0] + WINDOW if full else 0)

    def take(self, now: float) -> None:
        """Count one message."""
        self._sent.append(now)
        self._next = max(self._next, now - self._credit) + self._interval

    def close(self, until: float) -> None:
        """Let nobody pass before then."""
        self.closed_until = max(self.closed_until, until)

    def forget(self, now: float) -> None:
        """Forget conversations that are free and wanted by nobody, more of them than may come in."""
        for name in list(islice(self.channels, 4)):
            if not self.channels[name].waiting and self.channels[name].free_at <= now:
                del self.channels[name]


class PostLimits:
    """One sender's limits: messages in the order in which their conversation was free for them.

    Nobody is kept waiting by those who wait for another conversation, and nobody is overtaken for ever: both
    lines are first come, first served. ``per_minute`` is the budget of each workspace. ``monotonic`` is in
    seconds and never goes back; ``sleep`` waits for as many of them. Where other processes post, too,
    ``rates`` has each workspace's turns for all of them; a conversation is one process's at a time.
    """

    def __init__(
        self,
        per_minute: int = 240,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        rates: Rates | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._rates = rates
        #: So far apart that even with what is made up for a minute never has more than it may.
        self._interval = (WINDOW + CREDIT) / per_minute
        self._workspaces: defaultdict[str, _Workspace] = defaultdict(lambda: _Workspace(per_minute))

    async def ready(self, workspace: str, channel: str) -> None:
        """Return when one more message may go there; it is then counted as sent."""
        whole = self._workspaces[workspace]
        whole.forget(self._monotonic())
        one = whole.channels.setdefault(channel, _Channel())
        one.waiting += 1
        try:
            async with one.line:
                await self._until(lambda: one.free_at)
                await self._in_line(workspace, whole)
                self._rest(whole, channel)
        finally:
            one.waiting -= 1

    def sent(self, workspace: str, channel: str) -> None:
        """A message went there just now, some time after it was :meth:`ready`."""
        self._rest(self._workspaces[workspace], channel)

    def refused(self, workspace: str, retry_after: float | None) -> None:
        """Slack answered 429: everybody in that workspace waits so many seconds."""
        seconds = UNSAID if retry_after is None else retry_after
        self._workspaces[workspace].close(self._monotonic() + seconds)

    def waiting(self) -> int:
        """How many want to post."""
        return sum(each.waiting for whole in self._workspaces.values() for each in whole.channels.values())

    def _rest(self, whole: _Workspace, channel: str) -> None:
        whole.channels.setdefault(channel, _Channel()).free_at = self._monotonic() + SPACING
        whole.channels.move_to_end(channel)

    async def _in_line(self, workspace: str, whole: _Workspace) -> None:
        whole.waiting += 1
        try:
            async with whole.line:
                if self._rates:
                    await self._among_all(self._rates, f"{workspace} chat.postMessage", whole)
                await self._until(whole.opens_at)
                whole.take(self._monotonic())
        finally:
            whole.waiting -= 1

    async def _among_all(self, rates: Rates, name: str, whole: _Workspace) -> None:
        """Wait for a turn that no other process has; tell them what Slack said.

        Whoever is first in line takes a turn for all in it, as far as those are soon.
        """
        closed = whole.closed_until - self._monotonic()
        if closed > 0 and whole.told_until < whole.closed_until:
            whole.told_until = whole.closed_until
            await rates.close(name, closed)
        while whole.turns and whole.turns[0] < self._monotonic() - LAPSED:
            whole.turns.popleft()
        if not whole.turns:
            turns = min(whole.waiting, max(1, int(CREDIT / self._interval)))
            wait = await rates.take(name, turns, self._interval, CREDIT)
            now = self._monotonic()
            whole.turns.extend(now + max(0, wait + number * self._interval) for number in range(turns))
        turn = whole.turns.popleft()
        await self._until(lambda: turn)

    async def _until(self, free_at: Callable[[], float]) -> None:
        """Asked again after each sleep: it may have become later meanwhile."""
        while (wait := free_at() - self._monotonic()) > 0:
            await self._sleep(wait)
