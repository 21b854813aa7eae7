"""What a schedule says of a date, and in which words."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from bot.core.dayplan import plan_of
from bot.core.schedule import Schedule
from bot.core.slots import passed_over, slots_on
from bot.core.typed.scheduletext import parse
from bot.text.schedules import slot, utc_offset
from tests.core.schedules import DATES, ZONES, schedules

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)


def holidays(day: date) -> str:
    return "Constitution Day" if (day.month, day.day) == (5, 17) else ""


@pytest.mark.parametrize(
    ("typed", "day", "said"),
    [
        (
            "02:30,08:00 daily",
            date(2026, 3, 29),
            [
                "Sun 29 Mar 03:00 (UTC+02:00): there is no 02:30 that day, the clocks go forward",
                "Sun 29 Mar 08:00 (UTC+02:00)",
            ],
        ),
        (
            "02:30 daily",
            date(2026, 10, 25),
            ["Sun 25 Oct 02:30 (UTC+02:00): the clocks show 02:30 twice that day, and the first counts"],
        ),
        ("8 daily", date(2027, 1, 4), ["Mon 4 Jan 2027 08:00 (UTC+01:00)"]),
        ("8 weekdays", date(2026, 3, 29), []),
        ("8 weekdays", date(2026, 5, 17), []),
        (
            "8 daily except holidays in NO",
            date(2026, 5, 17),
            ["Constitution Day"],
        ),
        ("8 weekdays except holidays in NO", date(2026, 5, 17), []),
        ("8 daily", date(2026, 5, 17), ["Sun 17 May 08:00 (UTC+02:00)"]),
    ],
)
def test_says_what_is_planned_and_why(typed: str, day: date, said: list[str]) -> None:
    plan = plan_of(parse(typed), OSLO, day, holidays)
    told = [slot(each, OSLO, "en", NOW) for each in plan.slots]
    assert (told or [name for name in (plan.holiday,) if name]) == said


def test_a_journey_is_told() -> None:
    tokyo, landed = ZoneInfo("Asia/Tokyo"), datetime(2026, 11, 20, 4, tzinfo=UTC)
    (over,) = passed_over(parse("8 daily"), ZoneInfo("America/New_York"), tokyo, landed)
    assert (
        slot(over, tokyo, "en", landed) == "Fri 20 Nov 13:00 (UTC+09:00): where you came to, 08:00 was over"
    )


@given(schedules(), ZONES, DATES)
def test_a_plan_has_slots_or_a_reason(schedule: Schedule, zone: ZoneInfo, day: date) -> None:
    plan = plan_of(schedule, zone, day, holidays)
    assert plan.slots == slots_on(schedule, zone, day, holidays)
    assert not (plan.slots and plan.holiday)


@pytest.mark.parametrize(("minutes", "said"), [(0, "+00:00"), (345, "+05:45"), (-210, "-03:30")])
def test_offsets(minutes: int, said: str) -> None:
    assert utc_offset(timedelta(minutes=minutes)) == said
