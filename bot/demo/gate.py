"""A gate that requests wait at: delays without a clock and without sleeping."""

import asyncio

__all__ = ["Gate"]


class Gate:
    """Open until it is closed. A test closes it, waits until requests have come, and opens it again."""

    def __init__(self) -> None:
        #: How many are waiting.
        self.waiting = 0
        #: How many ever had to wait, those included who gave up.
        self.came = 0
        self._open = asyncio.Event()
        self._open.set()
        self._comes = asyncio.Event()

    def close(self) -> None:
        """Let nobody through from now on."""
        self._open.clear()

    def open(self) -> None:
        """Let everybody through."""
        self._open.set()

    async def passed(self) -> None:
        """Wait until it is open."""
        if self._open.is_set():
            return
        self.waiting += 1
        self.came += 1
        self._comes.set()
        try:
            await self._open.wait()
        finally:
            self.waiting -= 1

    async def reached(self, count: int = 1) -> None:
        """Wait until so many are waiting."""
        while self.waiting < count:
            await self._next()

    async def next_after(self, came: int) -> None:
        """Wait until one more has come than ``came`` had."""
        while self.came <= came:
            await self._next()

    async def _next(self) -> None:
        self._comes.clear()
        await self._comes.wait()
