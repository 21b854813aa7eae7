"""Until when a digest rests."""

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import BadCommand, Problem
from bot.core.typed.snoozetext import MAX_SNOOZE, snooze_until
from bot.text import has_sentence
from tests.core.schedules import ZONES

OSLO = ZoneInfo("Europe/Oslo")
#: Thursday 19 November 2026, 09:41 in Oslo.
NOW = datetime(2026, 11, 19, 8, 41, tzinfo=UTC)


def oslo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=OSLO).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("until fri", oslo(2026, 11, 20)),
        ("fri", oslo(2026, 11, 20)),
        ("until thursday", oslo(2026, 11, 26)),
        ("Until Thu 14:00", oslo(2026, 11, 19, 14)),
        ("thu 08:00", oslo(2026, 11, 26, 8)),
        ("next mon", oslo(2026, 11, 23)),
        ("next week", oslo(2026, 11, 23)),
        ("next month", oslo(2026, 12, 1)),
        ("tomorrow", oslo(2026, 11, 20)),
        ("until tomorrow at 8am", oslo(2026, 11, 20, 8)),
        ("3d", oslo(2026, 11, 22)),
        ("for 3 days", oslo(2026, 11, 22)),
        ("2w", oslo(2026, 12, 3)),
        ("for a week", oslo(2026, 11, 26)),
        ("2h", NOW + timedelta(hours=2)),
        ("for an hour", NOW + timedelta(hours=1)),
        ("30 min", NOW + timedelta(minutes=30)),
        ("14:00", oslo(2026, 11, 19, 14)),
        ("today 14:00", oslo(2026, 11, 19, 14)),
        ("08:00", oslo(2026, 11, 20, 8)),
        ("until 2026-12-24", oslo(2026, 12, 24)),
        ("24.12", oslo(2026, 12, 24)),
        ("24 dec 18:00", oslo(2026, 12, 24, 18)),
        ("1 nov", oslo(2027, 11, 1)),
        ("january", oslo(2027, 1, 1)),
    ],
)
def test_reads(typed: str, end: datetime) -> None:
    assert snooze_until(typed, OSLO, NOW) == end


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem("snooze-what", "", "digest snooze until mon")),
        ("until", Problem("snooze-what", "until", "digest snooze until mon")),
        ("frday", Problem("snooze-unknown", "frday", "digest snooze until friday")),
        (
            "until the cows come home",
            Problem("snooze-unknown", "cows come home", "digest snooze until tomorrow"),
        ),
        ("last fri", Problem("snooze-unknown", "last fri", "digest snooze until fri")),
        ("8", Problem("two-meanings", "8", "digest snooze until 08:00", other="digest snooze until 8d")),
        (
            "1.12",
            Problem("two-meanings", "1.12", "digest snooze until 1 dec", other="digest snooze until 01:12"),
        ),
        ("2026-11-01", Problem("snooze-past", "2026-11-01", "digest snooze until tomorrow")),
        ("yesterday", Problem("snooze-past", "yesterday", "digest snooze until tomorrow")),
        ("yesterday 14:00", Problem("snooze-past", "yesterday 14:00", "digest snooze until tomorrow")),
        ("until 3 days ago", Problem("snooze-past", "3 days ago", "digest snooze until tomorrow")),
        ("2w x", Problem("snooze-unknown", "2w x", "digest snooze until 2w")),
        (
            "2028-01-01",
            Problem("snooze-too-long", "2028-01-01", "digest snooze until 365d", other="digest off"),
        ),
    ],
)
def test_says_what_is_wrong_and_what_is_near(typed: str, problem: Problem) -> None:
    with pytest.raises(BadCommand) as caught:
        snooze_until(typed, OSLO, NOW)
    assert caught.value.problems == (problem,)
    assert has_sentence(f"problem.{problem.code}")


WORDS = """
until for next fri last week 3d 9999w 2h 8 8.30 1.12 2026-12-24 2026-02-30 29 feb dec tomorrow
at a an hour month today yesterday ago 14:00
"""
LINE = st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=5), max_size=4).map(" ".join)


@given(LINE, ZONES, st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC)))
def test_any_line_is_in_time_or_its_suggestions_are(line: str, zone: ZoneInfo, now: datetime) -> None:
    with contextlib.suppress(BadCommand):
        assert now < snooze_until(line, zone, now) <= now + MAX_SNOOZE
        return
    with pytest.raises(BadCommand) as caught:
        snooze_until(line, zone, now)
    (problem,) = caught.value.problems
    for suggested in filter(None, (problem.nearest, problem.other)):
        if suggested != "digest off":
            assert snooze_until(suggested.removeprefix("digest snooze "), zone, now) > now
