"""Going through very many rows without keeping anybody else waiting."""

import asyncio
from collections.abc import Callable, Sized
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

__all__ = ["off_the_loop"]

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
        call = partial(copy_context().run, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(LANE, call)
    return work(*args, **kwargs)
