"""Wall clocks: one instant for each local date and time, in every zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.localtime import instant, midnight

OSLO = ZoneInfo("Europe/Oslo")
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})).map(ZoneInfo)
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def test_a_time_that_does_not_exist_becomes_the_end_of_the_gap() -> None:
    assert instant(date(2027, 3, 28), time(2, 30), OSLO) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_a_time_that_exists_twice_is_the_first() -> None:
    assert instant(date(2027, 10, 31), time(2, 30), OSLO) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_day_that_was_left_out_begins_with_the_next() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert midnight(date(2011, 12, 30), apia) == midnight(date(2011, 12, 31), apia)


@pytest.mark.parametrize("zone", ["America/Santiago", "Africa/Cairo", "Asia/Beirut", "America/Asuncion"])
def test_midnight_in_a_zone_that_changes_its_clocks_at_midnight(zone: str) -> None:
    where = ZoneInfo(zone)
    for day in (date(2024, 1, 1) + timedelta(n) for n in range(366)):
        assert midnight(day, where).astimezone(where).date() == day


@given(DAYS, st.times(), ZONES)
def test_the_clock_shows_what_was_asked_or_the_first_instant_after_the_gap(
    day: date, at: time, zone: ZoneInfo
) -> None:
    at = at.replace(microsecond=0)
    found = instant(day, at, zone)
    shown = found.astimezone(zone).replace(tzinfo=None)
    asked = datetime.combine(day, at)
    if shown != asked:
        assert shown > asked
        just_before = (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert just_before < asked


@given(DAYS, ZONES)
def test_days_follow_each_other(day: date, zone: ZoneInfo) -> None:
    assert midnight(day, zone) <= midnight(day + timedelta(1), zone)
