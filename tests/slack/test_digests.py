"""Digests as blocks: as they were looked at, within Slack's limits, and with no CRM text interpreted."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.core.activity import Action
from bot.core.digest import Cause, CauseKind, Digest, Entry, Group, News, Quiet, WhenEmpty
from bot.core.filters import Filter, Reason, Style
from bot.core.replies import (
    Changed,
    ChannelImported,
    DigestForm,
    DigestNone,
    DigestPart,
    DigestPaused,
    DigestProof,
    DigestResumed,
    DigestState,
    OwnerSought,
    ProofRow,
    Reader,
    Reply,
)
from bot.core.replies.digests import parts
from bot.core.requests import Ask, Page, PressAnothers
from bot.core.schedule import Schedule
from bot.core.slots import Shift, next_fires
from bot.core.typed.command import MAX_LINE, parse
from bot.core.typed.commands import ShowActivity
from bot.core.window import Window
from bot.demo.slack.limits import MAX_CHARACTERS, characters
from bot.slack.blocks import draw
from bot.slack.blocks.digestwords import asked
from bot.slack.payload import pressed
from tests.slack.replies import FILTER, HOSTILE, KIANNA, READER, ROWS, activity
from tests.slack.test_blocks import (
    ACTIVITIES,
    COMMAND,
    DROPPED,
    FILTERS,
    READERS,
    TEXT,
    check,
    elements,
)
from tests.slack.test_payload import press

#: From Wednesday to Thursday, 08:00 in Oslo.
END = datetime(2026, 11, 19, 7, tzinfo=UTC)
DAY = Window(END - timedelta(days=1), END)
WEB = "https://crm.example.com/SuperOffice"


def at(hours: float, company_id: int, name: str, action: Action, **changes: object) -> Entry:
    """An entry of so many hours before the digest."""
    news = changes.pop("news", News.NEW)
    group = changes.pop("group", Group.FOLLOW_UPS)
    is_late = bool(changes.pop("is_late", False))
    row = activity(company_id, name, action=action, time=END - timedelta(hours=hours), **changes)
    return Entry(row, News(str(news)), Group(str(group)), is_late)


ENTRIES = (
    at(
        15.8,
        726,
        "Rodriguez Inc and Sons",
        Action.CREATED | Action.PERSON_ADDED,
        category="VIP Customer",
        group=Group.COMPANIES,
    ),
    at(
        0.5,
        57,
        "Bergström & Söner AB",
        Action.NEW_ACTIVITY,
        actor="Ida Holm",
        owner="Per Lund",
        owner_id=7,
        category="Prospect",
    ),
    at(20, 31, "Nordlys Kraft AS", Action.ACTIVITY_COMPLETED, department="Drift", news=News.AGAIN),
    at(17, 88, "Havn & Co", Action.NEW_ACTIVITY, actor="Ida Holm", news=News.REPEATED),
    at(29, 41, "Fjellheim Bygg AS", Action.DOCUMENT_ADDED, group=Group.DOCUMENTS, is_late=True),
    at(
        3,
        12,
        "Solvik Eiendom",
        Action.UPDATED,
        actor="Kianna Ledner",
        actor_id=419,
        group=Group.OWN,
        news=News.AGAIN,
    ),
)
QUIET = Quiet(
    tuple(
        activity(n, name, time=END - timedelta(days=60 + n), owner="Per Lund", owner_id=7)
        for n, name in ((1, "Vestby Maskin AS"), (2, HOSTILE), (3, "Åsgård Rederi"))
    ),
    14,
)


def digest(*entries: Entry, **changes: object) -> Digest:
    """A digest of one day."""
    fields: dict[str, object] = {
        "window": DAY,
        "entries": entries,
        "principal": KIANNA,
        "web_url": WEB,
    }
    return Digest(**{**fields, **changes})  # type: ignore[arg-type]


def one(told: Digest, **changes: object) -> DigestPart:
    """The first message of a digest."""
    return replace(parts(told)[0], **changes)  # type: ignore[arg-type]


def many(number: int, **changes: object) -> Digest:
    """A digest of so many companies, most of them new."""
    groups = sorted(Group, key=list(Group).index)
    rows = (activity(n, f"Company {n} AS", time=END - timedelta(minutes=n)) for n in range(1, number + 1))
    return digest(
        *(
            Entry(row, News.AGAIN if n % 7 == 3 else News.NEW, groups[n * len(groups) // number])
            for n, row in enumerate(rows)
        ),
        **changes,
    )


def because(*causes: Cause, days: float = 1, **changes: object) -> Digest:
    """A digest of so many days, with its causes."""
    return digest(*ENTRIES[:2], window=Window(END - timedelta(days=days), END), causes=causes, **changes)


TODAY = date(2026, 11, 19)
DIGESTS: dict[str, DigestPart] = {
    "full": one(digest(*ENTRIES, hidden={Reason.OWN: 2, Reason.MUTED: 1})),
    "compact": one(digest(*ENTRIES, hidden={Reason.OWN: 2}), style=Style.COMPACT),
    "table": one(digest(*ENTRIES, quiet=QUIET), style=Style.TABLE),
    "quiet": one(digest(*ENTRIES[:2], quiet=QUIET)),
    "quiet-only": one(digest(quiet=QUIET)),
    "quiet-unknown": one(digest(quiet=Quiet((activity(1, "", category="", owner="", time=None),), 1))),
    "quiet-counted": one(digest(*ENTRIES[:1], quiet=Quiet((), 14))),
    "quiet-many": one(
        digest(quiet=Quiet(tuple(activity(n, f"Company {n}", time=None) for n in range(1, 14)), 30))
    ),
    "filtered": one(
        digest(
            *ENTRIES[:1],
            filter=replace(FILTER, saved="vip"),
            hidden={Reason.MUTED: 1, Reason.PERSON: 3, Reason.TOP: 4},
        )
    ),
    "hostile": one(digest(*(Entry(row, News.NEW, Group.OTHER) for row in ROWS))),
    "hostile-compact": one(
        digest(*(Entry(row, News.AGAIN, Group.OTHER, True) for row in ROWS)), style=Style.COMPACT
    ),
    "hostile-table": one(
        digest(*(Entry(row, News.REPEATED, Group.OTHER) for row in ROWS)), style=Style.TABLE
    ),
    "without-links": one(digest(*ENTRIES[:1], web_url="")),
    "first": one(because(Cause(CauseKind.FIRST))),
    "crm": one(because(Cause(CauseKind.CRM, TODAY - timedelta(days=1), "crm-timed-out"), days=2)),
    "crm-refused": one(because(Cause(CauseKind.CRM, TODAY, "crm-refused"))),
    "crm-days": one(
        because(
            *(Cause(CauseKind.CRM, TODAY - timedelta(days=n), "crm-unreachable") for n in range(1, 6)),
            Cause(CauseKind.SLACK, TODAY - timedelta(days=9)),
            Cause(CauseKind.UNCERTAIN, TODAY - timedelta(days=1)),
            days=10,
        )
    ),
    "sign-in": one(because(Cause(CauseKind.SIGN_IN, TODAY - timedelta(days=4)), days=5)),
    "snoozed": one(because(Cause(CauseKind.SNOOZED), Cause(CauseKind.CAPPED), days=31)),
    "off": one(because(Cause(CauseKind.OFF), days=3)),
    "filters": one(because(Cause(CauseKind.FILTERS, TODAY - timedelta(days=2)), days=3)),
    "late": one(because(Cause(CauseKind.LATE, TODAY))),
    "uncertain": one(because(Cause(CauseKind.UNCERTAIN, TODAY - timedelta(days=1)))),
    "test": one(digest(*ENTRIES[:2]), is_test=True),
    "empty": one(digest()),
    "empty-test": one(digest(), is_test=True),
    "empty-filtered": one(digest(filter=FILTER)),
    "empty-hidden": one(digest(hidden={Reason.OWN: 2})),
    "empty-wide": one(
        digest(
            window=Window(END - timedelta(days=3), END),
            causes=(Cause(CauseKind.CRM, TODAY - timedelta(days=2), "crm-timed-out"),),
        )
    ),
    "long": replace(parts(many(48))[0], entries=many(48).entries[:2]),
    "thread": replace(parts(many(53))[1], entries=many(53).entries[20:22]),
    "rest": replace(parts(many(350))[-1], entries=many(350).entries[-2:], style=Style.COMPACT),
    "went-on": parts(many(2), told=2)[0],
}

OSLO, KOLKATA = ZoneInfo("Europe/Oslo"), ZoneInfo("Asia/Kolkata")
FIRES = next_fires(Schedule.at(time(8)), OSLO, END, 3)


def state(**changes: object) -> DigestState:
    """A digest that is on, changed."""
    fields: dict[str, object] = {
        "state": "on",
        "schedule": "08:00,16:00 weekdays",
        "zone": OSLO,
        "fires": FIRES,
        "as_of": END,
    }
    return DigestState(**{**fields, **changes})  # type: ignore[arg-type]


def slot(at_: time, outcome: str, **changes: object) -> ProofRow:
    """A slot of 29 March 2026, when Oslo's clocks go from 02:00 to 03:00."""
    due = datetime.combine(SPRING, at_, OSLO).astimezone(UTC)
    return replace(ProofRow(at_, due, outcome), **changes)  # type: ignore[arg-type]


