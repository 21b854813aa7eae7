"""What is said about setting a channel up: as it was looked at, within the limits, uninterpreted."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.core.audience import Refusal
from bot.core.channeldigest import ChannelSettings, Grouping, Layout, RequestState
from bot.core.replies import (
    Changed,
    ChannelAnnouncement,
    ChannelAsked,
    ChannelDecided,
    ChannelDenied,
    ChannelInvitation,
    ChannelInvited,
    ChannelList,
    ChannelRefused,
    ChannelRemoved,
    ChannelRequested,
    Consent,
    DigestForm,
    DigestNone,
    DigestProof,
    DigestState,
    History,
    ProofRow,
    Reader,
    RemoveQuestion,
    Reply,
    ShareForm,
    TeamForm,
    TeamState,
)
from bot.core.replies.channels import Announced, ChannelRow, Consented
from bot.core.replies.teamdigests import team_parts
from bot.core.requests import Ask, AskAdmin, Decide, Do, Request
from bot.core.schedule import Schedule
from bot.core.slots import next_fires
from bot.core.standing import Denied
from bot.core.teamdigest import TeamDigest
from bot.core.typed.channelcommands import ForChannel
from bot.core.typed.command import MAX_DONE, parse
from bot.core.typed.digestcommands import SetDigest
from bot.core.window import Window
from bot.demo.slack.limits import problems
from bot.slack.blocks import draw
from bot.slack.modals import digest_modal, form_view, loading_view, notice_view, submitted_digest
from bot.slack.payload import pressed
from tests.slack.replies import HOSTILE, NOW, OSLO, READER
from tests.slack.test_blocks import COMMAND
from tests.slack.test_modals import filled_in

SALES = "C0SALES"
EVERYBODY = replace(READER, user="")
FIRES = next_fires(Schedule.at(time(8, 30)), OSLO, NOW, 3)
TEAM = TeamState(SALES, "U0MANAGER", participants=3, may_configure=True)
STATE = DigestState("on", "08:30 weekdays", OSLO, tuple(FIRES), zone_is_said=True, as_of=NOW, team=TEAM)
LINE = "channel digest at 08:30 weekdays category:Prospect"
NOTHING = team_parts(TeamDigest(Window(NOW, NOW), (), ChannelSettings(layout=Layout.FLAT), OSLO, views=1), 0)[
    0
]

REPLIES: dict[str, Reply] = {
    "state-created": replace(STATE, changed=Changed.CREATED),
    "state-exists": replace(STATE, changed=Changed.EXISTS),
    "state-of-a-member": replace(STATE, team=replace(TEAM, may_configure=False, is_shared=True)),
    "state-paused": replace(STATE, state="off", fires=(), changed=Changed.OFF),
    "state-untold": replace(STATE, changed=Changed.TIMES, team=replace(TEAM, is_untold=True, owner="")),
    "state-managed": replace(STATE, team=replace(TEAM, is_managed=True)),
    "none": DigestNone(channel=SALES),
    **{f"announced-{what}": ChannelAnnouncement(what, SALES, "U0MANAGER", STATE) for what in Announced},
    "announced-paused": ChannelAnnouncement(
        Announced.PAUSED, SALES, "U0MANAGER", replace(STATE, state="off", fires=())
    ),
    "announced-others": ChannelAnnouncement(Announced.CHANGED, SALES, "U0MANAGER", STATE, tells_others=True),
    "announced-guests": ChannelAnnouncement(
        Announced.CHANGED,
        SALES,
        "U0MANAGER",
        replace(STATE, team=replace(TEAM, guests_approved_by="U0MANAGER")),
    ),
    "announced-asked": ChannelAnnouncement(Announced.SET_UP, SALES, "U0MANAGER", STATE, "U0SELLER"),
    **{f"denied-{why}": ChannelDenied(why, SALES) for why in Denied},
    "denied-request": ChannelDenied(Denied.NOT_ADMIN, SALES, LINE),
    "denied-hostile": ChannelDenied(Denied.NOT_ADMIN, SALES, f"channel digest at 8 {HOSTILE}"),
    **{f"refused-{why}": ChannelRefused(why, SALES) for why in Refusal},
    "asked": ChannelAsked(SALES, LINE, 2),
    "asked-nobody": ChannelAsked(SALES, LINE, 0),
    "requested": ChannelRequested(7, SALES, "U0SELLER", LINE),
    "requested-invitation": ChannelRequested(8, SALES, "U0SELLER", "channel invite @U0COLLEAGUE, @U0MANAGER"),
    "requested-hostile": ChannelRequested(7, SALES, "U0SELLER", HOSTILE),
    "approved": ChannelDecided(SALES, "U0SELLER", LINE, RequestState.APPROVED, "U0MANAGER"),
    "approved-void": ChannelDecided(SALES, "U0SELLER", LINE, RequestState.APPROVED, "U0MANAGER", True),
    "declined": ChannelDecided(SALES, "U0SELLER", LINE, RequestState.DECLINED, "U0MANAGER"),
    "remove": RemoveQuestion(SALES, 3),
    "removed": ChannelRemoved(SALES),
    "list": ChannelList(
        (
            ChannelRow(SALES, "on", "08:30 weekdays", OSLO, 3, "U0MANAGER", next(iter(FIRES))),
            ChannelRow("C0GENERAL", "paused", "16:00 fri", OSLO, 1, "", reason="guests"),
        ),
        is_whole=True,
        more=4,
    ),
    "list-none": ChannelList(),
    "invitation": ChannelInvitation(SALES, "U0MANAGER"),
    "invited": ChannelInvited(SALES, ("U0SELLER",), ("U0GUEST",)),
    "would-share": Consent(SALES, preview=NOTHING),
    "shared": Consent(
        SALES,
        "category:Prospect never:42",
        ("Prospect",),
        (HOSTILE,),
        NOTHING,
        is_shared=True,
        done=Consented.JOINED,
        others=("C0GENERAL",),
    ),
    "shared-lost": Consent(SALES, is_shared=True, is_lost=True),
    "left": Consent(SALES, done=Consented.LEFT),
    "shares-nothing": Consent(SALES, others=("C0GENERAL",)),
    "proof": DigestProof(NOW.date(), OSLO, (ProofRow(time(8, 30), NOW, "posted", at=NOW),), channel=SALES),
    "history": History(
        OSLO,
        (
            ProofRow(time(8, 30), NOW, "posted", at=NOW, companies=12),
            ProofRow(time(8, 30), NOW, "failed", reason=HOSTILE),
        ),
        NOW,
        SALES,
    ),
    "history-none": History(OSLO),
}
FORM = DigestForm(times=("08:30",), filter="category:Prospect", team=TeamForm(SALES, Grouping.CATEGORY))


def forms(reader: Reader) -> dict[str, dict[str, Any] | None]:
    """Every form about a channel, and what stands in for one."""
    companies = ((42, "Nordea"), (7, HOSTILE))
    return {
        "new": form_view(replace(FORM, is_new=True), reader, COMMAND),
        "change": form_view(replace(FORM, zone="Europe/Oslo"), reader, COMMAND),
        "request": form_view(replace(FORM, team=TeamForm(SALES, is_request=True)), reader, COMMAND),
        "managed": form_view(replace(FORM, team=TeamForm(SALES, is_managed=True)), reader, COMMAND),
        "share": form_view(
            ShareForm(SALES, ("Prospect", "Customer"), ("Prospect",), companies, (42,)), reader, COMMAND
        ),
        "share-changed": form_view(ShareForm(SALES, is_shared=True), reader, COMMAND),
        "loading": loading_view(replace(reader, zone=ZoneInfo("UTC"), user="")),
        "notice": notice_view(draw(REPLIES["denied-request"], reader, COMMAND), reader),
    }


FORMS = forms(READER)


def drawn(name: str) -> Any:
    return draw(REPLIES[name], EVERYBODY if name.startswith("announced") else READER, COMMAND)


@pytest.mark.parametrize("name", REPLIES)
def test_looks_as_it_was_looked_at(name: str, snapshot: SnapshotAssertion) -> None:
    message = drawn(name)
    assert {"text": message.text, "blocks": message.blocks} == snapshot


@pytest.mark.parametrize("name", REPLIES)
def test_is_within_the_limits_and_uninterpreted(name: str) -> None:
    message = drawn(name)
    assert problems(message.blocks) == []
    assert message.text
    assert not any("<!channel>" in text for text in interpreted(message.blocks))


def interpreted(value: Any) -> Iterator[str]:
    """All texts in which Slack looks for mentions and links."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from interpreted(each)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_looks_as_it_was_looked_at(name: str, snapshot: SnapshotAssertion) -> None:
    view = FORMS[name]
    assert view == snapshot
    assert view
    assert problems(view["blocks"], "modal") == []
    assert all(len(view[each]["text"]) <= 24 for each in ("title", "submit", "close") if each in view)


