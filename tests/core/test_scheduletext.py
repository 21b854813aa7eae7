"""Schedules as people type them."""

import contextlib
from datetime import time

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import BadCommand, Problem
from bot.core.filters import EVERYTHING, Filter, Style
from bot.core.recurrence import EVERY_DAY
from bot.core.schedule import MAX_TIMES, ChosenTime, Schedule
from bot.core.typed.filtertext import read_filters
from bot.core.typed.scheduletext import (
    DEFAULT,
    parse,
    parse_added,
    parse_dropped,
    read_line,
    restored,
    schedule_text,
    stored,
)
from bot.core.typed.zonenames import zone_named, zone_names
from bot.text import has_sentence
from tests.core.schedules import TIMES, schedules

COUNTRIES = {"NO": "Norway", "DE": "Germany", "DE-BY": "Bavaria", "GB": "United Kingdom", "AT": "Austria"}


@given(schedules())
@hypothesis.example(Schedule.at(time(0), time(8)))
def test_what_is_written_reads_as_it_was(schedule: Schedule) -> None:
    assert parse(schedule_text(schedule)) == schedule
    assert parse(schedule_text(schedule).upper()) == schedule
    assert restored(stored(schedule)) == schedule


@given(schedules(), st.lists(st.lists(TIMES, min_size=1, max_size=4), max_size=4), st.data())
def test_ids_survive_the_database(schedule: Schedule, edits: list[list[time]], data: st.DataObject) -> None:
    for times in edits:
        schedule = data.draw(st.sampled_from([schedule.replacing(times), schedule.adding(times)]))
        if len(schedule.times) > 1:
            schedule = schedule.dropping({schedule.times[0].time})
    assert restored(stored(schedule)) == schedule


@pytest.mark.parametrize(
    "text", ["", "08:00 weekdays", "08:00#1 weekdays", "08:00#1 #2", "08:00#1 nonsense #2"]
)
def test_what_was_not_stored_is_not_restored(text: str) -> None:
    with pytest.raises(ValueError, match="stored"):
        restored(text)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("8", "08:00 weekdays"),
        ("8:00", "08:00 weekdays"),
        ("8am", "08:00 weekdays"),
        ("8 a.m. daily", "08:00 every day"),
        ("12 am", "00:00 weekdays"),
        ("12pm", "12:00 weekdays"),
        ("08.00", "08:00 weekdays"),
        ("0800", "08:00 weekdays"),
        ("830", "08:30 weekdays"),
        ("8h30", "08:30 weekdays"),
        ("08:00:00", "08:00 weekdays"),
        ("kl 8", "08:00 weekdays"),
        ("kl. 8 og 16", "08:00,16:00 weekdays"),
        ("kl8", "08:00 weekdays"),
        ("8 o’clock", "08:00 weekdays"),
        ("noon", "12:00 weekdays"),
        ("midnight every day", "00:00 every day"),
        ("at 8 and 16", "08:00,16:00 weekdays"),
        ("16,8, 8:00", "08:00,16:00 weekdays"),
        ("8 everyday", "08:00 every day"),
        ("8 mon-fri", "08:00 weekdays"),
        ("8 Monday – Friday", "08:00 weekdays"),
        ("8 sat to mon", "08:00 mon,sat,sun"),
        ("every weekday at 8", "08:00 weekdays"),
        ("8 on work days", "08:00 weekdays"),
        ("8 weekends", "08:00 sat,sun"),
        ("8 wed,mon", "08:00 mon,wed"),
        ("8 mondays & thursdays", "08:00 mon,thu"),
        ("8 tues thurs", "08:00 tue,thu"),
        ("8 mon. wed. fri.", "08:00 mon,wed,fri"),
        ("weekly on fri", "08:00 fri"),
        ("weekly", "08:00 mon"),
        ("once a week on tuesday", "08:00 tue"),
        ("monthly", "08:00 1st"),
        ("8 monthly on the 1st", "08:00 1st"),
        ("on the 15 at 8", "08:00 15th"),
        ("monthly on 15", "08:00 15th"),
        ("8 1st, 15th", "08:00 1st,15th"),
        ("8 last", "08:00 last day"),
        ("last day of the month at 17", "17:00 last day"),
        ("last friday", "08:00 last fri"),
        ("8 on the last friday of every month", "08:00 last fri"),
        ("8 1st and 3rd mon", "08:00 1st mon,3rd mon"),
        ("8 1st, last fri", "08:00 1st fri,last fri"),
        ("8 last fri, 1st", "08:00 last fri,1st"),
        ("8 15th and last fri", "08:00 last fri,15th"),
        ("first weekday of the month", "08:00 1st weekday"),
        ("8 1. fri", "08:00 1st fri"),
        ("8 in Oslo", "08:00 weekdays in Europe/Oslo"),
        ("8 in europe/oslo on mondays", "08:00 mon in Europe/Oslo"),
        ("8 in new york mon", "08:00 mon in America/New_York"),
        ("8 America/New_York", "08:00 weekdays in America/New_York"),
        ("8 in UTC", "08:00 weekdays in UTC"),
        ("8 in my time zone", "08:00 weekdays"),
        ("8 except holidays in NO", "08:00 weekdays except holidays in NO"),
        ("8 skip holidays no", "08:00 weekdays except holidays in NO"),
        ("8 except UK bank holidays", "08:00 weekdays except holidays in GB"),
        ("8 not on public holidays in norway", "08:00 weekdays except holidays in NO"),
        ("8 except holidays in de-by in Berlin", "08:00 weekdays in Europe/Berlin except holidays in DE-BY"),
        ("8 with holidays", "08:00 weekdays"),
    ],
)
def test_reads(typed: str, read: str) -> None:
    assert schedule_text(parse(typed, countries=COUNTRIES)) == read


