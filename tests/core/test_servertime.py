from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.servertime import MARGIN, may_be_future, offsets_near, skew, wire_start

ZONES = sorted(available_timezones())
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(1995, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))
lags = st.timedeltas(timedelta(days=-2), timedelta(days=30))
SAMOA = ZoneInfo("Pacific/Apia")


def as_utc(start: datetime) -> datetime:
    return start.replace(tzinfo=UTC)


def readings(start: datetime, *zones: ZoneInfo) -> list[datetime]:
    """The instants that a server may take a naive start for: in UTC, and in each zone, either fold."""
    return [as_utc(start)] + [
        start.replace(tzinfo=zone, fold=fold).astimezone(UTC) for zone in zones for fold in (0, 1)
    ]


@given(zones, zones, instants, lags)
@example(SAMOA, SAMOA, datetime(2011, 12, 30, 11, tzinfo=UTC), timedelta())  # a day was left out
@example(ZoneInfo("Antarctica/Troll"), ZoneInfo("UTC"), datetime(2026, 3, 29, 1, tzinfo=UTC), timedelta())
@example(ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York"), NOW, timedelta(hours=3))
@settings(max_examples=500)
def test_no_reading_is_late_or_in_the_future(
    zone: ZoneInfo, server: ZoneInfo, server_now: datetime, lag: timedelta
) -> None:
    since = server_now - lag
    start = wire_start(since, zone, server_now, offsets_near([server], min(since, server_now)))
    assert start.tzinfo is None
    for reading in readings(start, zone, server):
        assert reading <= since
        assert reading < server_now
    assert not may_be_future(start, zone, server_now, offsets_near([server], server_now))


@given(zones, instants, lags, st.integers(-12 * 60, 14 * 60))
@settings(max_examples=300)
def test_a_server_that_names_no_zone_may_have_any(
    zone: ZoneInfo, server_now: datetime, lag: timedelta, minutes: int
) -> None:
    since = server_now - lag
    reading = as_utc(wire_start(since, zone, server_now, None)) - timedelta(minutes=minutes)
    assert reading <= min(since, server_now)


@given(zones, instants, lags)
def test_the_overlap_is_the_offset_and_an_hour(zone: ZoneInfo, server_now: datetime, lag: timedelta) -> None:
    since = min(server_now - lag, server_now)
    local = since.astimezone(zone)
    overlap = local.replace(tzinfo=None) - wire_start(since, zone, server_now, frozenset())
    assert overlap >= abs(local.utcoffset() or timedelta()) + MARGIN
    assert overlap <= timedelta(hours=30)


@given(zones, st.none() | zones, instants)
def test_catching_up_starts_in_the_future_of_every_reading(
    zone: ZoneInfo, server: ZoneInfo | None, server_now: datetime
) -> None:
    offsets = offsets_near([server], server_now) if server else None
    start = wire_start(None, zone, server_now, offsets)
    for reading in readings(start, zone, *([server] if server else [])):
        assert reading > server_now + timedelta(days=1)


@pytest.mark.parametrize(
    ("sent", "taken", "expected"),
    [
        (timedelta(minutes=10), timedelta(), timedelta(minutes=10)),
        (timedelta(), timedelta(milliseconds=999), timedelta(seconds=-1)),
        (timedelta(), timedelta(seconds=3), timedelta(seconds=-3)),
    ],
)
def test_the_skew_is_rather_too_little(sent: timedelta, taken: timedelta, expected: timedelta) -> None:
    assert skew(NOW + sent, NOW + taken) == expected


def test_a_clock_that_jumped_is_noticed() -> None:
    oslo = ZoneInfo("Europe/Oslo")
    start = wire_start(NOW, oslo, NOW, offsets_near([oslo], NOW))
    assert not may_be_future(start, oslo, NOW, offsets_near([oslo], NOW))
    assert may_be_future(start, oslo, NOW - timedelta(days=1), offsets_near([oslo], NOW))
