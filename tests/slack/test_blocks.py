"""Replies as blocks: as they were looked at, within Slack's limits, and with no CRM text interpreted."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.core.activity import Action, Activity
from bot.core.people import Principal
from bot.core.period import LastLogout, Since, Today, Week, Weekday, Yesterday
from bot.core.replies import ActivityAnswer, Failed, Reader, Reply
from bot.core.window import Window
from bot.demo.limits import problems
from bot.slack.blocks import Message, draw

COMMAND = "/superoffice"


def test_looks_as_it_was_looked_at(reply: Reply, reader: Reader, snapshot: SnapshotAssertion) -> None:
    message = draw(reply, reader, COMMAND)
    assert {"text": message.text, "blocks": message.blocks} == snapshot


def test_keeps_within_the_limits(reply: Reply, reader: Reader) -> None:
    message = draw(reply, reader, COMMAND)
    assert problems(message.blocks) == []


def test_nothing_is_interpreted(reply: Reply, reader: Reader) -> None:
    message = draw(reply, reader, COMMAND)
    for text in interpreted(message):
        assert not re.search("<[!@#h]", text), text


def test_every_markdown_is_verbatim(reply: Reply, reader: Reader) -> None:
    found = [e for e in elements(draw(reply, reader, COMMAND).blocks) if e.get("type") == "mrkdwn"]
    assert all(element["verbatim"] is True for element in found)


def elements(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within blocks."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from elements(item)


def interpreted(message: Message) -> list[str]:
    """Every text that Slack looks for mentions, links, channels and dates in."""
    markdown = [e["text"] for e in elements(message.blocks) if e.get("type") == "mrkdwn"]
    return [message.text, *markdown]


HOSTILE = st.sampled_from(
    (
        "<!channel>",
        "<!here|x>",
        "<@U123>",
        "<#C123|x>",
        "<https://evil.example|https://crm.example.com>",
        "<!date^1^{date}^https://evil.example|x>",
        "<!subteam^S1>",
        "&lt;!channel&gt;",
        "`",
        "*",
        "\u202e",
        "",
    )
)
TEXT = st.text(max_size=400) | HOSTILE | st.tuples(HOSTILE, st.text(max_size=60)).map("".join)
IDS = st.integers(0, 2**31 - 1)
TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))
ACTIVITIES = st.builds(
    Activity,
    company_id=IDS,
    company=TEXT,
    department=TEXT,
    org_number=TEXT,
    url=TEXT,
    category=TEXT,
    owner=TEXT,
    owner_id=IDS,
    action=st.integers(0, 127).map(Action),
    other_actions=st.lists(TEXT, max_size=5).map(tuple),
    time=st.none() | TIMES,
    actor=TEXT,
    actor_id=IDS,
    action_id=IDS,
    person_id=IDS,
)
WINDOWS = st.sampled_from(
    [
        (Today(), Window(datetime(2026, 11, 19, tzinfo=UTC))),
        (Yesterday(), Window(datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC))),
        (Week(), Window(datetime(2026, 11, 16, tzinfo=UTC))),
        (Since(Weekday(0)), Window(datetime(2026, 11, 16, tzinfo=UTC))),
        (LastLogout(), Window(None)),
    ]
)
ZONES = st.sampled_from(["Europe/Oslo", "UTC", "Pacific/Apia"])
PAGES = st.lists(ACTIVITIES, max_size=10)


@given(
    PAGES,
    PAGES,
    WINDOWS,
    TEXT,
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    ZONES,
)
def test_any_answer_is_within_the_limits_and_uninterpreted(
    rows: list[Activity],
    later: list[Activity],
    asked: tuple[Any, Window],
    name: str,
    before: int,
    after: int,
    zone: str,
) -> None:
    period, window = asked
    reply = ActivityAnswer(
        asked="since monday",
        period=period,
        window=window,
        as_of=datetime(2026, 11, 19, 9, tzinfo=UTC),
        principal=Principal(1, 2, name, "AB"),
        web_url="https://crm.example.com",
        count=before + after + len(rows),
        later_count=len(later) if window.end else 0,
        offset=before,
        rows=tuple(rows),
        later=tuple(later) if window.end else (),
    )
    message = draw(reply, Reader(ZoneInfo(zone)), COMMAND)
    assert problems(message.blocks) == []
    for text in interpreted(message):
        assert not re.search("<[!@#h]", text), text
    json.dumps(message.blocks)


def test_empty_and_failed_never_look_alike(reader: Reader) -> None:
    from_superoffice = {
        code: draw(Failed(code, {"seconds": 25}, "ref"), reader, COMMAND).text
        for code in ("crm-timed-out", "crm-unreachable", "crm-failed", "crm-unreadable", "crm-too-busy")
    }
    for text in from_superoffice.values():
        assert text.startswith("No answer from SuperOffice.")
        assert "Nothing happened" not in text


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_times_are_those_of_the_reader(reply: Reply, zone: str) -> None:
    if isinstance(reply, ActivityAnswer):
        city = {"America/Los_Angeles": "Los Angeles", "Asia/Tokyo": "Tokyo"}[zone]
        message = draw(reply, Reader(ZoneInfo(zone)), COMMAND)
        assert f"{city} time" in json.dumps(message.blocks)
