"""Going through very many rows without keeping anybody else waiting."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sized
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from bot.core.steps import STEP, Steps, at_once
from bot.services.ports.turnstile import shared_turnstile

__all__ = ["in_lane", "in_steps", "let_go", "off_the_loop"]

P = ParamSpec("P")
T = TypeVar("T")

#: Rows that anything goes through in less than a few milliseconds; a thread costs a tenth of one.
FEW = 500
#: One thread for all: more of them would be no faster, and the loop would wait for each of them in turn
#: whenever it wants to go on.
LANE = ThreadPoolExecutor(1, "many-rows")


async def off_the_loop(rows: Sized, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``work`` returns, which goes through these ``rows``: in a thread where they are many."""
    if len(rows) > FEW:
        return await in_lane(LANE, work, *args, **kwargs)
    return work(*args, **kwargs)


@asynccontextmanager
async def let_go() -> AsyncIterator[list[object]]:
    """A list for rows that nobody else has in the end: very many are freed a few at a time, in some turns of
    the loop. Ten thousand at once would take several milliseconds.
    """
    rows = list[object]()
    try:
        yield rows
    finally:
        while len(rows) > FEW:
            await shared_turnstile().passed()
            del rows[-FEW:]


async def in_lane(lane: Executor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``work`` returns in a thread of these, where log lines have the same reference as here."""
    call = partial(copy_context().run, work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(lane, call)


async def in_steps(rows: Sized, steps: Steps[T]) -> T:
    """What ``steps`` come to, which go through these ``rows``: each in a turn of the loop, if they are many.

    A thread would be no faster: it has Python to itself whenever the loop lets go of it, for a socket or the
    database, and the loop waits then, in the midst of acknowledging a command.
    """
    return await shared_turnstile().through(steps) if len(rows) > STEP else at_once(steps)