@pytest.mark.parametrize("quorum", [0, 50, 66, 100])
def test_a_form_comes_back_as_the_line_that_says_the_same(quorum: int) -> None:
    form = replace(FORM, team=TeamForm(SALES, Grouping.CATEGORY, Layout.FLAT, quorum))
    view = json.loads(json.dumps(digest_modal(form, READER, COMMAND)))
    request = submitted_digest(filled_in(view), COMMAND)
    assert isinstance(request, Request)
    assert request.wish == Do(form.line)
    command = parse(form.line)
    assert isinstance(command, ForChannel)
    assert isinstance(command.command, SetDigest)
    assert command.command.quorum == quorum


def test_a_form_holds_more_filters_than_can_be_typed() -> None:
    """Nobody has to save a part of a channel's."""
    filters = "category:" + ",".join(f"Category{number}" for number in range(60))
    view = digest_modal(replace(FORM, filter=filters), READER, COMMAND)
    request = submitted_digest(filled_in(view), COMMAND)
    assert isinstance(request, Request)
    assert isinstance(request.wish, Do)
    assert filters in request.wish.text
    parse(request.wish.text, MAX_DONE)
    asked = draw(ChannelRequested(7, SALES, "U0SELLER", request.wish.text), READER, COMMAND)
    assert filters in str(asked.blocks), "who approves it reads all of it"
    assert problems(asked.blocks) == []


