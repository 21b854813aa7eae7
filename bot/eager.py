"""A request is written at once, as aiohttp does it from Python 3.12 on.

It writes a body in a task of its own. Before, a task begins in the loop's next turn: behind whatever else
begins in this one, or is read, such as SuperOffice's answers to others.
"""

import asyncio
import sys
import types
from collections.abc import Coroutine, Generator
from contextlib import suppress
from typing import Any

import aiohttp

__all__ = ["write_at_once"]


def write_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Have requests written so in this loop. What cannot be written yet goes on as a task."""
    if sys.version_info >= (3, 12):
        return
    written = loop.create_future()
    written.set_result(None)
    writing = aiohttp.ClientRequest.write_bytes.__code__

    def task(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Future[Any]:
        if getattr(coro, "cr_code", None) is writing:
            try:
                coro = _begun(coro, coro.send(None))
            except StopIteration:
                return written
        return asyncio.Task(coro, loop=loop, **options)

    loop.set_task_factory(task)


@types.coroutine
def _begun(coro: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """The rest of a coroutine that waits for something."""
    with suppress(StopIteration):  # it has come to its end
        while True:
            try:
                come = yield waits_for
            except BaseException as error:  # somebody cancels it
                waits_for = coro.throw(error)
            else:
                waits_for = coro.send(come)
