"""Work after the acknowledgement."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.core.errors import Busy
from bot.runner import QueueRunner


async def test_runs_so_many_at_once_and_all_in_the_end() -> None:
    at_once = most = done = 0
    go_on = asyncio.Event()

    async def job() -> None:
        nonlocal at_once, most, done
        at_once += 1
        most = max(most, at_once)
        await go_on.wait()
        at_once -= 1
        done += 1

    async with QueueRunner(workers=3, size=10) as runner:
        for _ in range(10):
            runner.submit(job)
        asyncio.get_running_loop().call_later(0.01, go_on.set)
    assert (most, done) == (3, 10)


async def test_a_full_queue_says_so() -> None:
    blocked = asyncio.Event()

    async def job() -> None:
        await blocked.wait()

    async with QueueRunner(workers=1, size=2) as runner:
        runner.submit(job)
        runner.submit(job)
        with pytest.raises(Busy):
            runner.submit(job)
        blocked.set()


async def test_a_job_that_raises_ends_alone(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    async def bad() -> None:
        raise RuntimeError("a customer's name")

    async def good() -> None:
        done.append(1)

    async with QueueRunner(workers=1, size=2) as runner:
        runner.submit(bad)
        runner.submit(good)
    assert done == [1]
    assert "RuntimeError" in caplog.text
    assert "customer" not in caplog.text


async def test_leaving_waits_so_long_and_no_longer() -> None:
    cancelled = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(1)
            raise

    async with QueueRunner(workers=1, size=2, grace=0.01) as runner:
        runner.submit(endless)
    assert cancelled == [1]
    with pytest.raises(Busy):
        runner.submit(endless)


async def test_whoever_waits_can_be_told_also_by_a_job_that_had_not_begun() -> None:
    told = []

    def waiting(number: int) -> Callable[[], Awaitable[None]]:
        async def job() -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await asyncio.sleep(0)
                told.append(number)
                raise

        return job

    async with QueueRunner(workers=1, size=3, grace=0.01) as runner:
        for number in range(3):
            runner.submit(waiting(number))
        runner.spawn(waiting(3))
    assert sorted(told) == [0, 1, 2, 3]


async def test_a_job_that_cancels_itself_takes_no_worker_along() -> None:
    done = []

    async def cancelled() -> None:
        raise asyncio.CancelledError

    async def good() -> None:
        done.append(1)

    async with QueueRunner(workers=1, size=2) as runner:
        runner.submit(cancelled)
        runner.submit(good)
    assert done == [1]


async def test_what_is_spawned_is_waited_for() -> None:
    done = []

    async def slow() -> None:
        await asyncio.sleep(0.01)
        done.append(1)

    async with QueueRunner(workers=1, size=1) as runner:
        runner.spawn(slow)
    assert done == [1]