def test_what_is_not_said_stays() -> None:
    base = parse("08:00,16:00 mon in Oslo except holidays in NO")
    assert parse("fri", base) == parse("08:00,16:00 fri in Oslo except holidays in NO")
    assert parse("09:00", base).times == (ChosenTime(time(9), 1),)
    assert parse("in my zone", base).zone is None
    assert parse("with holidays", base).country is None


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem("schedule-what", "", "digest at 08:00 weekdays")),
        ("xyzzy", Problem("unknown-schedule", "xyzzy", "digest at 08:00 weekdays")),
        ("8 weekdys", Problem("unknown-schedule", "weekdys", "digest at 08:00 weekdays")),
        ("8 mondy", Problem("unknown-days", "mondy", "digest at 08:00 mon")),
        ("25:00 fri", Problem("unknown-time", "25:00", "digest at 01:00 fri")),
        ("08:60", Problem("unknown-time", "08:60", "digest at 09:00")),
        ("24:00", Problem("unknown-time", "24:00", "digest at 00:00")),
        ("8-16", Problem("unknown-schedule", "8-16", "digest at 08:00,16:00")),
        ("every morning", Problem("unknown-time", "morning", "digest at 08:00")),
        ("9 every other friday", Problem("unknown-schedule", "other", "digest at 09:00 fri")),
        ("fortnightly", Problem("unknown-schedule", "fortnightly", "digest at mon")),
        ("5th fri", Problem("unknown-days", "5th fri", "digest at last fri")),
        ("32nd", Problem("unknown-days", "32nd", "digest at last day")),
        ("mon 1st", Problem("days-clash", "mon 1st", "digest at 1st", other="digest at mon")),
        (
            "monthly on fri",
            Problem("days-clash", "monthly on fri", "digest at 1st fri", other="digest at last fri"),
        ),
        ("8 in Olso", Problem("unknown-zone", "Olso", "digest at 08:00 in Europe/Oslo")),
        ("8 in Norway mon", Problem("unknown-zone", "Norway", "digest at 08:00 mon in Europe/Oslo")),
        ("8 in UTC+2", Problem("unknown-zone", "UTC+2", "digest at 08:00 in Etc/GMT-2")),
        ("8 oslo", Problem("unknown-schedule", "oslo", "digest at 08:00 in Europe/Oslo")),
        (
            "8 except holidays",
            Problem("which-country", "except holidays", "digest at 08:00 except holidays in NO"),
        ),
        (
            "8 except holidays in norwya",
            Problem("unknown-country", "norwya", "digest at 08:00 except holidays in NO"),
        ),
        (
            "8 weekdys by:me",
            Problem("unknown-schedule", "weekdys", "digest at 08:00 weekdays by:me"),
        ),
        (
            "8 by:Ida Holm weekdays",
            Problem("without-quotes", "by:Ida Holm weekdays", 'by:"Ida Holm" weekdays', part=True),
        ),
        (" ".join(f"{n}:3{n % 3}" for n in range(24)) + " 9:09", Problem("too-many-times", "25")),
    ],
)
def test_says_what_is_wrong_and_what_is_near(typed: str, problem: Problem) -> None:
    with pytest.raises(BadCommand) as caught:
        read_line(typed, countries=COUNTRIES)
    assert caught.value.problems == (problem,)


def test_all_that_is_wrong_comes_at_once() -> None:
    with pytest.raises(BadCommand) as caught:
        read_line("8 weekdys in oslp at 25:00 top:many")
    assert [(problem.given, problem.nearest, problem.part) for problem in caught.value.problems] == [
        ("weekdys", "weekdays", True),
        ("oslp", "in Europe/Oslo", True),
        ("25:00", "01:00", True),
        ("top:many", "top:20", True),
    ]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("08:00 weekdays", None),
        ("08:00 weekdays category:vip style:compact", Filter(categories=("vip",), style=Style.COMPACT)),
        ("category:vip style:compact 08:00 weekdays", Filter(categories=("vip",), style=Style.COMPACT)),
        ("08:00 category:vip weekdays", Filter(categories=("vip",))),
        ('at 8, mon-fri, by:"Ida Holm"', Filter(by=("Ida Holm",))),
        ("not:me", Filter(not_by=("me",))),
    ],
)
def test_filters_stand_among_the_words(typed: str, read: Filter | None) -> None:
    assert read_line(typed) == (DEFAULT, read)