SPRING = date(2026, 3, 29)
STATES: dict[str, Reply] = {
    "state": state(),
    "state-created": state(changed=Changed.CREATED),
    "state-all": state(
        schedule="08:00 mon,wed in Asia/Kolkata except holidays in NO",
        zone=KOLKATA,
        fires=next_fires(Schedule.at(time(8)), KOLKATA, END, 3),
        zone_is_said=True,
        changed=Changed.TIMES,
        filter=replace(FILTER, style=Style.TABLE, saved="vip"),
        when_empty=WhenEmpty.NOTE,
        not_today=(time(8), time(7, 30)),
    ),
    "state-snoozed": state(changed=Changed.SNOOZED, snoozed_until=FIRES[1].at),
    "state-off": state(state="off", changed=Changed.OFF, fires=()),
    "state-never": state(fires=()),
    "state-paused": state(state="paused", reason="crm-refused", fires=()),
    "state-paused-hostile": state(state="paused", reason=HOSTILE, schedule=HOSTILE, fires=()),
    "none": DigestNone(),
    "form": DigestForm(),
    **{
        f"paused-{reason}": DigestPaused(reason)
        for reason in ("sign-in-over", "bad-command", "account_inactive", HOSTILE)
    },
    "paused-channel": DigestPaused("not_in_channel", "C0SALES"),
    **{
        f"paused-channel-{reason}": DigestPaused(reason, "C0SALES")
        for reason in (
            "external",
            "pending",
            "guests",
            "archived",
            "not-invited",
            "opened",
            "deleted",
            "narrowed",
            "orphaned",
        )
    },
    "resumed": DigestResumed("C0SALES"),
    "imported": ChannelImported("C0SALES", "08:30 weekdays", OSLO),
    "imported-hostile": ChannelImported("C0SALES", HOSTILE, OSLO),
    "owner-sought": OwnerSought("C0SALES", END),
    "owner-over": OwnerSought("C0SALES", END, is_over=True),
    "proof": DigestProof(
        SPRING,
        OSLO,
        (
            slot(time(1), "none"),
            slot(time(2, 30), "posted", at=END, companies=12, shift=Shift.GAP, tries=2),
            slot(time(4), "skipped", reason="snoozed"),
            slot(time(8), "failed", reason="crm-timed-out", at=END, tries=9),
            slot(time(9), "failed", reason=HOSTILE),
            slot(time(12), "uncertain", at=END),
            slot(time(13), "claimed"),
            slot(time(16), "due"),
        ),
        as_of=END,
    ),
    "proof-holiday": DigestProof(date(2026, 12, 25), OSLO, holiday=HOSTILE),
    "proof-not-chosen": DigestProof(SPRING, OSLO),
}
ALL: dict[str, Reply] = {**DIGESTS, **STATES}


