import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.web import Check, Remembered
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
            raise ConnectionError

    remembered = Remembered(probe, clock)
    for _ in range(3):
        with pytest.raises(ConnectionError):
            await remembered()
    clock.move(minutes=1)
    for _ in range(3):
        await remembered()
    clock.move(hours=-1)
    await remembered()
    assert len(asked) == 3
