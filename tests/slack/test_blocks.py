"""Replies as blocks: as they were looked at, within Slack's limits, and with no CRM text interpreted."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from hypothesis import assume, given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.core.activity import Action, Activity
from bot.core.activitychart import counted
from bot.core.errors import Problem
from bot.core.filters import Filter, MutedCompany, Reason, SavedFilter, Style
from bot.core.people import Principal
from bot.core.period import LastLogout, Period, Since, Today, Week, Weekday, Yesterday
from bot.core.replies import (
    ActivityAnswer,
    ActivityChart,
    CannotRead,
    Failed,
    FilterList,
    FilterRemoved,
    FilterSaved,
    HelpText,
    Muted,
    MutedList,
    Reader,
    Reply,
    SharedPage,
    WhyHidden,
    WhyShown,
)
from bot.core.typed.command import MAX_LINE
from bot.core.typed.filterkeys import KEYS, SHOWN_ACTIONS, Key
from bot.core.window import Window, judge
from bot.demo.slack.limits import problems
from bot.slack.blocks import Message, draw, draw_shared
from bot.slack.blocks.charts import bars
from bot.slack.blocks.elements import DIRECTIONS
from bot.text import LANGUAGES
from tests.slack.replies import READER, activity, answered

COMMAND = "/superoffice"
CATALOGUE = Path(__file__).parents[2] / "bot/text/locale/en/LC_MESSAGES/bot.po"
with CATALOGUE.open("rb") as file:
    SENTENCES = [message.id for message in read_po(file) if isinstance(message.id, str)]


def test_looks_as_it_was_looked_at(reply: Reply, reader: Reader, snapshot: SnapshotAssertion) -> None:
    message = draw(reply, reader, COMMAND)
    assert {"text": message.text, "blocks": message.blocks} == snapshot


def test_keeps_within_the_limits(reply: Reply, reader: Reader) -> None:
    message = draw(reply, reader, COMMAND)
    assert problems(message.blocks) == []


def test_nothing_is_interpreted(reply: Reply, reader: Reader) -> None:
    check(draw(reply, reader, COMMAND))


def test_every_markdown_is_verbatim(reply: Reply, reader: Reader) -> None:
    found = [e for e in elements(draw(reply, reader, COMMAND).blocks) if e.get("type") == "mrkdwn"]
    assert all(element["verbatim"] is True for element in found)


def test_a_shared_page_looks_as_it_was_looked_at(snapshot: SnapshotAssertion) -> None:
    page = SharedPage(answered(count=32, later_count=2, offset=10), "U0SELLER")
    message = draw_shared(page, READER)
    assert {"text": message.text, "blocks": message.blocks} == snapshot


def elements(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within blocks."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from elements(item)


#: The one link that the bot itself puts in.
OUR_LINK = re.compile(
    r"<https://crm\.example\.com/[\w./?=]*default\.aspx\?contact\.main\?contact_id=\d+\|([^<>|]*)>"
)


def interpreted(message: Message) -> list[str]:
    """Every text that Slack looks for mentions, links, channels and dates in, less our own links."""
    markdown = [e["text"] for e in elements(message.blocks) if e.get("type") == "mrkdwn"]
    return [OUR_LINK.sub(r"\1", text) for text in (message.text, *markdown)]


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
WINDOWS: st.SearchStrategy[tuple[Period, Window]] = st.sampled_from(
    [
        (Today(), Window(datetime(2026, 11, 19, tzinfo=UTC))),
        (Yesterday(), Window(datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC))),
        (Week(), Window(datetime(2026, 11, 16, tzinfo=UTC))),
        (Since(Weekday(0)), Window(datetime(2026, 11, 16, tzinfo=UTC))),
        (LastLogout(), Window(None)),
    ]
)
ZONES = st.sampled_from(["Europe/Oslo", "UTC", "Pacific/Apia"])
#: Somebody in any zone, with any of the languages.
READERS = st.builds(
    lambda zone, language: Reader(ZoneInfo(zone), language, "U0123456789"), ZONES, st.sampled_from(LANGUAGES)
)
PAGES = st.lists(ACTIVITIES, max_size=10)
NAMES = st.lists(TEXT, max_size=4).map(tuple)
FILTERS = st.builds(
    Filter,
    actions=st.none() | st.integers(1, 127).map(Action),
    categories=NAMES,
    by=NAMES,
    not_by=NAMES,
    top=st.none() | st.integers(1, 500),
)
DROPPED = st.dictionaries(st.sampled_from(Reason), st.integers(1, 10_000))


@st.composite
def answers(draw_: st.DrawFn) -> ActivityAnswer:
    """Any page of any answer."""
    period, window = draw_(WINDOWS)
    rows = tuple(draw_(PAGES))
    later = tuple(draw_(PAGES))[: 10 - len(rows)] if window.end else ()
    before, after = draw_(st.integers(0, 10_000)), draw_(st.integers(0, 10_000))
    return ActivityAnswer(
        asked=draw_(st.text(max_size=MAX_LINE)),
        period=period,
        window=window,
        as_of=datetime(2026, 11, 19, 9, tzinfo=UTC),
        principal=Principal(1, 2, draw_(TEXT), "AB"),
        web_url=draw_(st.sampled_from(["https://crm.example.com", ""])),
        count=before + after + len(rows),
        later_count=len(later),
        offset=before,
        rows=rows,
        later=later,
        filter=draw_(FILTERS),
        dropped=draw_(DROPPED),
        style=draw_(st.sampled_from(Style)),
        shareable=draw_(st.booleans()),
        caught_up_at=draw_(st.none() | st.just(datetime(2026, 11, 18, 9, tzinfo=UTC))),
    )


def check(message: Message) -> None:
    """Within every limit of Slack's, and with nothing in it that Slack would interpret."""
    for text in interpreted(message):
        assert not re.search("[<>]", text), text
    check_blocks(message.blocks)