@pytest.fixture(params=ALL, ids=str)
def reply(request: pytest.FixtureRequest) -> Reply:
    """Every kind of message of a digest, and about one, in turn."""
    return ALL[request.param]


def test_looks_as_it_was_looked_at(reply: Reply, snapshot: SnapshotAssertion) -> None:
    message = draw(reply, READER, COMMAND)
    check(message)
    assert {"text": message.text, "blocks": message.blocks} == snapshot


def test_every_markdown_is_verbatim(reply: Reply) -> None:
    found = [e for e in elements(draw(reply, READER, COMMAND).blocks) if e.get("type") == "mrkdwn"]
    assert all(element["verbatim"] is True for element in found)


ENTRY = st.builds(Entry, ACTIVITIES, st.sampled_from(News), st.sampled_from(Group), st.booleans())
CAUSES = st.builds(
    Cause,
    st.sampled_from(CauseKind),
    st.none() | st.dates(date(2020, 1, 1), date(2026, 11, 19)),
    st.sampled_from(["", "crm-refused", "crm-timed-out"]),
)


@st.composite
def told(draw_: st.DrawFn) -> tuple[DigestPart, ...]:
    """Any digest, in its messages."""
    some = draw_(st.lists(ENTRY, max_size=6))
    entries = sorted(some * draw_(st.integers(0, 60)), key=lambda entry: entry.group)
    end = draw_(st.datetimes(datetime(2020, 1, 2), datetime(2040, 1, 1), timezones=st.just(UTC)))
    long = timedelta(minutes=draw_(st.integers(0, 60 * 24 * 40)))
    filter_ = replace(draw_(FILTERS), style=draw_(st.sampled_from(Style)), saved=draw_(st.just("") | TEXT))
    quiet = st.builds(Quiet, st.lists(ACTIVITIES, max_size=12).map(tuple), st.integers(0, 9999))
    whole = Digest(
        Window(end - long, end),
        tuple(entries),
        replace(KIANNA, full_name=draw_(TEXT)),
        draw_(st.sampled_from(["https://crm.example.com", ""])),
        filter_,
        draw_(DROPPED),
        causes=tuple(draw_(st.lists(CAUSES, max_size=40))),
        quiet=draw_(st.none() | quiet),
    )
    return parts(whole, is_test=draw_(st.booleans()), told=draw_(st.integers(0, 3)))


