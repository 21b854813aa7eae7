import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.web import Check, Remembered
from bot.web.health import Unwell
from tests.conftest import StoppedClock

MakeSite = Callable[..., Awaitable[Any]]


async def works() -> None:
    return None


async def fails() -> None:
    raise ConnectionError("host of the customer")


async def test_alive(site: Any) -> None:
    page = await site.get("/healthz")
    assert (page.status, page.text) == (200, "ok")


async def test_ready(make_site: MakeSite) -> None:
    site = await make_site(checks=(Check("database", works), Check("slack", works, essential=False)))
    page = await site.get("/readyz")
    assert page.status == 200
    assert json.loads(page.text) == {"status": "ok", "checks": {"database": "ok", "slack": "ok"}}
    assert page.response.headers["Cache-Control"] == "no-store"


async def test_degraded_is_still_ready(make_site: MakeSite) -> None:
    site = await make_site(checks=(Check("database", works), Check("superoffice", fails, essential=False)))
    page = await site.get("/readyz")
    assert page.status == 200
    assert json.loads(page.text) == {
        "status": "degraded",
        "checks": {"database": "ok", "superoffice": "degraded"},
    }


async def test_without_an_essential_part_it_is_not_ready_but_alive(make_site: MakeSite) -> None:
    site = await make_site(checks=(Check("database", fails), Check("slack", fails, essential=False)))
    page = await site.get("/readyz")
    assert page.status == 503
    assert json.loads(page.text) == {
        "status": "failed",
        "checks": {"database": "failed", "slack": "degraded"},
    }
    assert "customer" not in page.text
    assert (await site.get("/healthz")).status == 200


async def test_checks_run_side_by_side(make_site: MakeSite) -> None:
    meeting = asyncio.Barrier(2)

    async def meets() -> None:
        await meeting.wait()

    site = await make_site(checks=(Check("one", meets), Check("other", meets)))
    assert (await site.get("/readyz")).status == 200


async def test_somebody_elses_server_is_asked_once_a_minute(clock: StoppedClock) -> None:
    asked = []

    async def probe() -> None:
        asked.append(clock.now())
        if len(asked) == 1:
            raise ConnectionError("host of the customer")

    remembered = Remembered(probe, clock)
    errors = []
    for _ in range(3):
        with pytest.raises(Unwell, match=r"^ConnectionError$") as unwell:
            await remembered()
        errors.append(unwell.value)
    assert len({id(error) for error in errors}) == 3, "one that is raised again keeps growing"
    clock.move(minutes=1)
    for _ in range(3):
        await remembered()
    clock.move(hours=-1)
    await remembered()
    assert len(asked) == 3


async def test_who_asks_meanwhile_waits_for_the_same_probe(clock: StoppedClock) -> None:
    asked, answer = [], asyncio.Event()

    async def probe() -> None:
        asked.append(clock.now())
        await answer.wait()

    remembered = Remembered(probe, clock)
    first, second = (asyncio.ensure_future(remembered()) for _ in range(2))
    await asyncio.sleep(0)
    clock.move(minutes=2)
    third = asyncio.ensure_future(remembered())
    await asyncio.sleep(0)
    first.cancel()
    answer.set()
    results = await asyncio.gather(first, second, third, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError, type(None), type(None)]
    assert len(asked) == 1


async def test_who_loses_patience_spoils_nothing(make_site: MakeSite, clock: StoppedClock) -> None:
    answer = asyncio.Event()

    async def slow() -> None:
        await answer.wait()

    check = Check("superoffice", Remembered(slow, clock), essential=False)
    site = await make_site(checks=(check,), patience=0.05)
    assert json.loads((await site.get("/readyz")).text)["status"] == "degraded"
    answer.set()
    assert json.loads((await site.get("/readyz")).text)["status"] == "ok"
