"""Work after the acknowledgement."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable

import pytest

from bot.core.errors import BotBusy
from bot.runner import EACH, QueueRunner


def running(runner: QueueRunner) -> Counter[Hashable]:
    """How many jobs run, by whose they are."""
    (lane,) = runner._lanes.values()
    return lane._running


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
        for user in range(10):
            runner.submit(job, user)
        asyncio.get_running_loop().call_later(0.01, go_on.set)
    assert (most, done) == (3, 10)


async def test_a_full_queue_says_so() -> None:
    blocked = asyncio.Event()

    async def job() -> None:
        await blocked.wait()

    async with QueueRunner(workers=1, size=2) as runner:
        for user in range(3):
            runner.submit(job, user)
        with pytest.raises(BotBusy):
            runner.submit(job, 3)
        blocked.set()


async def test_one_users_slow_jobs_delay_nobody_else() -> None:
    blocked, theirs, done = asyncio.Event(), asyncio.Event(), []

    def slow(number: int) -> Callable[[], Awaitable[None]]:
        async def job() -> None:
            await blocked.wait()
            done.append(number)

        return job

    async def quick() -> None:
        theirs.set()

    async with QueueRunner(workers=8, size=40) as runner:
        for number in range(6 + 30):
            runner.submit(slow(number), "slow")
        with pytest.raises(BotBusy):
            runner.submit(slow(40), "slow")
        assert running(runner)["slow"] == 6, "two of the eight are kept for others"
        runner.submit(quick, "other")
        async with asyncio.timeout(30):
            await theirs.wait()
        assert done == []
        blocked.set()
    assert done == list(range(6 + 30)), "each user's jobs are done in their order"


async def test_several_slow_users_leave_room_for_others() -> None:
    blocked, done = asyncio.Event(), []

    async def slow() -> None:
        await blocked.wait()

    async def quick() -> None:
        done.append(1)

    async with QueueRunner(workers=32, size=400) as runner:
        for _ in range(50):
            for user in range(3):
                runner.submit(slow, user)
        assert running(runner).total() == 24
        runner.submit(quick, "other")
        await asyncio.sleep(0)
        assert done == [1]
        for _ in range(5):
            runner.submit(slow, "late")
        assert running(runner)["late"] == EACH, "what is kept for others is shared by them"
        blocked.set()


async def test_users_take_turns() -> None:
    order: list[str] = []

    def job(name: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            order.append(name)

        return run

    async with QueueRunner(workers=1, size=100) as runner:
        for number in range(3):
            runner.submit(job(f"a{number}"), "a")
        for number in range(2):
            runner.submit(job(f"b{number}"), "b")
    assert order == ["a0", "a1", "b0", "a2", "b1"]


async def test_nothing_is_remembered_of_who_has_no_jobs() -> None:
    async def job() -> None:
        pass

    async with QueueRunner(workers=2, size=100) as runner:
        for user in range(50):
            runner.submit(job, user)
    assert not runner._lanes
    assert not runner._tasks


async def test_one_hanging_superoffice_delays_nobody_who_asks_another() -> None:
    blocked, done = asyncio.Event(), []

    async def slow() -> None:
        await blocked.wait()

    async def quick() -> None:
        done.append(1)

    async with QueueRunner(workers=4, size=10) as runner:
        for user in range(14):
            runner.submit(slow, user, "hangs")
        with pytest.raises(BotBusy):
            runner.submit(slow, "one more", "hangs")
        runner.submit(quick, "a user of another", "answers")
        await asyncio.sleep(0)
        assert done == [1]
        blocked.set()


async def test_a_job_that_raises_ends_alone(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    async def bad() -> None:
        raise RuntimeError("a customer's name")

    async def good() -> None:
        done.append(1)

    async with QueueRunner(workers=1, size=2) as runner:
        runner.submit(bad, "anybody")
        runner.submit(good, "anybody")
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
        runner.submit(endless, "anybody")
    assert cancelled == [1]
    with pytest.raises(BotBusy):
        runner.submit(endless, "anybody")


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
            runner.submit(waiting(number), "anybody")
        runner.spawn(waiting(3))
    assert sorted(told) == [0, 1, 2, 3]


async def test_a_job_that_cancels_itself_takes_no_worker_along() -> None:
    done = []

    async def cancelled() -> None:
        raise asyncio.CancelledError

    async def good() -> None:
        done.append(1)

    async with QueueRunner(workers=1, size=2) as runner:
        runner.submit(cancelled, "anybody")
        runner.submit(good, "anybody")
    assert done == [1]


async def test_what_is_spawned_is_waited_for() -> None:
    done = []

    async def slow() -> None:
        await asyncio.sleep(0.01)
        done.append(1)

    async with QueueRunner(workers=1, size=1) as runner:
        runner.spawn(slow)
    assert done == [1]


async def test_a_job_for_later_is_called_off_or_done_and_not_begun_once_the_bot_has_stopped() -> None:
    begun: list[str] = []

    def job(name: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            begun.append(name)

        return run

    async with QueueRunner(workers=1, size=1) as runner:
        runner.later(0, job("off"))()
        runner.later(0, job("on"))
        await asyncio.sleep(0.001)
        assert begun == ["on"]
        runner.later(0.001, job("late"))
    await asyncio.sleep(0.01)
    assert begun == ["on"]