def check_blocks(blocks: list[dict[str, Any]], surface: str = "message") -> None:
    """The same of blocks alone."""
    assert problems(blocks, surface) == []
    for text in interpreted(Message("", blocks)):
        assert not re.search("[<>]", text), text
    json.dumps(blocks)
    texts = (each["text"] for each in elements(blocks) if isinstance(each.get("text"), str))
    assert not [text for text in texts if DIRECTIONS.search(text)]


@given(answers(), READERS)
def test_any_answer_is_within_the_limits_and_uninterpreted(reply: ActivityAnswer, reader: Reader) -> None:
    message = draw(reply, reader, COMMAND)
    check(message)
    shown = json.dumps(message.blocks, ensure_ascii=False)
    for row in (*reply.rows, *reply.later):
        if reply.web_url and row.company_id:
            assert f"contact_id={row.company_id}" in shown, "no company is dropped to fit"


def test_a_name_of_nothing_but_direction_marks_is_a_dash_to_ears_as_to_eyes() -> None:
    row = activity(726, "\u202e", department="", category="", actor="\u2066\u202b")
    message = draw(answered(rows=(row,), count=1), READER, COMMAND)
    assert "\n–: New follow-up, person added, –" in message.text
    check(message)


@given(answers(), st.lists(ACTIVITIES, min_size=1, max_size=40), READERS)
def test_any_chart_is_within_the_limits_and_uninterpreted(
    answer: ActivityAnswer, rows: list[Activity], reader: Reader
) -> None:
    inside = judge(rows, answer.window).inside
    assume(inside)
    counts = counted(inside, answer.window, answer.as_of, reader.zone)
    chart = ActivityChart(replace(answer, rows=(), later=(), count=len(inside)), counts)
    check(draw(chart, reader, COMMAND))


@given(st.lists(st.text("ab", min_size=1, max_size=30), min_size=1, max_size=20, unique=True))
def test_labels_that_are_cut_stay_apart(labels: list[str]) -> None:
    assert problems([bars("Title", "Companies", dict.fromkeys(labels, 1))]) == []


@given(answers(), READERS)
def test_whatever_is_shared_is_within_the_limits_and_uninterpreted(
    reply: ActivityAnswer, reader: Reader
) -> None:
    if not reply.rows:
        return
    message = draw_shared(SharedPage(reply, "U0123456789"), reader)
    check(message)
    assert not [e for e in elements(message.blocks) if "action_id" in e], "nobody else may press anything"
    assert not [e for e in elements(message.blocks) if e.get("type") == "mrkdwn"]