@given(schedules(), st.sampled_from(["by:me", 'category:"VIP Customer" top:20', "style:table not:others"]))
def test_a_schedule_with_filters_reads_as_it_was(schedule: Schedule, filters: str) -> None:
    read = read_line(f"{schedule_text(schedule)} {filters}")
    assert read.schedule == schedule
    assert (read.filter or EVERYTHING) == read_filters(filters).filter


def test_times_come_and_go() -> None:
    schedule = parse("08:00")
    assert schedule_text(more := parse_added("16, 12:30", schedule)) == "08:00,12:30,16:00 weekdays"
    assert parse_added("8", more) == more
    assert parse_dropped("12:30 and 8", more).times == (ChosenTime(time(16), 3),)


@pytest.mark.parametrize(
    ("drop", "problem"),
    [
        ("9", Problem("no-such-time", "09:00", "digest drop 08:00", ("08:00", "16:00"))),
        ("8,16", Problem("last-time", "08:00,16:00", "digest off")),
        ("", Problem("which-time", "", "digest drop 16:00")),
        ("fri", Problem("which-time", "fri", "digest drop 16:00")),
        ("8 fri", Problem("only-times", "fri", "digest drop 08:00")),
        ("25:00", Problem("unknown-time", "25:00", "digest drop 01:00")),
    ],
)
def test_what_cannot_be_dropped(drop: str, problem: Problem) -> None:
    with pytest.raises(BadCommand) as caught:
        parse_dropped(drop, parse("8,16"))
    assert caught.value.problems == (problem,)


def test_there_is_a_most() -> None:
    full = Schedule.at(*(time(hour) for hour in range(MAX_TIMES)))
    with pytest.raises(BadCommand) as caught:
        parse_added("8:30", full)
    assert caught.value.problems == (Problem("too-many-times", "25"),)


WORDS = """
8 08:00 8am 25:00 08:60 24:00 0800 2026 8-16 noon weekdays weekdys daily every day mon mondy fri mon-fri
weekly monthly 1st 5th 32nd 15th last first weekend the of month on at in and kl. 1. the 15
in Oslo oslo Europe/Oslo Norway UTC+2 central my zone local time except skip holidays NO no in norway
morning in the evening fortnightly other with holidays , . by:me top:20 category: by: Ida Holm style:tabel
"""
LINE = st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=6), max_size=8).map(" ".join)
CODES = {
    *("unknown-schedule", "unknown-time", "unknown-days", "unknown-zone", "unknown-country", "which-country"),
    *(
        "days-clash",
        "schedule-what",
        "too-many-times",
        "which-time",
        "only-times",
        "no-such-time",
        "last-time",
    ),
}


@settings(max_examples=300)
@given(LINE)
@hypothesis.example("5th weekend 1st")
@hypothesis.example("monthly on mon fri")
@hypothesis.example("category: 8 in the")
def test_any_line_is_a_schedule_or_problems_whose_suggestions_work(line: str) -> None:
    with contextlib.suppress(BadCommand):
        read_line(line, countries=COUNTRIES)
        return
    with pytest.raises(BadCommand) as caught:
        read_line(line, countries=COUNTRIES)
    assert caught.value.problems
    for problem in caught.value.problems:
        assert has_sentence(f"problem.{problem.code}")
        for suggested in filter(None, (problem.nearest, problem.other)):
            read_line(suggested.removeprefix("digest at "), countries=COUNTRIES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_problem_has_its_sentence(code: str) -> None:
    assert has_sentence(f"problem.{code}")


@given(st.text())
def test_any_text_is_times_or_problems(text: str) -> None:
    for read in (parse, parse_added, parse_dropped):
        with contextlib.suppress(BadCommand):
            read(text, DEFAULT)


def test_every_zone_is_found_by_its_name() -> None:
    for name in zone_names():
        assert zone_named(name.upper()) == name


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("oslo", "Europe/Oslo"),
        ("São Paulo", ""),
        ("sao_paulo", "America/Sao_Paulo"),
        ("Istanbul", "Europe/Istanbul"),
        ("indianapolis", "America/Indiana/Indianapolis"),
        ("central", ""),
        ("gmt+1", ""),
        ("", ""),
    ],
)
def test_a_city_stands_for_its_zone(typed: str, zone: str) -> None:
    assert zone_named(typed) == zone


def test_every_day_is_not_weekdays() -> None:
    assert parse("8 daily").days == EVERY_DAY
