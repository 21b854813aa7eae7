"""A gate that requests wait at: delays without a clock and without sleeping."""

import asyncio

__all__ = ["Gate"]


class Gate:
    """Open until it is closed. A test closes it, waits until requests have come, and opens it again."""

    def __init__(self) -> None:
        #: How many are waiting.
        self.waiting = 0
        self._open = asyncio.Event()
        self._open.set()
        self._came = asyncio.Event()

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
        self._came.set()
        try:
            await self._open.wait()
        finally:
            self.waiting -= 1

    async def reached(self, count: int = 1) -> None:
        """Wait until so many are waiting."""
        while self.waiting < count:
            self._came.clear()
            await self._came.wait()