@given(told(), READERS, st.booleans())
def test_any_digest_is_within_the_limits_and_uninterpreted(
    messages: tuple[DigestPart, ...], reader: Reader, assumed: bool
) -> None:
    reader = replace(reader, zone_is_assumed=assumed)
    for part in {messages[0].number: messages[0], messages[-1].number: messages[-1]}.values():
        message = draw(part, reader, COMMAND)
        check(message)
        assert characters(message.blocks) <= MAX_CHARACTERS
        shown = json.dumps(message.blocks)
        for entry in part.entries:
            if part.digest.web_url and entry.activity.company_id:
                assert f"contact_id={entry.activity.company_id}" in shown, "no company is dropped to fit"


def test_a_part_in_a_thread_has_nothing_but_its_heading_and_its_companies() -> None:
    whole = many(80, hidden={Reason.OWN: 1}, causes=(Cause(CauseKind.LATE),), quiet=QUIET)
    for part in parts(whole)[1:]:
        blocks = draw(part, READER, COMMAND).blocks
        assert {block["type"] for block in blocks} == {"header", "rich_text", "section"}
        assert blocks[0]["text"]["text"] == f"{part.number + 1} of {part.of}"


def test_a_number_is_written_alike_wherever_it_stands_in_a_message() -> None:
    message = draw(parts(many(1003 * len(Group)))[0], replace(READER, locale="de-DE"), COMMAND)
    title, heading = message.blocks[0], next(each for each in message.blocks if each["type"] == "rich_text")
    assert f"{len(Group)}.0" in str(title)
    assert "1.003" in str(heading)


@pytest.mark.parametrize("style", Style)
def test_every_company_stands_in_one_part(style: Style) -> None:
    whole, web = many(200), f"{WEB}/default.aspx?contact.main?contact_id="
    shown = [json.dumps(draw(replace(p, style=style), READER, COMMAND).blocks) for p in parts(whole)]
    found = sorted(int(each) for text in shown for each in set(re.findall(re.escape(web) + r"(\d+)\W", text)))
    assert found == list(range(1, 201))


def controls(part: Reply) -> dict[str, dict[str, Any]]:
    """The buttons and menus under a message, by their names, each with its block's id."""
    blocks = draw(part, READER, COMMAND).blocks
    return {
        e["action_id"]: {**e, "block_id": b.get("block_id", "")}
        for b in blocks
        for e in elements(b)
        if "action_id" in e
    }


@pytest.mark.parametrize(
    ("action", "option", "line"),
    [
        ("digest.stop", "", "digest off"),
        *(("digest.snooze", until, f"digest snooze until {until}") for until in ("1d", "mon", "1w", "2w")),
    ],
)
@pytest.mark.parametrize("part_name", ["full", "table", "empty", "test"])
def test_a_digests_buttons_work_for_its_reader(part_name: str, action: str, option: str, line: str) -> None:
    drawn = controls(DIGESTS[part_name])[action]
    assert not option or option in [each["value"] for each in drawn["options"]]
    value = drawn["block_id"] if option else drawn["value"]
    request = pressed(press(action, value, option=option))
    assert request
    assert (request.wish, request.replace) == (Ask(line), False)
    others = pressed(press(action, value, option=option, user="U0OTHER"))
    assert others
    assert others.wish == PressAnothers()


