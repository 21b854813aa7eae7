"""The digest's form: within Slack's limits, and what is typed comes back as it was."""

import json
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.core.digest import WhenEmpty
from bot.core.digestform import form_problems
from bot.core.filters import Filter, Style
from bot.core.people import SlackUser
from bot.core.replies import DigestForm, Reader
from bot.core.requests import Ask, Request
from bot.core.typed.command import MAX_LINE
from bot.core.typed.filtertext import read_filters, written
from bot.core.typed.scheduletext import parse
from bot.core.typed.spelling import normalise
from bot.demo.slack.limits import problems
from bot.slack.modals import digest_modal, submitted_digest
from tests.slack.replies import HOSTILE, READER
from tests.slack.test_blocks import COMMAND, FILTERS, READERS, TEXT

FULL = DigestForm(
    times=("08:00", "13:10", "16:00"),
    days=("mon", "wed", "2nd tue"),
    zone="Asia/Kolkata",
    country="DE-BY",
    filter='category:"VIP Customer" not:me',
    style=Style.TABLE,
    when_empty=WhenEmpty.NOTE,
)
DAY_WORDS = st.sampled_from(["weekdays", "every day", "mon", "tue", "sun", "1st", "last day", "2nd tue"])
#: A form that was set by this bot: what it says makes sense.
SET = st.builds(
    DigestForm,
    times=st.lists(st.times().map("{:%H:%M}".format), min_size=1, max_size=6, unique=True).map(
        lambda times: tuple(sorted(times))
    ),
    days=st.lists(DAY_WORDS, min_size=1, max_size=1).map(tuple),
    zone=st.sampled_from(["", "Europe/Oslo", "America/Argentina/Buenos_Aires"]),
    country=st.sampled_from(["", "NO", "DE-BY"]),
    filter=st.sampled_from(["", "not:me", 'category:"VIP Customer",prospect', "top:20"]),
    style=st.sampled_from(Style),
    when_empty=st.sampled_from(WhenEmpty),
)
#: Any form at all.
ANY = st.builds(
    DigestForm,
    st.lists(TEXT, max_size=24, unique=True).map(tuple),
    st.lists(TEXT, max_size=9).map(tuple),
    TEXT,
    TEXT,
    TEXT,
    st.sampled_from(Style),
    st.sampled_from(WhenEmpty),
    st.booleans(),
)


def filled_in(view: dict[str, Any], **typed: str) -> dict[str, Any]:
    """What Slack delivers when a view is submitted as it was opened, but for what was typed."""
    values: dict[str, dict[str, Any]] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"]
        state: dict[str, Any] = {"type": element["type"]}
        if element["type"] == "plain_text_input":
            # What nobody typed is null, which a text of nothing is as well.
            state["value"] = typed.get(name, element.get("initial_value", "")) or None
        elif element["type"] == "multi_static_select":
            state["selected_options"] = element.get("initial_options", [])
        elif element["type"] == "multi_users_select":
            state["selected_users"] = element.get("initial_users", [])
        else:
            state["selected_option"] = element["initial_option"]
        values[name] = {element["action_id"]: state}
    return {
        "type": "view_submission",
        "team": {"id": "T1"},
        "user": {"id": "U0SELLER"},
        "trigger_id": "1.2.3",
        "view": {**view, "state": {"values": values}},
    }


def submit(form: DigestForm, **typed: str) -> Request | dict[str, str]:
    """Open a form, and submit it with what was typed."""
    view = json.loads(json.dumps(digest_modal(form, READER, COMMAND)))
    return submitted_digest(filled_in(view, **typed), COMMAND)


@pytest.mark.parametrize("form", [DigestForm(is_new=True), FULL], ids=["new", "full"])
def test_looks_as_it_was_looked_at(form: DigestForm, snapshot: SnapshotAssertion) -> None:
    assert digest_modal(form, READER, COMMAND) == snapshot


@given(ANY, READERS)
def test_any_form_is_within_the_limits_and_uninterpreted(form: DigestForm, reader: Reader) -> None:
    view = digest_modal(form, reader, COMMAND)
    assert problems(view["blocks"], "modal") == []
    assert all(len(view[name]["text"]) <= 24 for name in ("title", "submit", "close"))
    assert json.dumps(view).count('"mrkdwn"') == 1, "our own last line"


@given(SET)
def test_a_form_comes_back_as_it_was_opened(form: DigestForm) -> None:
    said = submit(form)
    assert isinstance(said, Request)
    assert said.conversation.user == SlackUser("T1", "U0SELLER")
    assert said.wish == Ask(form.line)
    typed = read_filters(
        normalise(form.line.removeprefix("digest at ").replace(f" empty:{form.when_empty}", ""))
    )
    schedule = parse(typed.words)
    assert [f"{chosen.time:%H:%M}" for chosen in schedule.times] == list(form.times)
    assert (schedule.zone or "", schedule.country or "") == (form.zone, form.country)
    assert typed.filter == replace(read_filters(form.filter).filter, style=form.style)


@given(FILTERS)
def test_any_filter_that_can_be_typed_can_be_typed_into_the_form(filter_: Filter) -> None:
    text = written(filter_)
    problem = form_problems(DigestForm(filter=text)).get("filter")
    typed = read_filters(normalise(text))
    if len(normalise(DigestForm(filter=text).line)) > MAX_LINE:
        assert problem
    elif not typed.problems and not typed.words:
        assert problem is None


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("zone", "Oslow", "time zone"),
        ("zone", "Oslo 09:00", "09:00"),
        ("zone", HOSTILE, "time zone"),
        ("country", "Atlantis", "public holidays"),
        ("country", "NO 09:00", "09:00"),
        ("filter", "by:Ida Holm", 'by:"Ida Holm"'),
        ("filter", "09:00", "09:00"),
        ("filter", "actoin:created", "action:created"),
        ("filter", "style:table", "style:"),
        ("filter", 'category:"' + "x" * 160 + '"', "180"),
        ("filter", "top:none", "top:"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field: str, typed: str, told: str) -> None:
    said = submit(DigestForm(), **{field: typed})
    assert isinstance(said, dict)
    assert list(said) == [field]
    assert told in said[field]
    assert not set("`") & set(said[field])
    assert "&lt;" not in said[field]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = submit(DigestForm(days=("mon", "1st")), zone="Oslow", country="Atlantis", filter="x:y")
    assert isinstance(said, dict)
    assert set(said) == {"days", "zone", "country", "filter"}


@given(TEXT, TEXT, TEXT)
def test_whatever_is_typed_is_taken_or_explained(zone: str, country: str, filter_: str) -> None:
    said = submit(DigestForm(), zone=zone, country=country, filter=filter_)
    if isinstance(said, Request):
        assert len(said.asked) <= MAX_LINE
        typed = read_filters(said.asked.removeprefix("digest at ").replace(" empty:silent", ""))
        schedule = parse(typed.words)
        assert [chosen.time for chosen in schedule.times] == [time(8)]
    else:
        assert said
        assert set(said) <= {"zone", "country", "filter"}
        assert all(0 < len(text) <= 300 for text in said.values())
