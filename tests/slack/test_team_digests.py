"""Channels' digests as blocks: as they were looked at, within Slack's limits, and mentioning nobody."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.core.activity import Action, Activity
from bot.core.channeldigest import ChannelSettings, DropOut, Grouping, Layout
from bot.core.digest import Cause, CauseKind, Known, row_id
from bot.core.filters import EVERYTHING, Filter, Reason, Style
from bot.core.people import Principal, SlackUser
from bot.core.replies import Reader, TeamPart
from bot.core.replies.teamdigests import FLAT_PART, MOST_PARTS, TEAM_PART, team_parts
from bot.core.teamchart import Trend, chart
from bot.core.teamdigest import MissingView, TeamDigest, View, merge
from bot.core.window import Window
from bot.slack.blocks import draw
from tests.slack.replies import FILTER, HOSTILE, ROWS, activity
from tests.slack.test_blocks import ACTIVITIES, COMMAND, FILTERS, READERS, TEXT, check, elements

#: From Wednesday to Thursday, 08:00 in Oslo.
END = datetime(2026, 11, 19, 7, tzinfo=UTC)
DAY = Window(END - timedelta(days=1), END)
OSLO = ZoneInfo("Europe/Oslo")
WEB = "https://crm.example.com/SuperOffice"
READER = Reader(OSLO, "en", "")
THREAD, FLAT = ChannelSettings(), ChannelSettings(layout=Layout.FLAT)


def view(name: str, *rows: Activity, window: Window = DAY, **more: object) -> View:
    """What somebody sees."""
    user, principal = SlackUser("T1", f"U{name}"), Principal(1, 1, name, name)
    return View(user, "onsite", principal, rows, window, web_url=WEB, **more)  # type: ignore[arg-type]


def row(hours: float, id_: int, name: str, action: Action, **changes: object) -> Activity:
    """A row of so many hours before the digest."""
    return activity(id_, name, action=action, time=END - timedelta(hours=hours), **changes)


KARI, OLA = "Kari Nordmann", "Ola Hansen"
RODRIGUEZ = row(15.8, 726, "Rodriguez Inc and Sons", Action.CREATED, owner=KARI, category="VIP Customer")
BERGSTROM = row(0.5, 57, "Bergström & Söner AB", Action.NEW_ACTIVITY, actor="Ida Holm", owner=OLA)
NORDLYS = row(20, 31, "Nordlys Kraft AS", Action.ACTIVITY_COMPLETED, department="Drift", owner=KARI)
HAVN = row(17, 88, "Havn & Co", Action.DOCUMENT_ADDED, actor="Ida Holm", owner="")
LATE = row(40, 41, "Fjellheim Bygg AS", Action.UPDATED, owner=OLA)
BACK = Window(END - timedelta(days=2), END)
COUNTS = {
    date(2026, 11, 5) + timedelta(days=n): count
    for n, count in enumerate((9, 12, 0, 1, 11, 8, 14, 9, 10, 0, 2, 7, 9, 12))
}


def team(settings: ChannelSettings = THREAD, filter_: Filter = EVERYTHING, **changes: object) -> TeamDigest:
    """A digest of three people's views."""
    known = Known(previous={31}, uncertain={row_id(HAVN)})
    merged = merge(
        (
            view(KARI, RODRIGUEZ, BERGSTROM, NORDLYS, HAVN, known=known),
            view(OLA, BERGSTROM, HAVN, LATE, window=BACK),
            view("Per Lund", BERGSTROM),
            view("Åse Dahl", BERGSTROM, NORDLYS, known=known),
        ),
        filter_=filter_,
        settings=settings,
        zone=OSLO,
    )
    return replace(merged, **changes)  # type: ignore[arg-type]


def many(
    number: int, settings: ChannelSettings = THREAD, owners: Sequence[str] = (KARI, OLA), views: int = 1
) -> TeamDigest:
    """A digest of so many companies, as so many people see them."""
    rows = (
        row(n / 60, n, f"Company {n} AS", Action.UPDATED, owner=owners[n % len(owners)])
        for n in range(1, number + 1)
    )
    seen = (*(view(f"{KARI} {n}") for n in range(1, views)), view(KARI, *rows))
    return merge(seen, filter_=EVERYTHING, settings=settings, zone=OSLO)


def one(digest: TeamDigest, number: int = 0, **changes: object) -> TeamPart:
    """One of its messages."""
    return replace(team_parts(digest, 7)[number], **changes)  # type: ignore[arg-type]


def hostile(settings: ChannelSettings) -> TeamDigest:
    rows = tuple(each._replace(owner=HOSTILE, category=HOSTILE) for each in ROWS)
    window = Window(END - timedelta(days=9000), END)
    merged = merge(
        (view(HOSTILE, *rows, window=window), view(KARI)), filter_=EVERYTHING, settings=settings, zone=OSLO
    )
    return replace(merged, missing=(MissingView(SlackUser("T1", "U9"), HOSTILE, "sign-in-over"),))