@given(answers(), FILTERS, st.sampled_from([Reason.MUTED, Reason.OWN, Reason.PERSON]) | st.none(), READERS)
def test_any_explanation_is_within_the_limits_and_uninterpreted(
    reply: ActivityAnswer, filter_: Filter, dropped: Reason | None, reader: Reader
) -> None:
    about = (reply.asked, reply.period, reply.window, reply.as_of)
    check(draw(WhyHidden(*about, filter_, 9, 3, reply.dropped, 2, 1), reader, COMMAND))
    for row in reply.rows:
        shown = WhyShown(*about, reply.principal, filter_, reply.web_url, row, False, dropped)
        check(draw(shown, reader, COMMAND))


@given(st.lists(TEXT, max_size=20), FILTERS, TEXT, READERS)
def test_preferences_are_within_the_limits_and_uninterpreted(
    names: list[str], filter_: Filter, given_: str, reader: Reader
) -> None:
    companies = tuple(MutedCompany(n, name) for n, name in enumerate(names))
    saved = tuple(SavedFilter(f"f{n}", filter_) for n in range(50))
    problem = Problem("unknown-category", given_, given_, tuple(names), part=True)
    for reply in (
        MutedList(companies, 60, 20),
        HelpText(given_),
        FilterList(saved),
        FilterSaved(saved[0], filter_),
        FilterRemoved(saved[0]),
        CannotRead((problem,) * 12),
    ):
        check(draw(reply, reader, COMMAND))
    for company in companies:
        check(draw(Muted(company), reader, COMMAND))


def code_in(message: Message) -> list[str]:
    """What stands between back-ticks, less what nobody sees."""
    markdown = [e["text"] for e in elements(message.blocks) if e.get("type") == "mrkdwn"]
    return [code.strip(" \u200b") for text in markdown for code in re.findall("`([^`]*)`", text)]


def test_no_reply_has_empty_back_ticks(reply: Reply, reader: Reader) -> None:
    assert "" not in code_in(draw(reply, reader, COMMAND))


@pytest.mark.parametrize("code", sorted(id_[8:] for id_ in SENTENCES if re.fullmatch(r"problem\.[^.]+", id_)))
@pytest.mark.parametrize("empty", ["", " ", "\u200b", "`"])
def test_nothing_empty_stands_between_back_ticks(code: str, empty: str) -> None:
    if code in ("title", "help", "nearest", "either", "known"):
        return
    message = draw(CannotRead((Problem(code, empty),)), READER, COMMAND)
    assert "" not in code_in(message)


def test_no_more_problems_than_a_message_holds() -> None:
    problems_ = tuple(Problem("unknown-filter", f"x{n}:", "", ("action:",), part=True) for n in range(90))
    check(draw(CannotRead(problems_), READER, COMMAND))


def test_each_list_of_what_there_is_comes_once() -> None:
    actions, styles = ("created", "updated"), ("full", "table")
    problems_ = (
        *(
            Problem("unknown-action", word, "", actions, part=True)
            for word in ("creatd", "persn-added", "zzz")
        ),
        Problem("unknown-style", "tabel", "style:table", styles, part=True),
    )
    text = draw(CannotRead(problems_), READER, COMMAND).text
    assert (text.count("`created`, `updated`"), text.count("`full`, `table`")) == (1, 1)
    assert text.index("`created`") > text.index("tabel")


@pytest.mark.parametrize("verb", ["", "filter", "by"])
def test_help_tells_whom_one_can_name(verb: str) -> None:
    shown = json.dumps(draw(HelpText(verb), READER, COMMAND).blocks)
    assert all(who in shown for who in ("by:me`", "by:others`", 'by:\\"Ida Holm\\"`'))


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_help_explains_each_filter(key: Key) -> None:
    message = draw(HelpText(key.name), READER, COMMAND)
    check(message)
    assert all(f"today {example}`" in str(message.blocks) for example in key.examples) or key.name == "filter"


def test_help_lists_the_words_for_actions() -> None:
    shown = str(draw(HelpText("action"), READER, COMMAND).blocks)
    assert all(f"`{word}`" in shown for word in SHOWN_ACTIONS)


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
