"""Who passes the turnstile in which turn of the loop."""

import asyncio
from itertools import pairwise

from bot.services.ports import Turnstile, let_go
from bot.services.ports.many import FEW


async def test_one_passes_in_each_turn_in_the_order_in_which_they_came() -> None:
    turnstile, turn, passed = Turnstile(), 0, []

    async def come(name: str) -> None:
        await turnstile.passed()
        passed.append((name, turn))

    coming = asyncio.gather(*map(come, "abcd"))
    while not coming.done():
        await asyncio.sleep(0)
        turn += 1
    names, turns = zip(*passed, strict=True)
    assert names == tuple("abcd")
    assert len(set(turns)) == 4


async def test_who_comes_alone_does_not_wait() -> None:
    turnstile = Turnstile()
    for _ in range(3):
        for_nobody = asyncio.get_running_loop().create_task(asyncio.sleep(0))
        await turnstile.passed()
        assert not for_nobody.done()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_who_gave_up_holds_up_nobody() -> None:
    turnstile, passed = Turnstile(), []

    async def come(name: str) -> None:
        await turnstile.passed()
        passed.append(name)

    tasks = [asyncio.create_task(come(name)) for name in "abc"]
    await asyncio.sleep(0)
    assert tasks[1].cancel()
    await asyncio.wait(tasks, timeout=10)
    assert passed == ["a", "c"]


async def test_very_many_rows_are_let_go_a_few_in_a_turn_of_the_loop() -> None:
    left = list[int]()

    async def look() -> None:
        while True:
            left.append(len(rows))
            await asyncio.sleep(0)

    async with let_go() as rows:
        rows += range(10_000)
        looking = asyncio.create_task(look())
        await asyncio.sleep(0)
    looking.cancel()
    assert left[0] == 10_000
    assert max(before - after for before, after in pairwise([*left, len(rows)])) <= FEW
    assert len(rows) <= FEW
