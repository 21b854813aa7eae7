"""Clocks and zones that are wrong, against a server that reads a start as SuperOffice does.

A start in its future means "since the last log-out": nothing may get there by mistake, and nothing that
happened since the time asked for may be missing.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web

from bot.core.errors import CrmUnreachable
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.core.window import Window, judge
from bot.crm.client import SuperOffice
from bot.crm.serverclock import ServerClock
from bot.crm.settings import ActionTimeZone, TenantSettings
from bot.crm.soap.services import Services
from bot.crm.timezones import zones_of
from bot.demo.clock import TestClock
from bot.demo.superoffice import SuperOffice as Server
from bot.services.ports import ActivityQuery

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOURS = timedelta(hours=1)


class Behind:
    """The bot's clock, off by some time."""

    def __init__(self, clock: TestClock, off: timedelta) -> None:
        self._clock = clock
        self.off = off

    def now(self) -> datetime:
        return self._clock.now() + self.off


class World:
    """A server, a client whose clock and zone may be wrong, and what both know."""

    def __init__(
        self, server: Server, services: Services, session: aiohttp.ClientSession, clock: TestClock
    ) -> None:
        self.server = server
        self.services = services
        self.session = session
        self.clock = clock
        self.ticket = Secret(server.ticket(server.seller))

    def client(self, off: timedelta = timedelta(), zone: str = "Europe/Oslo") -> SuperOffice:
        settings = TenantSettings("onsite", self.server.url, ZoneInfo(zone))
        return SuperOffice(settings, self.services, self.session, Behind(self.clock, off))

    async def missed(self, client: SuperOffice, since: datetime) -> set[int]:
        """Companies with activity since then that are not within the window, as the bot judges it."""
        snapshot = await client.activities(self.ticket, ActivityQuery(since))
        judged = judge(snapshot.activities, Window(since))
        assert judged.later == ()
        owned = {company.id for company in self.server.companies(self.server.seller)}
        happened = self.server.story.activities(self.clock.now())
        due = {event.company_id for event in happened if event.time >= since and event.company_id in owned}
        assert due, "a test of nothing"
        return due - {row.company_id for row in judged.inside}

    def start_sent(self) -> datetime:
        """The instant that the server took the last start for."""
        start = self.server.calls("GetMyActiveContacts")[-1].start
        assert start is not None
        return start.replace(tzinfo=ZoneInfo(self.server.zone)).astimezone(UTC)

    def server_now(self) -> datetime:
        return self.clock.now() + self.server.skew


@pytest.fixture
async def world(services: Services, session: aiohttp.ClientSession) -> AsyncIterator[World]:
    clock = TestClock(NOON)
    async with Server(clock=clock) as server:
        yield World(server, services, session, clock)


def codes(client: SuperOffice) -> list[str]:
    return [warning.code for warning in client.warnings]


@pytest.mark.parametrize(
    ("off", "detail"),
    [
        (timedelta(minutes=10), "-600"),
        (timedelta(days=-1), "+86400"),
        (timedelta(days=400), "-34560000"),
        (timedelta(minutes=-3), "+180"),
    ],
)
async def test_the_bots_clock_is_wrong(world: World, off: timedelta, detail: str) -> None:
    client = world.client(off)
    now = await client.now()
    assert now == world.server_now()
    for since in (now - 24 * HOURS, now - HOURS, now):
        if since == now:
            world.server.happen(world.server.companies(world.server.seller)[0].id, "Updated")
        assert await world.missed(client, since) == set()
        assert world.start_sent() < min(since, world.server_now())
    assert client.warnings == (ServerWarning("clock-skew", detail),)


async def test_a_start_from_a_clock_that_is_fast(world: World) -> None:
    """Should somebody ask since a time in the server's future, it does not get there."""
    client = world.client(timedelta(days=1))
    await client.activities(world.ticket, ActivityQuery(world.server_now() + timedelta(days=1)))
    assert world.start_sent() < world.server_now()


@pytest.mark.parametrize(
    ("set_to", "really", "warned"),
    [
        ("Asia/Tokyo", "America/New_York", True),
        ("America/New_York", "Europe/Oslo", True),
        ("Pacific/Kiritimati", "UTC", True),
        ("America/Los_Angeles", "Europe/Copenhagen", True),
        ("Europe/London", "UTC", True),  # the same in winter only
        ("Europe/Stockholm", "Europe/Oslo", False),
        ("America/New_York", "America/New_York", False),
    ],
)
async def test_the_tenants_zone_is_set_wrong(world: World, set_to: str, really: str, warned: bool) -> None:
    world.server.zone = really
    client = world.client(zone=set_to)
    for hours in (48, 8, 3):
        since = world.server_now() - hours * HOURS
        assert await world.missed(client, since) == set()
        assert world.start_sent() < since
    assert codes(client) == ["zone-mismatch"] * warned


async def test_a_zone_that_the_server_does_not_name(world: World) -> None:
    """Then it may be any: one that is far west is not reached by a start either."""
    world.server.zone = "Pacific/Midway"
    client = world.client(zone="Pacific/Kiritimati")
    await client.activities(world.ticket, ActivityQuery(world.server_now()))
    assert world.start_sent() < world.server_now()