MISSING = (
    *(MissingView(SlackUser("T1", f"U{n}"), f"Person {n}", "sign-in-over") for n in range(40)),
    MissingView(SlackUser("T1", "U50"), "Liv Moe", "crm-timed-out"),
    MissingView(SlackUser("T1", "U51"), "", "not-linked"),
    MissingView(SlackUser("T1", "U52"), "Nils Vik", "unexpected"),
)
DROPPED = tuple(DropOut(reason, END) for reason in ("left", "left", "deactivated", "operator"))
TODAY = date(2026, 11, 19)
PARTS: dict[str, TeamPart] = {
    "headline": one(team()),
    "thread": one(team(), 1),
    "flat": one(team(FLAT)),
    "by-category": one(team(ChannelSettings(Grouping.CATEGORY, Layout.FLAT))),
    "by-day": one(team(ChannelSettings(Grouping.DAY, Layout.FLAT))),
    "compact": one(team(FLAT, Filter(style=Style.COMPACT))),
    "table": one(team(FLAT, Filter(style=Style.TABLE))),
    "chart": one(team(counts=COUNTS)),
    "chart-usual": one(team(counts=dict.fromkeys(COUNTS, 3))),
    "missing": one(team(views=260, missing=MISSING, drop_outs=DROPPED)),
    "withheld": one(team(withheld=3)),
    "withheld-by-one-of-two": one(team(withheld=3, views=2)),
    "filtered": one(team(FLAT, FILTER, hidden={Reason.PERSON: 3, Reason.TOP: 4})),
    "first": one(team(causes=(Cause(CauseKind.FIRST),))),
    "refused": one(team(causes=(Cause(CauseKind.REFUSED, TODAY - timedelta(days=1)),))),
    "sign-ins": one(team(causes=(Cause(CauseKind.SIGN_IN, TODAY), Cause(CauseKind.CAPPED)))),
    "empty": one(team(entries=(), reaches_back=None)),
    "empty-hidden": one(team(entries=(), reaches_back=None, hidden={Reason.PERSON: 2})),
    "nobody": one(TeamDigest(Window(None, END), (), THREAD, OSLO, drop_outs=(DropOut("unlinked", END),))),
    "test": one(team(FLAT), is_test=True),
    "alone": one(many(2, FLAT)),
    "long": one(many(60, FLAT)),
    "rest": replace(one(many(520), -1), entries=many(520).entries[-2:]),
    "hostile": one(hostile(FLAT)),
    "hostile-table": replace(one(hostile(FLAT)), style=Style.TABLE),
    "hostile-headline": one(hostile(ChannelSettings(Grouping.CATEGORY))),
}


@pytest.fixture(params=PARTS, ids=str)
def part(request: pytest.FixtureRequest) -> TeamPart:
    """Every kind of message, in turn."""
    return PARTS[request.param]


def test_looks_as_it_was_looked_at(part: TeamPart, snapshot: SnapshotAssertion) -> None:
    message = draw(part, READER, COMMAND)
    check(message)
    assert {"text": message.text, "blocks": message.blocks} == snapshot


def test_crm_text_is_never_parsed_and_nobody_is_mentioned(part: TeamPart) -> None:
    blocks = draw(part, READER, COMMAND).blocks
    for element in elements(blocks):
        assert element.get("type") not in ("user", "usergroup", "broadcast", "channel")
        if element.get("type") == "mrkdwn":
            assert element["verbatim"] is True
            for name in (KARI, OLA, "Person 1", "Bergström", "Nordlys"):
                assert name not in element["text"]


def test_times_are_told_as_each_device_has_them() -> None:
    dates = [
        each for each in elements(draw(PARTS["flat"], READER, COMMAND).blocks) if each.get("type") == "date"
    ]
    assert int(END.timestamp()) in {each["timestamp"] for each in dates}
    assert int((END - timedelta(hours=0.5)).timestamp()) in {each["timestamp"] for each in dates}
    assert all(each["fallback"].endswith("Oslo time") for each in dates)


def test_a_headline_has_what_everybody_may_do() -> None:
    (row_,) = [
        block for block in draw(PARTS["headline"], READER, COMMAND).blocks if block["type"] == "actions"
    ]
    assert [(each["action_id"], each["value"]) for each in row_["elements"]] == [
        ("channel.join", "1|*|"),
        ("channel.mine", "1|*|"),
        ("channel.change", "1|*|"),
    ]
    for name in ("thread", "test"):
        assert "actions" not in {block["type"] for block in draw(PARTS[name], READER, COMMAND).blocks}


# ---------------------------------------------------------------- the chart


def test_a_chart_comes_with_the_second_week() -> None:
    days = list(COUNTS.items())
    assert chart(dict(days[:7])) is None
    second = chart(dict(days[:8]))
    assert second
    assert second.last == (date(2026, 11, 12), 9)
    assert chart({}) is None


