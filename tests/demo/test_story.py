"""What SuperOffice tells of a story, against the plainest reading of its documentation."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bot.demo.clock import TestClock
from bot.demo.superoffice.cast import USERS, User
from bot.demo.superoffice.operations import Operations
from bot.demo.superoffice.soap import OPERATIONS, Request
from bot.demo.superoffice.story import ACTIONS, Story
from bot.demo.superoffice.tickets import Tickets

NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)  # two days after the clocks changed


@dataclass
class Conditions:
    zone: str
    skew: timedelta = timedelta()
    utc_registered: bool = False
    last_logout: dict[str, datetime] = field(default_factory=dict)


@settings(max_examples=60)
@given(
    age=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=22)),
    actions=st.sets(st.sampled_from(sorted(ACTIONS)), min_size=1),
    categories=st.sets(st.integers(1, 7), max_size=3),
    zone=st.sampled_from(["Europe/Oslo", "UTC", "America/New_York"]),
    user=st.sampled_from(USERS),
)
def test_a_row_is_a_company_with_its_latest_activity_and_all_that_happened(
    age: timedelta, actions: set[str], categories: set[int], zone: str, user: User
) -> None:
    story = Story(NOW)
    clock = TestClock(NOW)
    operations = Operations(story, tickets := Tickets(clock), clock, Conditions(zone))
    since = NOW - age
    request = Request(
        OPERATIONS["Contact", "GetMyActiveContacts"],
        "Services86",
        "",
        tickets.issue(user),
        None,
        {},
        since,
        tuple(categories),
        tuple(actions),
    )
    answered = etree.fromstring(operations.answer(request))
    expected: dict[int, tuple[set[str], str]] = {}
    for event in story.activities(NOW):
        company = story.companies[event.company_id]
        mine = company.owner is user and (not categories or company.category_id in categories)
        if mine and event.action in actions and since <= event.time:
            flags, _ = expected.get(company.id, (set(), ""))
            time = event.time.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
            expected[company.id] = (flags | {event.action}, time)
    rows = {
        int(row.findtext("{*}ContactId", "")): (
            set(row.findtext("{*}Action", "").split()),
            row.findtext("{*}ActionTime", ""),
        )
        for row in answered.iterfind(".//{*}ContactActivity")
    }
    assert rows == expected


@pytest.mark.parametrize("seed", range(5))
def test_a_day_looks_like_one(seed: int) -> None:
    """Some companies, each with an action or a few; the nights are quiet."""
    story, morning = Story(NOW, seed), datetime(2026, 4, 1, 6, tzinfo=UTC)
    came = [event for event in story.activities(morning + timedelta(days=7)) if event.time > NOW]
    assert {event.time.astimezone(ZoneInfo("Europe/Oslo")).hour for event in came} <= set(range(7, 20))
    for day in (1, 6, 7):  # Wednesday, Monday and Tuesday
        start = morning + timedelta(days=day - 1)
        todays = [event for event in came if start < event.time <= start + timedelta(days=1)]
        by_company = Counter(event.company_id for event in todays)
        assert 12 <= len(by_company) <= 22, "of more than sixty"
        assert 1.5 <= sum(by_company.values()) / len(by_company) <= 3.5
    weekend = [event for event in came if event.time.weekday() >= 5]
    assert 0 < len(weekend) < len(came) / 4


@given(minutes=st.lists(st.integers(0, 6000), min_size=1, max_size=6))
@settings(max_examples=30)
def test_a_story_depends_on_time_alone_not_on_who_asked_before(minutes: list[int]) -> None:
    asked = Story(NOW)
    for each in minutes:
        asked.activities(NOW + timedelta(minutes=each))
    until = NOW + timedelta(minutes=minutes[-1])
    assert asked.activities(until) == Story(NOW).activities(until)


def test_addresses_are_nobodys() -> None:
    for company in Story(NOW).companies.values():
        assert re.fullmatch(r"https://[a-z]+\.example\.(com|org)/", company.url)


def test_what_is_left_out_never_happened_but_the_rest_does() -> None:
    whole, cut = Story(NOW), Story(NOW)
    at = NOW + timedelta(hours=9)
    cut.leave_out(at - timedelta(hours=3))
    cut.leave_out(NOW)  # what is past stays past
    told = [event for event in cut.activities(at) if event.time > NOW]
    assert told == [
        event for event in whole.activities(at) if event.time > told[0].time - timedelta(seconds=1)
    ]
    assert abs(told[0].time - (at - timedelta(hours=3))) < timedelta(minutes=40)
