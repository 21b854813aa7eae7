"""The table of faults, each made to happen to a real process between real sockets."""

import asyncio
import itertools
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.core.breaker import IN_A_ROW
from bot.demo.gate import Gate
from bot.demo.slack.webapi import Failure
from bot.demo.superoffice.faults import Fault as Switched
from tests.crm.failure_table import BILLION_LAUGHS
from tests.e2e.conftest import environment
from tests.e2e.killing import ROOT
from tests.faults.table import ANSWERED, MATRIX, TABLE, Fault
from tests.faults.trouble import Everything, Trouble, trouble

ACTIVITIES = "GetMyActiveContacts"
Making = Callable[[Trouble], AbstractAsyncContextManager[None]]
FAULTS: dict[str, Making] = {}


def making(*ids: str) -> Callable[[Callable[[Trouble], AsyncIterator[None]]], None]:
    """How a fault is made, until it is left."""

    def register(make: Callable[[Trouble], AsyncIterator[None]]) -> None:
        FAULTS.update(dict.fromkeys(ids, asynccontextmanager(make)))

    return register


def of_superoffice(id_: str, **how: Any) -> None:
    """One that its switches make."""

    @making(id_)
    async def switched(it: Trouble) -> AsyncIterator[None]:
        it.world.crm.faults.set(ACTIVITIES, **how)
        yield
        it.world.crm.faults.clear()


def of_slack(id_: str, **how: Any) -> None:
    """One that is of posting a message."""

    @making(id_)
    async def failing(it: Trouble) -> AsyncIterator[None]:
        it.world.slack.fail("chat.postMessage", **how)
        yield
        it.world.slack.api.failures.clear()


of_superoffice("slow", delay=6.5)
of_superoffice("hangs", delay=60)
of_superoffice("overloaded", status=503)
of_superoffice("truncated", truncated=True)
of_superoffice("huge", huge=33 << 20)
of_superoffice("hostile", status=200, body=BILLION_LAUGHS.encode())
of_superoffice("moved-301", status=301, headers={"Location": "/elsewhere"})
of_superoffice("moved-421", status=421)
of_slack("slack-429", retry_after=1, times=100)
of_slack("slack-500", status=500, performed=True, times=4)
of_slack("slack-cut", cut=True, performed=True, times=4)


@making("flapping")
async def flapping(it: Trouble) -> AsyncIterator[None]:
    faults, turns = it.world.crm.faults, itertools.count()

    def every_other(operation: str) -> Switched:
        return Switched(drop=operation == ACTIVITIES and next(turns) % 2 == 0)

    well, faults.take = faults.take, every_other  # type: ignore[method-assign]
    yield
    faults.take = well  # type: ignore[method-assign]


@making("down", "start-crm-down")
async def down(it: Trouble) -> AsyncIterator[None]:
    await it.world.crm.refuse()
    yield
    await it.world.crm.accept()


@making("down-longer")
async def down_longer(it: Trouble) -> AsyncIterator[None]:
    await it.world.crm.refuse()
    await asyncio.gather(*(it.answered(8) for _ in range(IN_A_ROW)))
    yield
    await it.world.crm.accept()


@making("slack-answers")
async def slack_answers(it: Trouble) -> AsyncIterator[None]:
    it.world.slack.response_urls.failures.extend([500])
    yield
    it.world.slack.response_urls.failures.clear()


@making("slack-down", "start-slack-down", "restart-slack-down")
async def slack_down(it: Trouble) -> AsyncIterator[None]:
    api = it.world.slack.api
    well, api.failures = api.failures, Everything(Failure(status=503))
    yield
    api.failures = well


@making("disk-full")
async def disk_full(it: Trouble) -> AsyncIterator[None]:
    it.limit(resource.RLIMIT_FSIZE, 0)
    yield
    it.limit(resource.RLIMIT_FSIZE, resource.RLIM_INFINITY)


@making("locked")
async def locked(it: Trouble) -> AsyncIterator[None]:
    it.world.database.execute("BEGIN IMMEDIATE")
    yield
    it.world.database.execute("ROLLBACK")


def of_the_clock(id_: str, **off: float) -> None:
    """The bot's own is so far ahead of everybody else's."""

    @making(id_)
    async def wrong(it: Trouble) -> AsyncIterator[None]:
        move, shared = it.world.move, it.world.process.shared

        def moved(span: timedelta) -> None:
            move(span)
            shared.set(it.world.clock.now(), ahead=timedelta(**off))

        it.world.move = moved  # type: ignore[method-assign]
        moved(timedelta(0))
        yield
        it.world.move = move  # type: ignore[method-assign]
        move(timedelta(0))


