"""Calls for the same thing at the same time are one call."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any, TypeVar

__all__ = ["SingleFlight"]

T = TypeVar("T")


class SingleFlight:
    """Whoever asks for what somebody else is asking for already shares the answer, or the failure.

    With a lock in its place those who wait would ask one after the other while nobody answers: the tenth
    would be told after ten times as long, and that its time was up.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[Any]] = {}

    def __contains__(self, key: Hashable) -> bool:
        """Whether somebody is asking for that."""
        return key in self._flights

    async def join(self, key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The outcome of the call for ``key`` that is under way, else of this one.

        Whoever asks may leave; the call goes on for the others, so it has to end by itself.
        """
        flight: asyncio.Task[T] | None = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(call())
            flight.add_done_callback(partial(self._landed, key))
        await asyncio.wait({flight})  # asyncio.shield would log what fails after one has left
        try:
            return flight.result()
        finally:
            del flight  # what it raises holds this frame: a circle would keep all that was said by who waits

    def _landed(self, key: Hashable, flight: asyncio.Task[Any]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # whoever waited has heard of it; perhaps nobody waits any more
