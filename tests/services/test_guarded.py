"""A SuperOffice that does not answer, over a real socket: when it is asked, and who waits for whom."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.app.tenants import guarded
from bot.config import Commands
from bot.core.breaker import FIRST_PAUSE, IN_A_ROW, BreakerState
from bot.core.errors import CrmError, CrmPaused, CrmTimedOut, CrmUnreachable
from bot.core.secret import Secret
from bot.crm.client import connect
from bot.crm.settings import TenantSettings
from bot.crm.soap.transport import Limits
from bot.demo.gate import Gate as Held
from bot.demo.superoffice import SuperOffice
from bot.metrics import PrometheusMetrics
from bot.services.guarded import GIVEN_UP, Gate, GuardedCrm
from bot.services.ports import ActivityQuery, Crm
from bot.services.tenants import Tenant
from tests.conftest import StoppedClock

OSLO = ZoneInfo("Europe/Oslo")
LIMITS = Limits(connect=2, attempt=1, command=1, attempts=1)
WEEK = ActivityQuery(None)


class Bench:
    """A real client between a real server and a guard whose clock the test moves."""

    def __init__(self, server: SuperOffice, crm: Crm) -> None:
        self.server, self.time = server, 0.0
        self.gate = Gate(crm, lambda: self.time)
        self.crm = GuardedCrm(crm, self.gate, asyncio.Semaphore(3))
        self.ticket = Secret(server.ticket(server.seller))

    async def ask(self) -> None:
        await self.crm.activities(self.ticket, WEEK)

    async def fail(self, times: int = IN_A_ROW) -> None:
        for _ in range(times):
            with pytest.raises((CrmTimedOut, CrmUnreachable)):
                await self.ask()

    def asked(self) -> int:
        return len(self.server.requests)


@pytest.fixture
async def bench(clock: StoppedClock) -> AsyncIterator[Bench]:
    async with (
        SuperOffice(clock=clock) as server,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        settings = TenantSettings("onsite", server.url, OSLO)
        clients = await connect([settings], session, clock, LIMITS)
        bench = Bench(server, clients["onsite"])
        await bench.ask()
        yield bench


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"delay": 60}], ids=str)
async def test_after_five_failures_it_is_not_asked_for_a_while(bench: Bench, fault: dict[str, Any]) -> None:
    bench.server.faults.set(**fault)
    for _ in range(IN_A_ROW):
        with pytest.raises(CrmError):
            await bench.ask()
    asked = bench.asked()
    with pytest.raises(CrmPaused) as caught:
        await bench.ask()
    assert caught.value.params == {"tenant": "onsite", "seconds": 5}
    assert bench.asked() == asked
    bench.server.faults.clear()
    bench.time += FIRST_PAUSE
    await bench.ask()
    assert bench.gate.state is BreakerState.CLOSED


async def test_what_it_refuses_closes_nobody_out(bench: Bench) -> None:
    bench.server.faults.set(exception_type="SuperOffice.Exceptions.SoSentryException")
    for _ in range(IN_A_ROW * 2):
        with pytest.raises(CrmError) as caught:
            await bench.ask()
        assert caught.value.code == "crm-refused"


async def test_one_small_question_tells_and_all_wait_for_its_answer(bench: Bench) -> None:
    bench.server.faults.set("GetMyActiveContacts", drop=True)
    await bench.fail()
    held = Held()
    held.close()
    bench.server.faults.set("GetSystemInfo", gate=held)
    bench.server.faults.clear("GetMyActiveContacts")
    bench.time += FIRST_PAUSE
    before = bench.asked()
    three = [asyncio.create_task(bench.ask()) for _ in range(3)]
    await held.reached()
    held.open()
    await asyncio.gather(*three)
    assert bench.asked() - before == 4, "one probe for three questions"


async def test_a_probe_that_fails_makes_the_pause_longer(bench: Bench) -> None:
    bench.server.faults.set(drop=True)
    await bench.fail()
    bench.time += FIRST_PAUSE
    before = bench.server.connections_opened
    with pytest.raises(CrmPaused) as caught:
        await bench.ask()
    assert caught.value.params["seconds"] == 2 * FIRST_PAUSE
    assert bench.server.connections_opened == before + 1


async def test_small_questions_that_work_do_not_hide_that_real_ones_do_not(bench: Bench) -> None:
    bench.server.faults.set("GetMyActiveContacts", delay=60)
    await bench.fail()
    bench.time += FIRST_PAUSE
    await bench.fail(1)
    assert bench.gate.state is BreakerState.OPEN, "one was enough"
    bench.time += FIRST_PAUSE
    assert bench.gate.state is BreakerState.OPEN, "for twice as long"


async def test_what_is_given_up_late_is_a_failure_and_early_tells_nothing(bench: Bench) -> None:
    held = Held()
    held.close()
    bench.server.faults.set(gate=held)
    for given_up_after, state in ((0.0, BreakerState.CLOSED), (GIVEN_UP, BreakerState.OPEN)):
        for _ in range(IN_A_ROW):
            asking, others = asyncio.create_task(bench.ask()), held.came
            await held.next_after(others)
            bench.time += given_up_after
            asking.cancel()
            await asyncio.wait({asking})
        assert bench.gate.state is state


async def test_commands_with_little_time_are_failures_as_well(bench: Bench) -> None:
    """A silent SuperOffice is given up before ten seconds are over by all of them."""
    held, tenant = Held(), Tenant(bench.crm._crm, OSLO)
    held.close()
    bench.server.faults.set(gate=held)
    hurried, _ = guarded({"onsite": tenant}, PrometheusMetrics(), Commands(seconds=5), lambda: bench.time)
    for _ in range(IN_A_ROW):
        asking, others = asyncio.create_task(hurried["onsite"].crm.activities(bench.ticket, WEEK)), held.came
        await held.next_after(others)
        bench.time += 4
        asking.cancel()
        await asyncio.wait({asking})
    with pytest.raises(CrmPaused):
        await hurried["onsite"].crm.activities(bench.ticket, WEEK)


async def test_the_servers_time_once_known_proves_nothing(bench: Bench) -> None:
    bench.server.faults.set("GetMyActiveContacts", drop=True)
    for _ in range(IN_A_ROW - 1):
        await bench.fail(1)
        await bench.crm.now()
    await bench.fail(1)
    assert bench.gate.state is BreakerState.OPEN


async def test_no_more_than_so_many_are_under_way(bench: Bench) -> None:
    held = Held()
    held.close()
    bench.server.faults.set("GetMyActiveContacts", gate=held, times=3)
    before = bench.asked()
    asking = [asyncio.create_task(bench.ask()) for _ in range(10)]
    await held.reached(3)
    await asyncio.sleep(0.05)
    assert bench.asked() - before == 3
    held.open()
    await asyncio.gather(*asking)
    assert bench.asked() - before == 10


async def test_what_nobody_waits_for_keeps_no_person_waiting(bench: Bench) -> None:
    """One breaker for both, places of their own for each; and whoever watches sees it."""
    metrics = PrometheusMetrics()
    tenant = Tenant(bench.crm._crm, OSLO)
    hurried, unhurried = guarded({"onsite": tenant}, metrics, Commands(workers=4))
    held = Held()
    held.close()
    bench.server.faults.set("GetMyActiveContacts", gate=held, times=2)
    wave = [
        asyncio.create_task(unhurried["onsite"].crm.activities(bench.ticket, WEEK)) for _ in range(2 + 20)
    ]
    await held.reached(2)
    await hurried["onsite"].crm.activities(bench.ticket, WEEK)
    assert not any(task.done() for task in wave)
    held.open()
    await asyncio.gather(*wave)
    assert b'crm_paused{tenant="onsite"} 0.0' in metrics.expose()
    bench.server.faults.set(drop=True)
    for _ in range(IN_A_ROW):
        with pytest.raises(CrmUnreachable):
            await hurried["onsite"].crm.activities(bench.ticket, WEEK)
    with pytest.raises(CrmPaused):
        await unhurried["onsite"].crm.activities(bench.ticket, WEEK)
    assert b'crm_paused{tenant="onsite"} 1.0' in metrics.expose()


async def test_while_it_is_paused_nobody_waits_for_a_place_first(bench: Bench) -> None:
    """Those who have the places wait for what is silent, for as long as their time lasts."""
    full = asyncio.Semaphore(0)
    bench.server.faults.set(drop=True)
    await bench.fail()
    with pytest.raises(CrmPaused):
        async with asyncio.timeout(5):
            await GuardedCrm(bench.crm._crm, bench.gate, full).activities(bench.ticket, WEEK)