async def test_catching_up_is_meant_to_be_in_the_future(world: World) -> None:
    for off in (timedelta(), timedelta(days=1), timedelta(days=-1)):
        await world.client(off).activities(world.ticket, ActivityQuery(None))
        assert world.start_sent() > world.server_now() + HOURS


async def test_a_clock_that_jumps_between_calls_is_noticed_by_the_answer(world: World) -> None:
    bots = Behind(world.clock, timedelta())
    settings = TenantSettings("onsite", world.server.url, ZoneInfo("Europe/Oslo"))
    client = SuperOffice(settings, world.services, world.session, bots)
    await client.now()
    bots.off = timedelta(days=2)
    await client.activities(world.ticket, ActivityQuery(await client.now()))
    assert len(world.server.calls("GetMyActiveContacts")) == 2
    first = world.server.calls("GetMyActiveContacts")[0]
    assert first.start is not None
    assert first.start > NOON.replace(tzinfo=None)
    assert world.start_sent() < world.server_now()


async def test_the_time_is_asked_once_by_many(world: World) -> None:
    client = world.client()
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(client.activities(world.ticket, ActivityQuery(NOON)))
    assert len(world.server.calls("GetSystemInfo")) == 1
    assert len(world.server.calls("GetMyActiveContacts")) == 20


# ---------------------------------------------------------------- a scripted server


async def test_without_a_date_the_bots_clock_is_trusted_to_a_day(
    crm: Any, server: Any, reply: Any, soap: Any, clock: Any, ticket: Secret
) -> None:
    server.answers(reply(soap.system_info(), date=None), reply(soap.activities(), date=None))
    client = crm()
    await client.activities(ticket, ActivityQuery(clock.now()))
    assert client.warnings == (ServerWarning("no-date"),)
    start = server.requests[-1].body.partition(b"ActivityStartTime>")[2].partition(b"<")[0].decode()
    assert datetime.fromisoformat(start).replace(tzinfo=UTC) <= clock.now() - timedelta(days=1)


async def test_a_server_that_is_down_at_first(
    crm: Any, server: Any, reply: Any, soap: Any, clock: Any, ticket: Secret
) -> None:
    client = crm()
    server.answers(reply(b"", 500))
    with pytest.raises(Exception, match="crm-failed"):
        await client.now()
    server.answers(reply(soap.system_info()))
    assert await client.now() == clock.now()


async def test_a_refusal_tells_the_time_as_well(
    crm: Any, server: Any, reply: Any, soap: Any, clock: Any
) -> None:
    server.answers(reply(soap.system_info(headers=soap.exception("SoLicenseException"))))
    assert await crm().now() == clock.now()


async def test_without_any_answer_nothing_is_asked(crm: Any, server: Any, ticket: Secret) -> None:
    async def hang_up(request: Any) -> Any:
        request.transport.close()
        return web.Response()

    server.answers(hang_up)
    with pytest.raises(CrmUnreachable):
        await crm().activities(ticket, ActivityQuery(NOON))
    assert all(seen.path.endswith("SoPrincipal.svc") for seen in server.requests)


async def test_a_warning_is_logged_once_a_change(
    crm: Any, server: Any, reply: Any, soap: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = crm(zone=ZoneInfo("Asia/Tokyo"))
    with caplog.at_level("WARNING"):
        for location in ("NO", "NO", "DK", "JP", "NO", "", "XX"):
            server.answers(reply(soap.system_info(headers=soap.headers(location=location))))
            await client.system_info()
    named = [re.search(r"'(\w*)'$", record.getMessage()) for record in caplog.records]
    assert [found and found[1] for found in named] == ["NO", "DK", "NO"]
    assert {record.action for record in caplog.records} == {"crm.zone-mismatch"}  # type: ignore[attr-defined]


def test_the_zone_that_times_are_read_in() -> None:
    def clock(action_time_zone: ActionTimeZone, location: str) -> ServerClock:
        settings = TenantSettings("t", "", ZoneInfo("Asia/Tokyo"), action_time_zone=action_time_zone)
        server = ServerClock(settings, TestClock(NOON))
        server.note(NOON, NOON, location)
        return server

    tenant = ActionTimeZone.TENANT
    assert clock(tenant, "").reading_zone() == ZoneInfo("Asia/Tokyo")
    assert clock(tenant, "JP").reading_zone() == ZoneInfo("Asia/Tokyo")
    assert clock(tenant, "NO").reading_zone() == ZoneInfo("Europe/Oslo")
    assert NOON.astimezone(clock(tenant, "US-NY").reading_zone()).utcoffset() == -10 * HOURS
    assert clock(ActionTimeZone.UTC, "NO").reading_zone() is UTC


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("NO", "Europe/Oslo"),
        ("dk", "Europe/Copenhagen"),
        ("US-NY", "America/New_York"),
        ("UTC", "UTC"),
        ("UK", "Europe/London"),
        ("GB", "Europe/London"),
    ],
)
def test_location_codes(code: str, zone: str) -> None:
    assert ZoneInfo(zone) in zones_of(code)


@pytest.mark.parametrize("code", ["", "XX", "Europe/Oslo", "#", "../etc"])
def test_codes_of_nowhere(code: str) -> None:
    assert list(zones_of(code)) == []
