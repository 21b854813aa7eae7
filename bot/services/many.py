"""Going through very many rows without keeping anybody else waiting."""

import asyncio
from collections.abc import Callable, Sized
from typing import ParamSpec, TypeVar

__all__ = ["off_the_loop"]

P = ParamSpec("P")
T = TypeVar("T")

#: Rows that anything goes through in less than a few milliseconds; a thread costs a tenth of one.
FEW = 500


async def off_the_loop(rows: Sized, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``work`` returns, which goes through these ``rows``: in a thread where they are many."""
    if len(rows) > FEW:
        return await asyncio.to_thread(work, *args, **kwargs)
    return work(*args, **kwargs)