def test_what_a_chart_says() -> None:
    made = chart(COUNTS)
    assert made
    assert (made.trend, made.usual, made.most) == (Trend.MORE, 9, (date(2026, 11, 11), 14))
    assert chart(dict.fromkeys(COUNTS, 5)).trend is Trend.USUAL  # type: ignore[union-attr]
    assert chart({**COUNTS, max(COUNTS): 1}).trend is Trend.FEWER  # type: ignore[union-attr]
    assert chart(dict.fromkeys(COUNTS, 0)).trend is Trend.USUAL  # type: ignore[union-attr]


# ---------------------------------------------------------------- its messages


@pytest.mark.parametrize("layout", Layout)
def test_however_many_own_them_a_message_holds_its_companies(layout: Layout) -> None:
    owners = [f"Owner {number}" for number in range(300)]
    for part in team_parts(many(260, ChannelSettings(layout=layout), owners, views=300), 7):
        check(drawn := draw(part, READER, COMMAND))
        assert str(drawn.blocks).count("contact_id=") == len(part.entries)


@given(st.integers(0, 700), st.integers(0, 4), st.sampled_from(Layout))
def test_the_parts_hold_every_entry_once_in_order(count: int, told: int, layout: Layout) -> None:
    digest = many(min(count, 3), ChannelSettings(layout=layout))
    digest = replace(digest, entries=(digest.entries * 300)[:count] if count else ())
    made = team_parts(digest, 1, told=told)
    shown = [entry for part in made for entry in part.entries]
    assert shown == list(digest.entries[: len(shown)])
    assert made == () or made[-1].rest == len(digest.entries) - len(shown)
    assert [part.number for part in made] == list(range(told, told + len(made)))
    most = 0 if layout is Layout.THREAD else FLAT_PART
    assert all(len(part.entries) <= (TEAM_PART if part.number else most) for part in made)
    assert len(made) <= MOST_PARTS
    assert told or made, "there is always a headline"


CAUSES = st.builds(
    Cause, st.sampled_from(CauseKind), st.none() | st.dates(date(2026, 10, 1), date(2026, 11, 19))
)


@st.composite
def teams(draw_: st.DrawFn) -> tuple[TeamPart, ...]:
    """Any digest, in its messages."""
    end = draw_(st.datetimes(datetime(2020, 1, 2), datetime(2040, 1, 1), timezones=st.just(UTC)))
    window = Window(end - timedelta(minutes=draw_(st.integers(0, 60 * 24 * 40))), end)
    some = draw_(st.lists(ACTIVITIES, max_size=5))
    rows = tuple(each._replace(time=each.time and window.start) for each in some)
    names = draw_(st.lists(TEXT, min_size=1, max_size=4))
    settings = ChannelSettings(draw_(st.sampled_from(Grouping)), draw_(st.sampled_from(Layout)))
    made = merge(
        tuple(
            replace(view(str(n), *rows, window=window), principal=Principal(1, 1, name, ""))
            for n, name in enumerate(names)
        ),
        filter_=EVERYTHING,
        settings=settings,
        zone=OSLO,
    )
    reasons = st.sampled_from(["sign-in-over", "crm-timed-out", "not-linked", "bad-command", "what?"])
    missing = st.builds(MissingView, st.just(SlackUser("T1", "U1")), TEXT, reasons)
    first = draw_(st.dates(date(2026, 1, 1), date(2026, 12, 1)))
    counts = draw_(st.lists(st.integers(0, 10**6), max_size=14))
    whole = replace(
        made,
        entries=tuple(sorted(made.entries * draw_(st.integers(0, 40)), key=lambda each: str(each.under))),
        filter=replace(draw_(FILTERS), style=draw_(st.sampled_from(Style))),
        missing=tuple(draw_(st.lists(missing, max_size=60))),
        drop_outs=tuple(DropOut(reason, end) for reason in draw_(st.lists(TEXT, max_size=3))),
        causes=tuple(draw_(st.lists(CAUSES, max_size=20))),
        counts={first + timedelta(days=n): count for n, count in enumerate(counts)},
        withheld=draw_(st.integers(0, 9999)),
    )
    return team_parts(whole, 7, is_test=draw_(st.booleans()), told=draw_(st.integers(0, 3)))


@given(teams(), READERS)
def test_any_digest_is_within_the_limits_and_uninterpreted(
    messages: tuple[TeamPart, ...], reader: Reader
) -> None:
    for part in messages:
        message = draw(part, replace(reader, user=""), COMMAND)
        check(message)
        charts = [block for block in message.blocks if block["type"] == "data_visualization"]
        for drawn in charts:
            labels = [point["label"] for point in drawn["chart"]["series"][0]["data"]]
            assert labels == drawn["chart"]["axis_config"]["categories"]
            assert len(set(labels)) == len(labels) <= 20
            assert all(len(label) <= 20 for label in labels)
            assert len(drawn["title"]) <= 50
        json.dumps(message.blocks)
