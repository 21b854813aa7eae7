"""Public holidays of the real library."""

import subprocess
import sys
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.core.errors import BadCommand
from bot.core.slots import slots_on
from bot.core.typed.scheduletext import parse
from bot.holidays import COUNTRIES, holidays_in


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("NO", date(2026, 5, 17), "Constitution Day"),
        ("NO", date(2026, 5, 18), ""),
        ("DE", date(2026, 11, 1), ""),
        ("DE-BY", date(2026, 11, 1), "All Saints' Day"),
        ("GB", date(2035, 12, 25), "Christmas Day"),
        (None, date(2026, 12, 25), ""),
        ("XX", date(2026, 12, 25), ""),
        ("NO-XX", date(2026, 12, 25), ""),
    ],
)
def test_holidays(code: str | None, day: date, name: str) -> None:
    assert holidays_in(code)(day) == name


def test_countries_and_their_regions() -> None:
    assert COUNTRIES["NO"] == "Norway"
    assert COUNTRIES["DE-BY"] == "Germany (BY)"
    assert {"XX", "DE-XX", "", "-BY"}.isdisjoint(COUNTRIES)
    assert not [code for code in COUNTRIES if code not in COUNTRIES or len(code) != 2]
    assert len(COUNTRIES) > 200


def test_they_are_typed_by_name_or_code_and_left_out() -> None:
    schedule = parse("8 daily except holidays in United Kingdom", countries=COUNTRIES)
    assert schedule.country == "GB"
    assert slots_on(schedule, ZoneInfo("Europe/London"), date(2026, 12, 25), holidays_in("GB")) == ()
    with pytest.raises(BadCommand) as caught:
        parse("8 except holidays in Nroway", countries=COUNTRIES)
    assert caught.value.problems[0].nearest == "digest at 08:00 except holidays in NO"


def test_the_library_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, bot.holidays; print('holidays' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
