"""The figures of pictures: every company once, whatever the window, the zone and the clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.activity import Action, Activity
from bot.core.activitychart import MOST_BARS, ActivityCounts, Grain, counted
from bot.core.errors import BadCommand
from bot.core.filters import Filter
from bot.core.period import Ago, Since, Week
from bot.core.typed.command import parse
from bot.core.typed.commands import ShowActivity, ShowChart
from bot.core.window import Window, judge

OSLO = ZoneInfo("Europe/Oslo")
#: Thursday 19 November 2026, 09:41 in Oslo.
NOW = datetime(2026, 11, 19, 8, 41, tzinfo=UTC)
DAY = timedelta(days=1)


def active(company: int, time: datetime | None, action: Action = Action.UPDATED) -> Activity:
    return Activity(company, f"C{company}", "", "", "", "", "", 0, action, (), time, "", 0, 0, 0)


def figures(*activities: Activity, days: int = 6) -> ActivityCounts:
    start = datetime(2026, 11, 18, 23, tzinfo=UTC) - days * DAY
    return counted(activities, Window(start), NOW, OSLO)


def test_each_day_of_the_window_has_its_bar_and_each_company_is_in_one() -> None:
    rows = [active(n, NOW - n * DAY) for n in (0, 0, 1, 3, 3, 3)]
    counts = figures(*rows)
    assert [*counts.by_day.days.values()] == [0, 0, 0, 3, 0, 1, 2]
    assert next(iter(counts.by_day.days)) == date(2026, 11, 13)
    assert counts.by_day.most == (date(2026, 11, 16), 3)
    assert (counts.total, counts.undated, counts.grain) == (6, 0, Grain.DAY)


def test_the_day_is_the_reader_s() -> None:
    late = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    assert figures(active(1, late)).by_day.most == (date(2026, 11, 18), 1)


def test_an_activity_may_be_several_actions_and_the_most_frequent_come_first() -> None:
    both = Action.UPDATED | Action.PERSON_ADDED
    counts = figures(active(1, NOW, both), active(2, NOW, Action.PERSON_ADDED), active(3, NOW, Action(0)))
    assert [*counts.by_action.items()] == [(Action.PERSON_ADDED, 2), (Action.UPDATED, 1), (Action(0), 1)]


def test_the_quiet_are_the_older_half_the_longest_first() -> None:
    counts = figures(*(active(n, NOW - n * DAY) for n in range(6)), active(9, None))
    assert [row.company_id for row in counts.quiet] == [5, 4, 3]
    assert counts.undated == 1
    assert figures(active(1, NOW), active(2, NOW), days=0).quiet == (), "on one day nobody is quiet"


@pytest.mark.parametrize(
    ("days", "grain"),
    [(6, Grain.DAY), (19, Grain.DAY), (20, Grain.WEEK), (130, Grain.WEEK), (365, Grain.MONTH)],
)
def test_long_windows_have_longer_bars(days: int, grain: Grain) -> None:
    counts = figures(active(1, NOW), active(2, NOW - days * DAY), days=days)
    assert counts.grain is grain
    assert 2 <= len(counts.by_day.days) <= MOST_BARS
    assert sum(counts.by_day.days.values()) == 2
    if grain is Grain.WEEK:
        assert {day.weekday() for day in counts.by_day.days} == {0}


TIMES = st.none() | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))
NEAR = st.integers(0, 400 * 24).map(lambda hours: NOW - timedelta(hours=hours))
ZONES = st.sampled_from(["Europe/Oslo", "Pacific/Apia", "America/St_Johns", "UTC"]).map(ZoneInfo)
STARTS = st.none() | st.integers(0, 366).map(lambda days: NOW - days * DAY)


@given(st.lists(TIMES | NEAR, min_size=1, max_size=30), ZONES, STARTS, st.booleans())
def test_nobody_is_lost_and_no_more_bars_than_slack_draws(
    times: list[datetime | None], zone: ZoneInfo, start: datetime | None, is_closed: bool
) -> None:
    window = Window(start, NOW - timedelta(hours=3) if is_closed and start and start < NOW - DAY else None)
    inside = judge([active(n, time) for n, time in enumerate(times)], window).inside
    counts = counted(inside, window, NOW, zone)
    assert len(counts.by_day.days) <= MOST_BARS
    assert sum(counts.by_day.days.values()) + counts.undated == counts.total == len(inside)
    assert [*counts.by_day.days] == sorted(counts.by_day.days)
    assert len(counts.quiet) <= 10


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("chart", ShowChart("since 7d", ShowActivity(Since(Ago(7, "d"))))),
        ("chart week", ShowChart("week", ShowActivity(Week()))),
        (
            "chart not:me",
            ShowChart("since 7d not:me", ShowActivity(Since(Ago(7, "d")), Filter(not_by=("me",)))),
        ),
        ("graph week not:me", ShowChart("week not:me", ShowActivity(Week(), Filter(not_by=("me",))))),
    ],
)
def test_a_chart_takes_what_the_list_takes(line: str, meant: ShowChart) -> None:
    assert parse(line) == meant


@pytest.mark.parametrize(
    ("line", "code", "nearest"),
    [
        ("chart me", "chart-what", "chart since 7d"),
        ("chart chart week", "chart-what", "chart since 7d"),
        ("chart since", "since-what", "chart since monday"),
        ("chart wek", "unknown-verb", "chart week"),
        ("chart week acton:created", "unknown-filter", "action:"),
    ],
)
def test_what_cannot_be_drawn_is_answered_with_what_can(line: str, code: str, nearest: str) -> None:
    with pytest.raises(BadCommand) as caught:
        parse(line)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.nearest.startswith(nearest)
    if not problem.part:
        parse(problem.nearest)
