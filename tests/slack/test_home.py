"""The Home tab as blocks: as it was looked at, within Slack's limits, and with no text interpreted."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.core.errors import Problem
from bot.core.filters import Filter, SavedFilter
from bot.core.overview import DigestStanding, Glance
from bot.core.people import Principal, SlackUser
from bot.core.replies import (
    CannotRead,
    Changed,
    DigestNone,
    DigestState,
    Failed,
    FilterRemoved,
    Me,
    ProofRow,
    Reader,
)
from bot.core.replies.home import Home, HomeChannel, InMessages, Newcomer
from bot.core.slots import Slot, SlotKey
from bot.core.subscription import Outcome, State
from bot.demo.slack.limits import problems
from bot.slack.blocks.home import home_view
from tests.slack.replies import FILTER, HOSTILE, KIANNA, NOW, OSLO, READER, STANDINGS
from tests.slack.test_blocks import FILTERS, READERS, TEXT, check_blocks, elements

COMMAND = "/superoffice"
ME = Me(KIANNA, NOW - timedelta(days=9), NOW + timedelta(hours=5), ended=False)


def slot(days: int) -> Slot:
    at = datetime(2026, 11, 19 + days, 7, tzinfo=UTC)
    return Slot(SlotKey(at.date(), 1), time(8), at, timedelta(hours=1))


ON = DigestState("on", "08:00 weekdays", OSLO, (slot(1), slot(4)), as_of=NOW)
LAST = (
    ProofRow(time(8), NOW - timedelta(hours=2), "posted", at=NOW - timedelta(hours=2), companies=7),
    ProofRow(time(8), NOW - timedelta(days=1), "skipped", "nothing"),
    ProofRow(time(8), NOW - timedelta(days=2), "failed", "crm-unreachable", tries=3),
)
VIP = SavedFilter("vip", Filter(categories=("VIP Customer",), not_by=("me",)))
GLANCE = Glance(12, 1, 2, 9, 8, 3, 1, 6, 11, 2, (("onsite", NOW - timedelta(hours=1)),))
CHANNELS = tuple(
    HomeChannel(replace(each, channel="C1", next_due=NOW), is_shared, not is_shared)
    for each, is_shared in zip(STANDINGS[:4], (True, False, True, False), strict=True)
)
HOMES = {
    "first-visit": Home(NOW),
    "linked": Home(NOW, ME),
    "with-digests": Home(NOW, ME, digest=ON, last=LAST, channels=CHANNELS, filters=(VIP,)),
    "failing-ticket": Home(
        NOW,
        replace(ME, expires_at=NOW - timedelta(hours=1), ended=True),
        digest=replace(ON, state="paused", fires=(), reason="not-linked"),
        last=LAST,
    ),
    "admin": Home(NOW, ME, digest=replace(ON, snoozed_until=NOW + timedelta(days=2)), glance=GLANCE),
    "admin-unlinked": Home(NOW, glance=Glance()),
    "guest": Home(NOW, newcomer=Newcomer.GUEST),
    "no-tenant": Home(NOW, newcomer=Newcomer.NO_TENANT, glance=Glance()),
    "said": Home(NOW, ME, digest=ON, said=replace(ON, changed=Changed.ON)),
    "said-elsewhere": Home(NOW, ME, digest=ON, said=InMessages()),
    "hostile": Home(
        NOW,
        replace(ME, principal=replace(KIANNA, full_name=HOSTILE), tenant=HOSTILE),
        filters=(SavedFilter("x", FILTER),) * 3,
        more_filters=40,
        more_channels=3,
        said=Failed("crm-unreachable", {}, "ref"),
    ),
}


@pytest.mark.parametrize("name", HOMES)
def test_looks_as_it_was_looked_at(name: str, snapshot: SnapshotAssertion) -> None:
    assert home_view(HOMES[name], READER, COMMAND) == snapshot


@pytest.mark.parametrize("name", HOMES)
def test_whatever_can_be_pressed_is_its_reader_s(name: str) -> None:
    view = home_view(HOMES[name], READER, COMMAND)
    check_blocks(view["blocks"], "home")
    for block in view["blocks"]:
        for element in elements(block):
            if "action_id" in element:
                assert "|U0SELLER|" in element.get("value", block.get("block_id", "")), element


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("first-visit", "home.link"),
        ("linked", "digest.at"),
        ("failing-ticket", "home.link"),
        ("admin", "digest.wake"),
    ],
)
def test_the_one_thing_to_do_next_stands_out(name: str, first: str) -> None:
    pressable = [*elements(home_view(HOMES[name], READER, COMMAND)["blocks"])]
    assert [each["action_id"] for each in pressable if each.get("style") == "primary"] == [first]


def test_the_first_visit_teaches_in_three_lines() -> None:
    (lesson,) = (each for each in home_view(HOMES["first-visit"], READER, COMMAND)["blocks"][1:2])
    assert lesson["text"]["text"].count("\n") == 2


def test_nothing_that_is_at_a_glance_names_anybody() -> None:
    blocks = home_view(Home(NOW, glance=GLANCE), READER, COMMAND)["blocks"]
    assert not [each for each in elements(blocks) if each.get("type") in ("user", "channel")]
    assert "<@" not in json.dumps(blocks)


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
COUNTS = st.integers(0, 10**6)
STANDING = st.builds(
    DigestStanding,
    id=COUNTS,
    owner=st.just(SlackUser("T1", "U1")),
    channel=st.just("C0123456789"),
    schedule=TEXT,
    zone=st.sampled_from([OSLO, ZoneInfo("Asia/Kathmandu")]),
    state=st.sampled_from(State),
    reason=TEXT,
    since=MOMENTS,
    snoozed_until=st.none() | MOMENTS,
    next_due=st.none() | MOMENTS,
)
ROWS = st.builds(
    ProofRow,
    time=st.times(),
    due_at=MOMENTS,
    outcome=st.sampled_from(Outcome).map(str),
    reason=TEXT,
    at=st.none() | MOMENTS,
    companies=COUNTS,
    tries=COUNTS,
)
SAVED = st.builds(SavedFilter, st.from_regex(r"\w[\w-]{0,31}", fullmatch=True), FILTERS)
STATES = st.builds(
    DigestState,
    state=st.sampled_from(State).map(str),
    schedule=TEXT,
    zone=st.just(OSLO),
    reason=TEXT,
    snoozed_until=st.none() | MOMENTS,
    filter=FILTERS,
    as_of=st.just(NOW),
)
HOME = st.builds(
    Home,
    as_of=MOMENTS,
    me=st.none()
    | st.builds(
        Me,
        principal=st.builds(Principal, COUNTS, COUNTS, TEXT, TEXT),
        linked_at=MOMENTS,
        expires_at=st.none() | MOMENTS,
        ended=st.booleans(),
        tenant=TEXT,
    ),
    newcomer=st.sampled_from(Newcomer),
    digest=STATES | st.just(DigestNone()),
    last=st.lists(ROWS, max_size=5).map(tuple),
    channels=st.lists(st.builds(HomeChannel, STANDING, st.booleans(), st.booleans()), max_size=10).map(
        lambda rows: tuple(row for row in rows if row.is_shared or row.is_owner)
    ),
    filters=st.lists(SAVED, max_size=10).map(tuple),
    more_channels=COUNTS,
    more_filters=COUNTS,
    glance=st.none() | st.builds(Glance, *[COUNTS] * 10, st.lists(st.tuples(TEXT, MOMENTS), max_size=3)),
    said=st.none()
    | st.just(InMessages())
    | TEXT.map(lambda text: CannotRead((Problem("unknown-verb", text),)))
    | SAVED.map(FilterRemoved),
)


@given(HOME, READERS)
def test_any_home_is_within_the_limits_and_uninterpreted(home: Home, reader: Reader) -> None:
    view = home_view(home, reader, COMMAND)
    check_blocks(view["blocks"], "home")
    assert problems(view["blocks"], "home") == []
