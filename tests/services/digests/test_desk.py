"""What people ask about their digest, by the commands that they type."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.audit import Departure
from bot.core.digest import WhenEmpty
from bot.core.errors import CrmUnreachable
from bot.core.filters import Style
from bot.core.replies import (
    CannotRead,
    DigestForm,
    DigestNone,
    DigestPart,
    DigestProof,
    DigestSent,
    DigestState,
    LinkOffer,
    Reader,
)
from bot.core.replies.digests import Changed
from bot.core.signin import Ending, Why
from bot.core.subscription import Outcome, State
from bot.slack.blocks import draw
from tests.conftest import NOW
from tests.services.conftest import USER, Desk, activity
from tests.sqlite import tables

OSLO = ZoneInfo("Europe/Oslo")


async def state(desk: Desk, text: str) -> DigestState:
    reply = await desk.ask(text)
    assert isinstance(reply, DigestState), reply
    return reply


async def test_who_has_none_is_shown_how_to_begin(linked: Desk) -> None:
    for text in ("digest when", "digest off", "digest add 16:00", "digest snooze fri", "digest proof"):
        assert isinstance(await linked.ask(text), DigestNone), text
    form = await linked.ask("digest")
    assert isinstance(form, DigestForm)
    assert (form.times, form.days, form.is_new) == (("08:00",), ("weekdays",), True)


async def test_who_is_not_linked_links_first(desk: Desk) -> None:
    reply = await desk.ask("digest at 08:00 weekdays")
    assert isinstance(reply, LinkOffer)
    assert reply.command == "digest at 08:00 weekdays"
    assert await desk.store.subscriptions.of(USER) is None


async def test_setting_a_digest_answers_with_its_state_and_the_next_three(linked: Desk) -> None:
    reply = await state(linked, "digest at 08:00,16:00 mon-thu not:me style:compact empty:note")
    assert (reply.changed, reply.state, reply.schedule) == (
        Changed.CREATED,
        State.ON,
        "08:00,16:00 mon,tue,wed,thu",
    )
    assert [fire.at.astimezone(OSLO).isoformat() for fire in reply.fires] == [
        f"2026-11-{day}T{hour}:00:00+01:00" for day, hour in ((19, 16), (23, "08"), (23, 16))
    ]
    assert (reply.filter.not_by, reply.filter.style, reply.when_empty) == (
        ("me",),
        Style.COMPACT,
        WhenEmpty.NOTE,
    )
    assert not reply.zone_is_said


async def test_a_change_keeps_what_it_does_not_name(linked: Desk) -> None:
    await state(linked, "digest at 08:00 not:me")
    added = await state(linked, "digest add 16:00")
    assert (added.changed, added.schedule, added.filter.not_by) == (
        Changed.TIMES,
        "08:00,16:00 weekdays",
        ("me",),
    )
    assert (await state(linked, "digest drop 8")).schedule == "16:00 weekdays"
    styled = await state(linked, "digest at style:table")
    assert (styled.changed, styled.schedule, styled.filter.style) == (
        Changed.CONTENT,
        "16:00 weekdays",
        Style.TABLE,
    )
    last = await linked.ask("digest drop 16:00")
    assert isinstance(last, CannotRead)
    assert last.problems[0].nearest == "digest off"


async def test_a_time_that_is_over_today_comes_tomorrow_and_the_answer_says_so(linked: Desk) -> None:
    await state(linked, "digest at 16:00")
    reply = await state(linked, "digest at 07:00")
    assert reply.not_today == (time(7),)
    assert reply.fires[0].key.day == date(2026, 11, 20)


async def test_every_problem_is_told_and_nothing_is_stored(linked: Desk) -> None:
    reply = await linked.ask("digest at 25:00 funday category:Custmer empty:nope")
    assert isinstance(reply, CannotRead)
    assert {problem.code for problem in reply.problems} >= {"choice-what"}
    assert len(reply.problems) >= 3
    unknown = await linked.ask("digest at 08:00 category:Custmer")
    assert isinstance(unknown, CannotRead)
    assert unknown.problems[0].nearest
    assert await linked.store.subscriptions.of(USER) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("digest of", "digest off"),
        ("digest previw", "digest preview"),
        ("digest proof march", "digest proof 2026-03-29"),
    ],
)
async def test_the_nearest_form_is_offered(linked: Desk, typed: str, meant: str) -> None:
    reply = await linked.ask(typed)
    assert isinstance(reply, CannotRead)
    assert reply.problems[0].nearest == meant


async def test_off_and_on(linked: Desk) -> None:
    await state(linked, "digest at 08:00")
    off = await state(linked, "digest off")
    assert (off.changed, off.state, off.fires) == (Changed.OFF, State.OFF, ())
    assert (await state(linked, "digest off")).changed is Changed.SAME
    linked.clock.at = NOW + timedelta(days=10)
    on = await state(linked, "digest on")
    assert (on.changed, on.state) == (Changed.ON, State.ON)
    (participant,) = await linked.store.participants.of(1)
    assert participant.told_until == NOW + timedelta(days=10)
    assert participant.is_fresh


async def test_a_snooze_ends_by_itself_or_by_hand(linked: Desk) -> None:
    await state(linked, "digest at 08:00")
    snoozed = await state(linked, "digest snooze until 2026-12-24")
    assert snoozed.snoozed_until == datetime(2026, 12, 23, 23, tzinfo=UTC)
    assert snoozed.fires[0].at == datetime(2026, 12, 24, 7, tzinfo=UTC)
    ended = await state(linked, "digest snooze off")
    assert (ended.snoozed_until, ended.changed) == (None, Changed.CONTINUED)
    assert (await state(linked, "digest snooze off")).changed is Changed.SAME
    await state(linked, "digest snooze until 2026-12-24")
    ended = await state(linked, "digest on")
    assert (ended.snoozed_until, ended.changed) == (None, Changed.CONTINUED)
    past = await linked.ask("digest snooze until 2020-01-01")
    assert isinstance(past, CannotRead)


async def test_what_is_due_as_a_snooze_ends_is_the_next(linked: Desk) -> None:
    await state(linked, "digest at 08:00 daily")
    snoozed = await state(linked, "digest snooze until 2026-12-24 08:00")
    assert snoozed.fires[0].at == datetime(2026, 12, 24, 7, tzinfo=UTC)


async def test_a_snooze_until_nothing_is_asked_back(linked: Desk) -> None:
    await state(linked, "digest at 08:00")
    await state(linked, "digest snooze until 2026-12-24")
    asked = await linked.ask("digest snooze")
    assert isinstance(asked, CannotRead)
    assert [(problem.code, problem.nearest) for problem in asked.problems] == [
        ("snooze-what", "digest snooze until mon")
    ]
    assert (await state(linked, "digest when")).snoozed_until


async def test_pause_turns_it_off_and_what_was_off_begins_afresh(linked: Desk) -> None:
    await state(linked, "digest at 08:00")
    assert (await state(linked, "digest pause")).state is State.OFF
    assert (await state(linked, "digest resume")).changed is Changed.ON
    await state(linked, "digest off")
    assert (await state(linked, "digest at 08:00")).changed is Changed.ON, "the same, turned on"


async def test_times_change_without_a_sign_in_whatever_it_filters_by(linked: Desk) -> None:
    await state(linked, "digest at 08:00 category:Customer")
    await linked.store.sign_ins.end(USER, Ending(NOW, Why.UNUSED), told=True)
    assert (await state(linked, "digest at 09:00")).schedule == "09:00 weekdays"
    assert isinstance(await linked.ask("digest at 09:00 category:Prospect"), LinkOffer)


async def test_the_preview_is_what_is_sent_to_the_byte(linked: Desk) -> None:
    await state(linked, "digest at 08:00 top:25")
    linked.crm.rows = [activity(number, NOW - timedelta(minutes=number)) for number in range(1, 40)]
    linked.clock.at = datetime(2026, 11, 20, 7, tzinfo=UTC)
    previewed = [await linked.ask("digest preview")]
    said = [reply for reply, _, _ in linked.messenger.said[-2:]]
    await linked.digests.waves.see_to(USER.workspace)
    sent = [post.message for post in linked.posts.posts]
    reader = Reader(OSLO, "en", USER.user)
    assert len(sent) == 2
    assert [draw(each, reader, "/x") for each in said] == [draw(each, reader, "/x") for each in sent]
    assert previewed[-1] == said[-1]


async def test_a_test_is_sent_and_counts_for_nothing(linked: Desk) -> None:
    await state(linked, "digest at 08:00")
    linked.crm.rows = [activity(1)]
    assert isinstance(await linked.ask("digest test"), DigestSent)
    (post,) = linked.posts.posts
    assert isinstance(post.message, DigestPart)
    assert post.message.is_test
    linked.clock.at = datetime(2026, 11, 20, 7, tzinfo=UTC)
    await linked.digests.waves.see_to(USER.workspace)
    assert [len(post.entries) for post in linked.posts.posts] == [1, 1]


async def test_the_proof_shows_the_row(linked: Desk) -> None:
    await state(linked, "digest at 08:00")
    linked.crm.rows = [activity(1)]
    linked.clock.at = datetime(2026, 11, 20, 7, tzinfo=UTC)
    await linked.digests.waves.see_to(USER.workspace)
    proof = await linked.ask("digest proof")
    assert isinstance(proof, DigestProof)
    (row,) = proof.rows
    assert (proof.day, row.time, row.outcome, row.companies) == (
        date(2026, 11, 20),
        time(8),
        Outcome.POSTED,
        1,
    )
    spring = await linked.ask("digest proof 2027-03-29")
    assert isinstance(spring, DigestProof)
    assert [row.outcome for row in spring.rows] == ["due"]


async def test_a_journey_east_brings_at_once_what_the_clock_passed_over(linked: Desk) -> None:
    await state(linked, "digest at 16:00")
    linked.clock.at = datetime(2026, 11, 19, 12, tzinfo=UTC)  # 13:00 in Oslo
    await linked.digests.settings.moved(USER, ZoneInfo("Asia/Tokyo"), "en")  # 21:00
    linked.crm.rows = [activity(1)]
    await linked.digests.waves.see_to(USER.workspace)
    (row,) = await linked.store.ledger.latest(1, 9)
    assert (row.outcome, row.due_at) == (Outcome.POSTED, linked.clock.at)
    await linked.digests.settings.moved(USER, OSLO, "en")
    linked.clock.at += timedelta(hours=4)
    assert await linked.store.subscriptions.workspaces_due(linked.clock.at) == [USER.workspace]
    await linked.digests.waves.see_to(USER.workspace)
    assert len(await linked.store.ledger.latest(1, 9)) == 1


async def test_what_was_due_before_an_edit_stays_owed(linked: Desk) -> None:
    await state(linked, "digest at 08:00")
    linked.clock.at = datetime(2026, 11, 20, 7, 0, 5, tzinfo=UTC)
    linked.crm.rows = [activity(1)]
    await state(linked, "digest at 12:00")
    await linked.digests.waves.see_to(USER.workspace)
    assert [row.outcome for row in await linked.store.ledger.latest(1, 9)] == [Outcome.POSTED]


async def test_a_digest_goes_with_its_user(linked: Desk) -> None:
    await state(linked, "digest at 08:00")
    linked.crm.rows = [activity(1)]
    linked.clock.at = datetime(2026, 11, 20, 7, tzinfo=UTC)
    await linked.digests.waves.see_to(USER.workspace)
    await linked.store.personal.forget(USER, Departure.ASKED, NOW)
    for table in ("subscriptions", "participants", "told", "ledger"):
        assert tables(linked.store)[table].count == 0, table


async def test_a_preview_of_what_failed_says_so(linked: Desk) -> None:
    await state(linked, "digest at 08:00")
    linked.crm.error = CrmUnreachable(tenant="onsite", reason="refused")
    reply = await linked.ask("digest preview")
    assert type(reply).__name__ == "Failed"


async def test_holidays_are_left_out_by_the_name_of_a_country_that_has_any(linked: Desk) -> None:
    reply = await state(linked, "digest at 08:00 every day except holidays in Norway")
    assert reply.schedule == "08:00 every day except holidays in NO"
    proof = await linked.ask("digest proof 2027-05-17")
    assert isinstance(proof, DigestProof)
    assert proof.holiday
    assert proof.rows == ()
    wrong = await linked.ask("digest at 08:00 except holidays in Norwy")
    assert isinstance(wrong, CannotRead)
    assert wrong.problems[0].nearest == "digest at 08:00 except holidays in NO"


async def test_every_change_of_ones_own_digest_is_in_the_audit_log_without_a_name(linked: Desk) -> None:
    for text in (
        'digest at 08:00 weekdays by:"Ann Nord"',
        'digest at 08:00 weekdays by:"Ben Sund"',
        "digest add 16:00",
        "digest add 16:00",
        "digest snooze until 2w",
        "digest off",
        "digest off",
        "digest on",
        "digest when",
    ):
        await linked.ask(text)
    log = [each.deed for each in await linked.store.audit.all() if each.deed.action == "digest.changed"]
    assert {(deed.by, deed.to) for deed in log} == {(USER, USER)}
    before = [dict(deed.before) for deed in log]
    after = [dict(deed.after) for deed in log]
    assert before[0] == {}
    assert (after[0]["state"], after[0]["schedule"], after[0]["filters"]) == (
        "on",
        "08:00 weekdays",
        {"by": 1},
    )
    assert (before[1], after[1]) == ({}, {}), "other names, as many"
    assert (before[2], after[2]) == ({"schedule": "08:00 weekdays"}, {"schedule": "08:00,16:00 weekdays"})
    assert [*after[3]] == ["snoozed until"], "the same once more is no change"
    assert (before[4]["state"], after[4]["state"]) == ("on", "off")
    assert (before[5], after[5]) == ({"state": "off"}, {"state": "on"})
    assert len(log) == 6
    assert "Nord" not in str(log)
    assert "Sund" not in str(log)
