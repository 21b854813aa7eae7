"""Calls for the same thing at the same time are one call."""

import asyncio
import gc
import weakref
from collections import Counter

import pytest

from bot.singleflight import SingleFlight


class Asked:
    """What is asked for; it answers when it is let go."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.open = asyncio.Event()
        self.flights = SingleFlight()

    async def ask(self, key: str = "a", error: Exception | None = None) -> str:
        async def call() -> str:
            self.calls[key] += 1
            await self.open.wait()
            if error:
                raise error
            return f"{key}{self.calls[key]}"

        return await self.flights.join(key, call)


async def test_all_who_wait_share_the_answer_of_their_key() -> None:
    asked = Asked()
    waiting = [asyncio.create_task(asked.ask(key)) for key in "aabab"]
    await asyncio.sleep(0)
    asked.open.set()
    assert await asyncio.gather(*waiting) == ["a1", "a1", "b1", "a1", "b1"]
    assert asked.calls == {"a": 1, "b": 1}


@pytest.mark.parametrize("error", [None, OSError("down")])
async def test_who_comes_afterwards_asks_anew(error: Exception | None) -> None:
    asked = Asked()
    asked.open.set()
    outcomes = await asyncio.gather(*(asked.ask(error=error) for _ in range(2)), return_exceptions=True)
    assert set(outcomes) == {error or "a1"}
    assert await asked.ask() == "a2"


async def test_who_leaves_does_not_end_it_for_the_others() -> None:
    asked = Asked()
    first, second = (asyncio.create_task(asked.ask()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait({first})
    asked.open.set()
    assert (first.cancelled(), await second, asked.calls["a"]) == (True, "a1", 1)


async def test_a_failure_that_nobody_waits_for_any_more_is_not_complained_of() -> None:
    loop, complaints = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
    asked = Asked()
    only = asyncio.create_task(asked.ask(error=OSError("down")))
    await asyncio.sleep(0)
    only.cancel()
    await asyncio.wait({only})
    del only  # it holds the frame that holds the call
    asked.open.set()
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
    await asyncio.sleep(0)
    gc.collect()
    assert (asked.calls["a"], complaints) == (1, [])


async def test_a_failure_keeps_in_memory_nothing_of_who_heard_of_it() -> None:
    """Garbage is collected rarely; frames hold names, and what was typed."""
    flights, held = SingleFlight(), list[weakref.ref[Asked]]()

    async def fail() -> None:
        raise OSError("down")

    async def hear() -> None:
        mine = Asked()
        held.append(weakref.ref(mine))
        await flights.join("a", fail)

    gc.disable()
    try:
        await asyncio.gather(*(hear() for _ in range(3)), return_exceptions=True)
        await asyncio.sleep(0)
        assert [each() for each in held] == [None] * 3
    finally:
        gc.enable()
