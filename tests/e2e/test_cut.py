"""Workers on a machine that is cut off, from the database and from Slack, in the middle of a wave."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.fleet import Fleet, fleet
from tests.e2e.network import Machine, allowed, machine
from tests.e2e.test_roles import settled
from tests.postgres import MISSING

#: Seconds: longer than the lease of the fleet, so that who is cut off is taken for dead.
CUT = 9.0


async def cut(there: Machine, found: Fleet, *links: str) -> int:
    """Cut them for a while, in the middle of things; how many digests came meanwhile."""
    there.cut(*links)
    before = len(found.digests())
    await asyncio.sleep(CUT)
    came = len(found.digests()) - before
    there.heal(*links)
    return came


@pytest.mark.long
async def test_a_machine_that_is_cut_off_and_comes_back(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Nothing comes twice, nothing is lost, others do its work meanwhile, and then it works again."""
    if not allowed():
        pytest.skip("this process may make no network namespace (it takes root, and iproute2)")
    async with fleet(tmp_path, at_once=8) as found:
        if found is None:
            pytest.skip(MISSING)
        found.crm.faults.set("GetMyActiveContacts", delay=0.3)
        urls = (found.crm.url, found.slack.api_url)
        ports = {urlsplit(url).port or 0: "internet" for url in urls}
        async with machine(ports, found.database.socket) as (there, database):
            cut_off = {"BOT_DATABASE": f"postgresql://bot@{database}/fleet"}
            await found.start("clock")
            here = await found.start("worker")
            away = [await found.start("worker", *there.prefix, **cut_off) for _ in range(2)]
            came = []
            for number, links in enumerate((["database"], ["internet"], ["database", "internet"])):
                await found.subscribe(6, 20, first=number * 6)
                await found.until(found.users - 100, 90)
                came.append(await cut(there, found, *links))
            await settled(found)
            assert found.doubled() == []
            assert found.outcomes() == {"posted": found.users}, found.failures()
            assert await here.end(signal.SIGTERM) == 0
            await found.subscribe(2, 5, first=18)
            await settled(found)
            assert found.doubled() == []
            assert len(found.digests()) == found.users, "by those who were cut off"
            record_property("cut", f"{found.users} digests; while others were cut off: {came}")
            for process in away:
                assert await process.end(signal.SIGTERM) == 0
