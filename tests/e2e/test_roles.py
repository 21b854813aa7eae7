"""Several processes share the work, on PostgreSQL."""

import asyncio
import random
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot import app
from bot.app import duties
from bot.config import load
from bot.core.people import SlackUser
from bot.core.recurrence import EVERY_DAY
from bot.core.schedule import Schedule
from bot.core.secret import DatabaseUrl, Secret
from bot.core.subscription import Subscription
from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from bot.store import connected
from tests.bench.lean import lean
from tests.bench.workers import DELAY, one_and_two
from tests.conftest import IN_MEMORY
from tests.e2e.conftest import KEY, World, environment
from tests.e2e.fleet import Fleet, alive, fleet
from tests.faults.test_start import run
from tests.postgres import MISSING, cluster, emptied


def test_on_sqlite_there_are_no_roles(tmp_path: Path) -> None:
    code, said = run(tmp_path / "bot.db", role="worker")
    assert code == 1
    assert "Several processes need BOT_DATABASE=postgresql://" in said
    assert not (tmp_path / "bot.db").exists()


@pytest.mark.long
async def test_workers_killed_the_clock_doubled_the_database_restarted(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Nothing comes twice, nothing is lost, and work goes on."""
    chance = random.Random(9)
    async with fleet(tmp_path) as found:
        if found is None:
            pytest.skip(MISSING)
        found.crm.faults.set("GetMyActiveContacts", delay=0.05)
        await found.subscribe(4, 60)
        for role in ("clock", "clock", "worker", "worker"):
            await found.start(role)
        kills, began = 0, monotonic()
        while kills < 3 or (len(found.digests()) < found.users * 3 // 4 and monotonic() - began < 60):
            await asyncio.sleep(chance.random())
            victim = chance.choice([*alive(found, "worker")])
            assert await victim.end() == -signal.SIGKILL
            kills += 1
            await found.start("worker")
            if kills == 2:
                found.database.stop()
                await asyncio.sleep(1)
                found.database.start()
            if kills == 3:
                await next(alive(found, "clock")).end()
        await settled(found)
        record_property(
            "fleet", f"{len(found.digests())} digests, {kills} workers killed: {found.outcomes()}"
        )
        assert found.doubled() == []
        assert found.outcomes() == {"posted": found.users}
        assert len(found.digests()) == found.users
        for process in (*alive(found, "worker"), *alive(found, "clock")):
            assert await process.end(signal.SIGTERM) == 0


async def settled(found: Fleet) -> None:
    """Every slot has its end; on a machine that is busy with other things it takes its time."""
    async with asyncio.timeout(180):
        while (done := found.outcomes()).total() < found.users or done["claimed"]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


@pytest.mark.long
def test_two_workers_do_nearly_twice_as_much(record_property: Callable[[str, object], None]) -> None:
    """Eight questions at the same time each, to a SuperOffice that takes 200 ms.

    Where others use the same cores meanwhile, there is nothing to share: then once more.
    """
    with cluster(IN_MEMORY) as database, lean(delay=DELAY) as server:
        if database is None:
            pytest.skip(MISSING)
        for _ in range(3):
            one, two = one_and_two(database, server)
            more, dearer = two.digests / one.digests, two.cpu / one.cpu
            said = f"{one.digests:.1f}/s, {two.digests:.1f}/s: {more:.2f} x; CPU {dearer:.2f} x"
            record_property("workers", said)
            if more > 1.6:
                return
    raise AssertionError(said)


async def test_each_does_its_part(
    crm: SuperOffice, slack: Slack, migrated: DatabaseUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody links at a web process; what the clock finds due, a worker does. Neither answers people."""
    monkeypatch.setattr(duties, "DIGESTS", timedelta(seconds=0.2))
    environ = environment(crm, slack, tmp_path / "bot.db", socket_mode=False)
    environ["BOT_DATABASE"] = emptied(migrated).reveal()
    now, seller = datetime.now(UTC), SlackUser("T0DEMO", Slack.seller.id)
    async with app.running(load(environ), role=app.Role.WEB) as web:
        slack.bot_url = web.url
        await World(crm, slack, web, tmp_path).link()
        async with connected(DatabaseUrl(environ["BOT_DATABASE"]), Secret(KEY)) as store:
            minute = (now - timedelta(minutes=1)).time().replace(second=0, microsecond=0)
            due = Subscription(
                0,
                seller,
                Schedule.at(minute, days=EVERY_DAY),
                ZoneInfo("UTC"),
                since=now - timedelta(hours=1),
                considered_until=now - timedelta(minutes=2),
            )
            await store.subscriptions.put(due, now - timedelta(minutes=1))
        async with (
            app.running(load(environ), role=app.Role.WORKER) as worker,
            app.running(load(environ), role=app.Role.CLOCK) as clock,
        ):
            await slack.wait(lambda _: any(message.metadata for message in slack.direct_messages()))
            async with aiohttp.ClientSession() as session:
                for url in (worker.url, clock.url):
                    async with session.get(f"{url}/readyz") as ready, session.get(f"{url}/link/x") as page:
                        assert (ready.status, page.status) == (200, 404)
                    async with session.post(f"{url}/slack/events") as event:
                        assert event.status == 404