of_the_clock("clock", hours=1)
of_the_clock("clock-minutes-ahead", minutes=3)
of_the_clock("clock-minutes-behind", minutes=-3)
of_the_clock("clock-behind", minutes=-20)
of_the_clock("clock-day-ahead", days=1)
of_the_clock("clock-day-behind", days=-1)


@making("descriptors")
async def descriptors(it: Trouble) -> AsyncIterator[None]:
    # Connections that are open go on: Slack's and SuperOffice's are to be made anew.
    await it.world.crm.hang_up()
    session, it.world.slack._session = it.world.slack._session, aiohttp.ClientSession()
    if session:
        await session.close()
    it.limit(resource.RLIMIT_NOFILE, 3)
    yield
    it.limit(resource.RLIMIT_NOFILE, 1024)


@making("two-bots")
async def two_bots(it: Trouble) -> AsyncIterator[None]:
    environ = environment(it.world.crm, it.world.slack, it.folder / "bot.db", socket_mode=False)
    second = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"), cwd=ROOT, env=environ, stderr=asyncio.subprocess.PIPE
    )
    _, err = await asyncio.wait_for(second.communicate(), 60)
    assert second.returncode == 1
    assert f"is in use by another bot (process {it.world.process.id} on " in err.decode()
    yield


#: They are made while a bot is not running, or end it.
OTHERS = {"start-crm-down", "start-slack-down", "restart-slack-down", "killed", "stopped"}
ordinary = [fault for fault in TABLE if fault.test == MATRIX and fault.id not in OTHERS]
by_id = {fault.id: fault for fault in TABLE}


async def goes_through(it: Trouble, fault: Fault, *, starting: bool = False) -> None:
    """It shows as the table says, while a bot runs or is started; and when it is over, all is well."""
    async with FAULTS[fault.id](it):
        if starting:
            await it.start()
        await it.world.next_day()
        await it.shows(fault.ledger)
        await it.meets(fault.people)
    await it.recovers(fault.recovers)
    await it.nothing_is_lost_or_doubled(elsewhere=fault.id.startswith("clock-day"))


@pytest.mark.long
@pytest.mark.parametrize("fault", ordinary, ids=lambda fault: fault.id)
async def test_while_it_runs(fault: Fault, memory: Path) -> None:
    async with trouble(memory) as it:
        await it.start()
        await it.meets(ANSWERED)
        await goes_through(it, fault)


@pytest.mark.long
@pytest.mark.parametrize("id_", ["start-crm-down", "start-slack-down", "restart-slack-down"])
async def test_at_the_start(id_: str, memory: Path) -> None:
    fault = by_id[id_]
    async with trouble(memory) as it:
        if id_.startswith("restart"):
            await it.start()
            assert await it.world.process.stop() == "0"
        await goes_through(it, fault, starting=True)


@pytest.mark.long
async def test_killed(memory: Path) -> None:
    fault = by_id["killed"]
    async with trouble(memory) as it:
        await it.world.next_day()
        assert await it.world.kill_at("post>")
        await it.shows(fault.ledger)
        await it.meets(fault.people)
        began = time.monotonic()
        await it.start()
        await it.recovers(fault.recovers - (time.monotonic() - began))
        it.world.wait_for_what_waits()  # what the dead process had in hand is its own for five minutes
        await it.nothing_is_lost_or_doubled()


@pytest.mark.long
async def test_stopped(memory: Path) -> None:
    """Within ten seconds, though SuperOffice answers nobody; who waits is told, what is held given back."""
    fault, held = by_id["stopped"], Gate()
    async with trouble(memory) as it:
        await it.start()
        await it.meets(ANSWERED)
        held.close()
        it.world.crm.faults.set(ACTIVITIES, gate=held)
        await it.world.next_day()
        asked = [await it.type() for _ in range(3)]
        await held.reached(4 + 3)
        began = time.monotonic()
        assert await it.world.process.stop() == "0"
        assert time.monotonic() - began < 10
        for answer in asked:
            texts = [(await answer.next()).text for _ in range(len(answer.messages))]
            assert any("restart" in text for text in texts), texts
        await it.shows(fault.ledger)
        assert it.world.busy(), "what was held is due at once"
        held.open()
        it.world.crm.faults.clear()
        await it.start()
        await it.recovers(fault.recovers)
        await it.nothing_is_lost_or_doubled()