@pytest.mark.parametrize(
    ("name", "action", "line"),
    [
        ("state", "digest.change", "digest"),
        ("state", "digest.preview", "digest preview"),
        ("state", "digest.off", "digest off"),
        ("state-snoozed", "digest.wake", "digest snooze off"),
        ("state-off", "digest.on", "digest on"),
        ("none", "digest.at", "digest at 08:00 weekdays"),
        ("none", "digest.change", "digest"),
        ("form", "digest.change", "digest"),
        ("paused-channel-opened", "channel.resume", "channel resume"),
    ],
)
def test_a_state_offers_what_can_be_done_about_it(name: str, action: str, line: str) -> None:
    request = pressed(press(action, controls(STATES[name])[action]["value"]))
    assert request
    assert request.wish == Ask(line)
    assert request.replace == (
        action in ("digest.on", "digest.off", "digest.at", "digest.wake", "channel.resume")
    )


def test_a_channel_s_is_resumed_by_buttons_about_the_channel() -> None:
    for action, button in controls(STATES["paused-channel-opened"]).items():
        request = pressed(press(action, button["value"]))
        assert request
        assert request.conversation.channel == "C0SALES", "or the reader's own would be turned on"


def test_only_a_digest_that_comes_can_be_snoozed() -> None:
    snoozable = {name for name in STATES if "digest.snooze" in controls(STATES[name])}
    assert snoozable == {"state", "state-created", "state-all", "state-never"}


@given(TEXT, FILTERS, TEXT)
def test_any_state_is_within_the_limits_and_uninterpreted(text: str, filter_: Filter, reason: str) -> None:
    for reply in (
        state(schedule=text, filter=filter_, state="paused", reason=reason),
        DigestPaused(reason),
        DigestNone(text),
        DigestProof(SPRING, OSLO, (slot(time(2), "failed", reason=reason, at=END),) * 24, text),
    ):
        check(draw(reply, READER, COMMAND))


@pytest.mark.parametrize("changed", [each for each in Changed if each])
def test_every_change_is_said(changed: Changed) -> None:
    text = draw(state(changed=changed), READER, COMMAND).text
    assert len(text.splitlines()) == 2 + len(FIRES)


@pytest.mark.parametrize("outcome", ["claimed", "posted", "skipped", "failed", "uncertain", "due", "none"])
def test_every_outcome_has_words(outcome: str) -> None:
    check(draw(DigestProof(SPRING, OSLO, (slot(time(8), outcome),)), READER, COMMAND))


def test_the_rest_is_asked_for_by_the_digests_own_window_and_filter() -> None:
    wanted = Filter(categories=("VIP Customer",), not_by=("me",), saved="vip", style=Style.TABLE)
    part = parts(many(345, filter=wanted))[-1]
    button = controls(part)["digest.rest"]
    request = pressed(press("digest.rest", button["value"]))
    assert request
    assert request.wish == Ask('today category:"VIP Customer" not:me', Page(0, DAY, Style.TABLE))
    assert not request.replace
    command = parse(request.asked)
    assert isinstance(command, ShowActivity)
    assert command.filter == replace(wanted, saved="", style=None)


@given(FILTERS, st.sampled_from(["", "vip"]))
def test_a_digests_line_can_always_be_read(filter_: Filter, saved: str) -> None:
    line = asked(replace(filter_, saved=saved, style=Style.COMPACT))
    assert len(line) <= MAX_LINE


def test_an_empty_digest_never_looks_like_a_failure() -> None:
    for name, part in DIGESTS.items():
        if name.startswith("empty"):
            message = draw(part, READER, COMMAND)
            assert "No answer" not in json.dumps(message.blocks)
            assert "error" not in message.text


@pytest.mark.parametrize("name", [name for name, part in DIGESTS.items() if not part.number])
def test_the_text_beside_the_blocks_is_a_summary(name: str) -> None:
    part = DIGESTS[name]
    text = draw(part, READER, COMMAND).text
    assert len(text.splitlines()) >= len(part.entries)
    assert "since" in text
