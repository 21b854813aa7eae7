"""One after the other, where the loop would take them side by side."""

import asyncio
from collections import deque
from typing import TypeVar
from weakref import WeakKeyDictionary

from bot.core.steps import Steps

__all__ = ["Turnstile", "shared_turnstile"]

T = TypeVar("T")


class Turnstile:
    """Lets one pass in each turn of the loop, in the order in which they came.

    The loop takes what is ready breadth first: of thirty answers that arrive at once, each is taken one step
    further in each of its turns, so that all are done when the last is, and ask again in the same moment.
    Behind this, the first is on its way before the second is looked at. Nobody waits who comes alone; and who
    takes a turn of the loop for themselves, a command say, waits for one of them, not for all.

    It belongs to one loop.
    """

    def __init__(self) -> None:
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def passed(self) -> None:
        """Return when it is one's turn: at once, if nobody passed in this one."""
        loop = asyncio.get_running_loop()
        if self._taken:
            turn = loop.create_future()
            self._waiting.append(turn)
            await turn
        else:
            self._taken = True
            loop.call_soon(self._next)

    async def through(self, steps: Steps[T]) -> T:
        """What they come to, each of them in its turn."""
        while True:
            await self.passed()
            try:
                next(steps)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # it may have been given up
                turn.set_result(None)
                asyncio.get_running_loop().call_soon(self._next)
                return
        self._taken = False


_OF_LOOP = WeakKeyDictionary[asyncio.AbstractEventLoop, Turnstile]()


def shared_turnstile() -> Turnstile:
    """The one of this loop for what takes long and nobody waits for: one step of it in a turn, whosever."""
    return _OF_LOOP.setdefault(asyncio.get_running_loop(), Turnstile())
