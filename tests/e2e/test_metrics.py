"""What whoever watches the bot sees of it, over real sockets."""

from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bot.app.gauges import Gauges
from bot.core.secret import Secret
from bot.demo.superoffice import SuperOffice
from bot.metrics import PrometheusMetrics
from tests.conftest import StoppedClock
from tests.e2e.conftest import KEY, World
from tests.e2e.test_privacy import run
from tests.sqlite import opened


async def page(world: World) -> str:
    """The page that Prometheus reads."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.bot.url}/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return await response.text()


async def test_what_people_do_is_counted_and_who_they_are_is_not(world: World) -> None:
    await world.link()
    await world.ask("since monday")
    await world.ask("mondy")
    world.crm.faults.set("GetMyActiveContacts", status=503)
    await world.ask("today")
    told = await page(world)
    for line in (
        'commands_total{outcome="answered"} 2.0',
        'commands_total{outcome="bad-command"} 1.0',
        'commands_total{outcome="crm-too-busy"} 1.0',
        'crm_calls_total{operation="activities",outcome="ok",tenant="onsite"} 1.0',
        'crm_calls_total{operation="activities",outcome="crm-too-busy",tenant="onsite"} 1.0',
        'crm_calls_total{operation="sign-in",outcome="ok",tenant="onsite"} 1.0',
        'queue_length{queue="commands"} 0.0',
        'queue_length{queue="posts"} 0.0',
        'sign_ins{state="over",tenant="onsite"} 0.0',
        "backup_timestamp_seconds 0.0",
    ):
        assert f"superoffice_slack_{line}\n" in told
    user = SuperOffice.seller
    for secret in (
        user.login,
        user.password,
        user.staff.full_name,
        world.slack.seller.id,
        world.slack.bot_token,
    ):
        assert secret not in told


async def test_sign_ins_and_the_last_back_up_are_looked_up(world: World, tmp_path: Path) -> None:
    await world.link()
    assert (await run(world, "backup", str(tmp_path / "copy.db")))[0] == 0
    clock, metrics = StoppedClock(datetime.now(UTC)), PrometheusMetrics()
    with opened(world.database, Secret(KEY)) as database:
        gauges = Gauges(database, metrics, ["onsite"], clock)
        await gauges.tick()
        assert b'sign_ins{state="good",tenant="onsite"} 1.0' in metrics.expose()
        assert b"backup_timestamp_seconds 0.0" not in metrics.expose()
        clock.move(hours=5, minutes=30)
        await gauges.tick()
        assert b'sign_ins{state="expiring",tenant="onsite"} 1.0' in metrics.expose()
        assert b'sign_ins{state="good",tenant="onsite"} 0.0' in metrics.expose()