@pytest.mark.parametrize("typed", ["by:me", "category:Prospect not:others"])
def test_in_a_channel_s_form_nobody_is_me(typed: str) -> None:
    """In one's own form that means something."""
    wrong = submitted_digest(filled_in(digest_modal(FORM, READER, COMMAND), filter=typed), COMMAND)
    assert isinstance(wrong, dict)
    assert "means nothing in a channel" in wrong["filter"]
    own = digest_modal(replace(FORM, team=None), READER, COMMAND)
    assert isinstance(submitted_digest(filled_in(own, filter=typed), COMMAND), Request)


@pytest.mark.parametrize(
    ("name", "action", "wish"),
    [
        ("state-created", "channel.pause", Ask("channel pause")),
        ("none", "channel.change", Ask("channel")),
        ("announced-set-up", "channel.join", Ask("channel join")),
        ("denied-request", "channel.ask", AskAdmin(LINE)),
        ("requested", "channel.approve", Decide(7, approve=True)),
        ("requested", "channel.decline", Decide(7, approve=False)),
        ("remove", "channel.remove-now", Do("channel remove now")),
        ("would-share", "channel.share", Do("channel join now")),
        ("shared", "channel.leave", Ask("channel leave")),
        ("invitation", "channel.join", Ask("channel join")),
    ],
)
def test_a_button_asks_for_that_in_its_channel(name: str, action: str, wish: object) -> None:
    (button,) = (
        element
        for block in drawn(name).blocks
        for element in block.get("elements", ())
        if element.get("action_id") == action
    )
    request = pressed(
        {
            "team": {"id": "T1"},
            "user": {"id": READER.user},
            "channel": {"id": "D0SELLER"},
            "response_url": "https://slack.example/response",
            "trigger_id": "1.2.3",
            "actions": [{**button, "block_id": "b"}],
        }
    )
    assert request
    assert request.wish == wish
    assert request.conversation.channel == SALES
