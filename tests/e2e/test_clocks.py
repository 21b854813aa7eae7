"""Wrong clocks and zones. A start in the server's future would silently mean "since last log-out"."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import Start, World


def starts_in_the_past(world: World) -> bool:
    """Whether every start that was sent lies in the past by the server's own clock and zone."""
    here = ZoneInfo(world.crm.zone)
    calls = world.crm.calls("GetMyActiveContacts")
    starts = [(call.start, (call.at + world.crm.skew).astimezone(here)) for call in calls]
    return bool(starts) and all(start and start < now.replace(tzinfo=None) for start, now in starts)


@pytest.mark.parametrize(
    "skew", [timedelta(minutes=-10), timedelta(days=1), timedelta(days=-1)], ids=["fast", "slow", "day-fast"]
)
async def test_the_bots_clock_is_wrong(start: Start, crm: SuperOffice, skew: timedelta) -> None:
    crm.skew = skew
    async with start() as world:
        await world.link()
        company = crm.companies(SuperOffice.seller)[0]
        crm.happen(company.id, "Created")
        message = await world.ask("since 1min")
        assert starts_in_the_past(world)
        message = await world.ask("today")
        assert starts_in_the_past(world)
        assert company.name in json.dumps(message.blocks, ensure_ascii=False)
        server_now = crm.clock.now() + skew
        today = server_now.astimezone(ZoneInfo("Europe/Oslo"))
        assert f"{today.day} {today:%b} 00:00" in json.dumps(message.blocks)


@pytest.mark.parametrize(
    ("configured", "real"),
    [("Asia/Tokyo", "America/New_York"), ("America/New_York", "Asia/Tokyo"), ("UTC", "Europe/Oslo")],
)
async def test_the_tenants_zone_is_set_wrong(
    start: Start, crm: SuperOffice, configured: str, real: str, caplog: pytest.LogCaptureFixture
) -> None:
    crm.zone = real
    async with start(SUPEROFFICE_TIMEZONE=configured) as world:
        await world.link()
        for text in ("since 1min", "since 1h", "today", "since monday"):
            await world.ask(text)
        assert starts_in_the_past(world)
    warned = [record for record in caplog.records if getattr(record, "action", "") == "crm.zone-mismatch"]
    assert warned


async def test_catchup_means_the_future_on_purpose(start: Start, crm: SuperOffice) -> None:
    async with start() as world:
        await world.link()
        before = crm.clock.now() - timedelta(hours=2)
        crm.log_out(SuperOffice.seller, before)
        company = crm.companies(SuperOffice.seller)[0]
        crm.happen(company.id, "Updated")
        message = await world.ask("catchup")
        (call,) = crm.calls("GetMyActiveContacts")
        assert call.start is not None
        assert call.start > call.at.astimezone(ZoneInfo("Europe/Oslo")).replace(tzinfo=None)
        assert company.name in json.dumps(message.blocks, ensure_ascii=False)
        assert "since your last log-out" in message.text


async def test_the_readers_days_are_the_readers(start: Start, crm: SuperOffice) -> None:
    """Helsinki is an hour ahead of the tenant; somebody without a zone gets the tenant's, and is told."""
    async with start() as world:
        await world.link(world.slack.colleague, SuperOffice.colleague)
        message = await world.ask("today", world.slack.colleague)
        assert "Helsinki time" in json.dumps(message.blocks)
        await world.link(world.slack.no_zone, SuperOffice.no_zone)
        message = await world.ask("today", world.slack.no_zone)
        assert "Oslo time" in json.dumps(message.blocks)
        assert "Slack names no time zone for you" in json.dumps(message.blocks)
