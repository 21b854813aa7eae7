"""Answering: whatever goes wrong, one reply comes, and it says what happened."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.activity import ALL_ACTIONS, Action
from bot.core.audience import Refusal
from bot.core.errors import BotError, CrmUnreachable, LinkExpired, Problem, SlackFailed, TicketRefused
from bot.core.filters import EVERYTHING, Filter, MutedCompany, Reason, SavedFilter, Style
from bot.core.people import Link
from bot.core.period import Between, Today
from bot.core.replies import (
    ActivityAnswer,
    Busy,
    CannotRead,
    Failed,
    FilterList,
    FilterRemoved,
    FilterSaved,
    HelpText,
    Linked,
    LinkOffer,
    Me,
    NotLinkedYet,
    NotShared,
    NotYours,
    Reader,
    Shared,
    StillAsking,
    Unlinked,
    UnlinkQuestion,
    Unshared,
    WhyHidden,
    WhyShown,
)
from bot.core.requests import (
    FIRST,
    Ask,
    AskWhyHidden,
    AskWhyShown,
    Confirm,
    Mute,
    Page,
    PressAnothers,
    Share,
    Unmute,
    Unshare,
)
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.core.signin import Why
from bot.core.typed.command import MAX_LINE
from bot.core.typed.filtertext import written
from bot.core.window import Mark, Window
from bot.services.linking import LinkedNow
from bot.services.ports import ActivityQuery, Invitation, Snapshot
from tests.conftest import NOW
from tests.services.conftest import ME, OSLO, USER, Desk, activity, by, request
from tests.sqlite import connection


async def test_an_answer(linked: Desk) -> None:
    linked.crm.rows = [activity(1), activity(2, NOW - timedelta(days=400))]
    reply = await linked.ask("since monday")
    assert isinstance(reply, ActivityAnswer)
    assert [row.company_id for row in reply.rows] == [1]
    assert reply.total == 1 == reply.count
    assert linked.crm.asked == [ActivityQuery(datetime(2026, 11, 16, tzinfo=OSLO))]


async def test_a_ticket_that_was_used_lives_on(linked: Desk) -> None:
    linked.clock.move(hours=3)
    await linked.ask("today")
    link = await linked.store.links.get(USER)
    assert link
    assert link.used_at == NOW + timedelta(hours=3)


async def test_days_begin_by_the_servers_clock(linked: Desk) -> None:
    linked.crm.ahead = timedelta(days=1)
    reply = await linked.ask("today")
    assert isinstance(reply, ActivityAnswer)
    assert reply.window.start == datetime(2026, 11, 20, tzinfo=OSLO)


async def test_pages(linked: Desk) -> None:
    linked.crm.rows = [activity(n, NOW - timedelta(minutes=n)) for n in range(25)]
    first = await linked.ask("today")
    assert isinstance(first, ActivityAnswer)
    assert [row.company_id for row in first.rows] == list(range(10))
    last = await linked.ask("today", Page(20, first.window))
    assert isinstance(last, ActivityAnswer)
    assert [row.company_id for row in last.rows] == list(range(20, 25))
    linked.crm.rows = linked.crm.rows[:12]
    fewer = await linked.ask("today", Page(20, first.window))
    assert isinstance(fewer, ActivityAnswer)
    assert fewer.offset == 10


async def test_a_page_may_hold_both_kinds(linked: Desk) -> None:
    end = NOW - timedelta(hours=1)
    linked.crm.rows = [activity(n, end + timedelta(minutes=6.5 - n)) for n in range(13)]
    reply = await linked.ask("yesterday", Page(0, Window(NOW - timedelta(days=1), end)))
    assert isinstance(reply, ActivityAnswer)
    assert (len(reply.rows), len(reply.later), reply.count, reply.later_count) == (6, 4, 6, 7)
    reply = await linked.ask("yesterday", Page(10, Window(NOW - timedelta(days=1), end)))
    assert isinstance(reply, ActivityAnswer)
    assert (len(reply.rows), len(reply.later)) == (0, 3)


@pytest.mark.parametrize("text", ["since 2027-01-01", "since 2020-01-01"])
async def test_moments_out_of_reach_are_not_asked(linked: Desk, text: str) -> None:
    assert isinstance(await linked.ask(text), CannotRead)
    assert linked.crm.asked == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CrmUnreachable(tenant="onsite", reason="refused"), "crm-unreachable"),
        (LinkExpired(), "link-expired"),
        (RuntimeError("Nordlys Kraft AS"), "unexpected"),
        (KeyError("7T:abc"), "unexpected"),
    ],
)
async def test_a_failure_says_so(linked: Desk, error: Exception, code: str) -> None:
    linked.crm.error = error
    reply = await linked.ask("today")
    assert isinstance(reply, Failed)
    assert (reply.code, reply.reference, reply.command) == (code, "ref", "today")


async def test_it_gives_up_in_time(linked: Desk) -> None:
    linked.crm.delay = 5
    reply = await linked.ask("today")
    assert isinstance(reply, Failed)
    assert reply.code == "crm-timed-out"


async def test_what_asks_slack_alone_does_not_blame_superoffice(linked: Desk) -> None:
    linked.channels.look_delay = 5
    reply = await linked.ask("channel list")
    assert isinstance(reply, Failed)
    assert reply.code == "slack-failed"


async def test_waiting_in_the_queue_counts(linked: Desk) -> None:
    await linked.commands.take(request(Ask("today")))
    linked.clock.move(minutes=1)
    await linked.runner.jobs.pop(0)()
    reply = linked.messenger.said[-1][0]
    assert isinstance(reply, Failed)
    assert reply.code == "busy", "it was not SuperOffice that took so long"


async def test_only_what_asks_superoffice_waits_for_it(desk: Desk) -> None:
    desk.runner.full = True
    for text in ("help", "me", "link", "unlink", "bogus"):
        assert not isinstance(await desk.ask(text), Busy)
    desk.runner.altogether = True
    assert isinstance(await desk.commands.take(request(Ask("help"), "one too many")), Busy)


async def test_commands_wait_for_their_own_superoffice_alone(linked: Desk) -> None:
    await linked.commands.take(request(Ask("today")))
    connection(linked.store).execute("DELETE FROM links")
    await linked.commands.take(request(Ask("today"), "another delivery"))
    assert linked.runner.asked == ["onsite", ""]


async def test_a_store_that_fails_costs_no_answer(linked: Desk) -> None:
    connection(linked.store).execute("DROP TABLE deliveries")
    assert isinstance(await linked.ask("help"), HelpText)
    connection(linked.store).execute(
        "CREATE TRIGGER full BEFORE UPDATE ON links BEGIN SELECT raise(ABORT, ''); END"
    )
    assert isinstance(await linked.ask("today"), ActivityAnswer)


async def test_a_guest_is_not_sent_to_a_page_that_refuses(desk: Desk) -> None:
    desk.people.is_guest = True
    for text in ("link", "today"):
        failed = await desk.ask(text)
        assert isinstance(failed, Failed)
        assert failed.code == "link-not-allowed"


async def test_who_is_not_linked_is_invited_and_answered_afterwards(desk: Desk) -> None:
    offer = await desk.ask("since monday")
    assert isinstance(offer, LinkOffer)
    assert offer.command == "since monday"
    again = await desk.ask("link")
    assert isinstance(again, LinkOffer)
    assert again.command == "since monday", "asking again keeps what was asked"
    link = Link(USER, "onsite", ME, NOW, NOW, Secret("ticket"))
    await desk.store.links.put(link)
    url = Secret("https://slack.example/response")
    invitation = Invitation(USER, NOW, "since monday", "C1", url, "onsite")
    await desk.commands.linked(LinkedNow(link, invitation))
    (confirmed, _, replaced), (answer, _, _) = desk.messenger.said[-2:]
    assert isinstance(confirmed, Linked)
    assert replaced
    assert isinstance(answer, ActivityAnswer)


async def test_a_ticket_that_ended_leads_to_the_page(linked: Desk) -> None:
    linked.crm.error = TicketRefused(tenant="onsite")
    linked.crm.dead.add("ticket")
    offer = await linked.ask("today")
    assert isinstance(offer, LinkOffer)
    assert offer.ended is Why.REFUSED
    assert offer.command == "today"


async def test_me_and_unlink(desk: Desk) -> None:
    assert await desk.ask("me") == NotLinkedYet()
    await desk.ask("today")
    assert await desk.ask("me") == NotLinkedYet(NOW + timedelta(minutes=10)), (
        "what waits is stored, so say so"
    )
    assert await desk.ask("unlink") == NotLinkedYet()
    assert await desk.ask("me") == NotLinkedYet(), "and that was deleted"
    await desk.store.links.put(Link(USER, "onsite", ME, NOW, NOW, Secret("ticket")))
    me = await desk.ask("me")
    assert isinstance(me, Me)
    assert me.expires_at == NOW + timedelta(hours=6)
    assert not me.ended
    desk.clock.move(hours=6)
    later = await desk.ask("me")
    assert isinstance(later, Me)
    assert later.ended
    assert isinstance(await desk.ask("unlink"), UnlinkQuestion)
    for expected in (Unlinked(), NotLinkedYet()):
        await desk.commands.answer(request(Confirm()))
        assert desk.messenger.said[-1][0] == expected
    assert await desk.store.links.get(USER) is None


async def test_admins_hear_what_is_wrong_with_the_server(linked: Desk) -> None:
    linked.crm.warnings = (ServerWarning("clock-skew", "+300"),)
    me = await linked.ask("me")
    assert isinstance(me, Me)
    assert me.warnings == ()
    linked.people.is_admin = True
    me = await linked.ask("me")
    assert isinstance(me, Me)
    assert me.warnings == linked.crm.warnings


async def test_a_broken_seal_can_be_replaced_and_deleted(linked: Desk) -> None:
    connection(linked.store).execute("UPDATE links SET sealed_ticket = zeroblob(64)")
    failed = await linked.ask("me")
    assert isinstance(failed, Failed)
    assert failed.code == "seal-broken"
    offer = await linked.ask("today")
    assert isinstance(offer, LinkOffer)
    assert offer.command == "today"
    assert isinstance(await linked.ask("link"), LinkOffer)
    assert await linked.ask("unlink") == UnlinkQuestion("")
    await linked.commands.answer(request(Confirm()))
    assert linked.messenger.said[-1][0] == Unlinked()


async def test_help_and_what_cannot_be_read(desk: Desk) -> None:
    assert await desk.ask("help") == HelpText()
    assert isinstance(await desk.ask("bogus"), CannotRead)


async def test_a_second_delivery_is_not_answered(desk: Desk) -> None:
    await desk.ask("help", delivery="same")
    assert await desk.commands.take(request(Ask("help"), "same")) is None
    assert desk.runner.jobs == []


async def test_a_full_queue(desk: Desk) -> None:
    desk.runner.full = True
    assert await desk.commands.take(request(Ask("today"))) == Busy()
    pressed = replace(request(Ask("today"), "pressed"), pressed=True, replace=True)
    assert await desk.commands.take(pressed) is None, "an acknowledgement of a press cannot say it"
    await desk.runner.jobs.pop()()
    assert desk.messenger.said[-1][0] == Busy()


@pytest.mark.parametrize("error", [SlackFailed(error="fatal_error"), BotError(), ValueError("x")])
async def test_without_a_profile_the_tenants_zone_serves(linked: Desk, error: Exception) -> None:
    linked.people.error = error
    assert isinstance(await linked.ask("today"), ActivityAnswer)
    assert linked.messenger.said[-1][1] == Reader(OSLO, user="U1", zone_is_assumed=True)


async def test_me_needs_no_profile(linked: Desk) -> None:
    linked.people.error = SlackFailed(error="fatal_error")
    assert isinstance(await linked.ask("me"), Me)


async def test_todays_button_says_on_another_day_what_it_shows(linked: Desk) -> None:
    linked.crm.rows = [activity(n, NOW - timedelta(minutes=n)) for n in range(25)]
    first = await linked.ask("today")
    assert isinstance(first, ActivityAnswer)
    assert first.period == Today()
    linked.crm.ahead = timedelta(days=3)
    later = await linked.ask("today", Page(10, first.window))
    assert isinstance(later, ActivityAnswer)
    assert later.period == Between(first.window)


async def test_a_page_that_failed_can_be_tried_again_and_replaces_nothing(linked: Desk) -> None:
    page = Page(10, Window(NOW - timedelta(days=1)))
    linked.crm.error = CrmUnreachable(tenant="onsite", reason="refused")
    await linked.commands.answer(replace(request(Ask("today", page)), pressed=True, replace=True))
    failed, _, replaced = linked.messenger.said[-1]
    assert isinstance(failed, Failed)
    assert (failed.command, failed.page, replaced) == ("today", page, False)


async def test_catchup_offers_what_happened_since_the_last_one(linked: Desk) -> None:
    first = await linked.ask("catchup")
    assert isinstance(first, ActivityAnswer)
    assert first.caught_up_at is None
    linked.crm.ahead = timedelta(hours=5)
    again = await linked.ask("catchup")
    assert isinstance(again, ActivityAnswer)
    assert again.caught_up_at == NOW
    since = await linked.ask("catchup", Page(0, Window(NOW)))
    assert isinstance(since, ActivityAnswer)
    assert since.period == Between(Window(NOW))
    assert linked.crm.asked[-1].since == NOW
    link = await linked.store.links.get(USER)
    assert link
    assert link.caught_up_at == NOW + timedelta(hours=5), "a button is no catchup"


async def test_buttons_carry_what_was_meant(linked: Desk) -> None:
    reply = await linked.ask(f"  Today {',' * 2500}")
    assert isinstance(reply, ActivityAnswer)
    assert reply.asked == "Today"


async def test_who_waits_when_the_bot_stops_is_told(linked: Desk) -> None:
    linked.crm.delay = 5
    task = asyncio.create_task(linked.commands.answer(request(Ask("today"))))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    failed = linked.messenger.said[-1][0]
    assert isinstance(failed, Failed)
    assert (failed.code, failed.command) == ("restarting", "today")


async def test_a_tenant_that_is_gone_leads_to_the_page(desk: Desk) -> None:
    await desk.store.links.put(Link(USER, "renamed", ME, NOW, NOW, Secret("ticket")))
    assert isinstance(await desk.ask("today"), LinkOffer)
    assert isinstance(await desk.ask("me"), Me)


async def test_a_reply_that_cannot_be_sent_is_not_raised(desk: Desk) -> None:
    desk.messenger.error = SlackFailed(error="channel_not_found")
    await desk.commands.answer(request(Ask("help")))


def codes(reply: CannotRead) -> list[str]:
    return [problem.code for problem in reply.problems]


async def test_superoffice_gets_its_filters_and_the_bot_keeps_its_own(linked: Desk) -> None:
    linked.crm.rows = [by(1, ME.person_id), by(2, 7), by(3, 8)]
    reply = await linked.ask(
        "since monday action:created category:emne not:me by:me,others top:1 style:table"
    )
    assert isinstance(reply, CannotRead), "by and not exclude each other"
    reply = await linked.ask("since monday action:created category:emne not:me top:1 style:table")
    assert isinstance(reply, ActivityAnswer)
    (query,) = linked.crm.asked
    assert (query.actions, query.categories) == (Action.CREATED, (2,))
    assert [row.company_id for row in reply.rows] == [3]
    assert reply.dropped == {Reason.OWN: 1, Reason.TOP: 1}
    assert reply.style is Style.TABLE
    assert reply.shareable


async def test_everything_wrong_is_said_at_once(linked: Desk) -> None:
    reply = await linked.ask("since 2020-01-01 category:emnee filter:nope")
    assert isinstance(reply, CannotRead)
    assert [problem.code for problem in reply.problems] == [
        "too-long-ago",
        "unknown-saved",
        "unknown-category",
    ]
    reply = await linked.ask("since mondy category:emnee action:x")
    assert isinstance(reply, CannotRead)
    assert [problem.code for problem in reply.problems] == [
        "unknown-when",
        "unknown-action",
        "unknown-category",
    ]
    assert reply.problems[-1].nearest == "category:Emne"
    assert reply.problems[-1].known == ("Customer", "Prospect")
    assert linked.crm.asked == []
    assert linked.crm.lists == 1


async def test_a_saved_filter_that_there_is_none_of_is_said_beside_the_rest(linked: Desk) -> None:
    for line, expected in (
        ("since mondy filter:zz", ["unknown-when", "unknown-saved"]),
        ("since mondy filter:zz category:emnee", ["unknown-when", "unknown-saved", "unknown-category"]),
        ("filter save x filter:nope top:700", ["no-count", "unknown-saved"]),
        ("filter save two words filter:nope", ["filter-name", "unknown-saved"]),
    ):
        reply = await linked.ask(line)
        assert isinstance(reply, CannotRead)
        assert codes(reply) == expected, line
    await linked.store.filters.put(USER, SavedFilter("zz", Filter(top=5)))
    reply = await linked.ask("since mondy filter:zz")
    assert isinstance(reply, CannotRead)
    assert codes(reply) == ["unknown-when"]


async def test_what_lacks_its_quotes_is_one_problem(linked: Desk) -> None:
    reply = await linked.ask("today category:Emne Customer")
    assert isinstance(reply, CannotRead)
    assert codes(reply) == ["without-quotes"]
    assert linked.crm.lists == 0


async def test_which_filter_to_remove_is_asked_with_ones_own(linked: Desk) -> None:
    assert await linked.ask("filter remove") == FilterList(())
    await linked.store.filters.put(USER, SavedFilter("mine", Filter(by=("me",))))
    assert await linked.ask("filter remove") == CannotRead((Problem("which-filter", known=("mine",)),))


async def test_what_is_typed_beside_a_saved_filter_counts_more(linked: Desk) -> None:
    linked.crm.rows = [by(1, ME.person_id), by(2, 7)]
    await linked.ask("filter save vip not:me")
    reply = await linked.ask("today filter:vip by:me")
    assert isinstance(reply, ActivityAnswer)
    assert [row.company_id for row in reply.rows] == [1]


async def test_a_saved_filter_that_contradicts_itself_is_a_problem(linked: Desk) -> None:
    """As could be saved once."""
    await linked.store.filters.put(USER, SavedFilter("none", Filter(not_by=("me", "others"))))
    for line in ("today filter:none", "filter save some filter:none"):
        reply = await linked.ask(line)
        assert isinstance(reply, CannotRead)
        assert codes(reply) == ["leaves-nobody"]


async def test_a_filter_can_be_saved_again_as_it_was_told_when_it_was_removed(linked: Desk) -> None:
    names = ",".join(f"'Person {number} of many'" for number in range(5))
    line = f"filter save vip action:company,follow-up,person,document by:me,{names} not:Ida"
    assert MAX_LINE - 20 < len(line) <= MAX_LINE
    assert isinstance(await linked.ask(line), FilterSaved)
    removed = await linked.ask("filter remove vip")
    assert isinstance(removed, FilterRemoved)
    again = await linked.ask(f"filter save vip {written(removed.removed.filter)}")
    assert again == FilterSaved(removed.removed)


async def test_removing_a_filter_tells_if_ones_digest_filters_by_it(linked: Desk) -> None:
    for name in ("vip", "own"):
        await linked.ask(f"filter save {name} not:me")
    await linked.ask("digest at 08:00 filter:vip")
    for name, is_in_digest in (("own", False), ("vip", True)):
        removed = await linked.ask(f"filter remove {name}")
        assert isinstance(removed, FilterRemoved)
        assert removed.is_in_digest is is_in_digest
    await linked.ask("filter save vip not:me")
    await linked.ask("digest off")
    removed = await linked.ask("filter remove vip")
    assert isinstance(removed, FilterRemoved)
    assert not removed.is_in_digest


async def test_a_filter_that_could_not_be_typed_again_is_not_saved(linked: Desk) -> None:
    long = ",".join(f"Person{number}" for number in range(14))
    assert isinstance(await linked.ask(f"filter save a by:{long}"), FilterSaved)
    reply = await linked.ask(f"filter save b filter:a not:{long.replace('Person', 'Other')}")
    assert isinstance(reply, CannotRead)
    (problem,) = reply.problems
    assert problem.code == "filter-too-long"
    assert int(problem.given) > MAX_LINE
    assert [saved.name for saved in await linked.store.filters.of(USER)] == ["a"]


async def test_a_saved_filter_is_where_one_starts_from(linked: Desk) -> None:
    await linked.store.filters.put(
        USER, SavedFilter("vip", Filter(not_by=("me",), top=5, categories=("customer",)))
    )
    linked.crm.rows = [by(n, 7) for n in range(9)]
    reply = await linked.ask("today filter:VIP top:2")
    assert isinstance(reply, ActivityAnswer)
    assert (reply.filter.not_by, reply.filter.top) == (("me",), 2)
    assert linked.crm.asked[-1].categories == (1,)


async def test_why_counts_what_superoffice_left_out(linked: Desk) -> None:
    by_query = {
        (Action.CREATED, (1,)): [1, 2],
        (ALL_ACTIONS, (1,)): [1, 2, 3, 4, 5],
        (ALL_ACTIONS, ()): [1, 2, 3, 4, 5, 6],
    }

    async def activities(ticket: Secret, query: ActivityQuery) -> Snapshot:
        companies = by_query[query.actions, query.categories]
        return Snapshot([by(company, company) for company in companies], NOW)

    linked.crm.activities = activities  # type: ignore[method-assign]
    await linked.store.mutes.add(USER, "onsite", MutedCompany(2, "C2"))
    why = await linked.wish(AskWhyHidden("today action:created category:customer", FIRST))
    assert isinstance(why, WhyHidden)
    assert (why.total, why.shown, why.dropped) == (6, 1, {Reason.MUTED: 1})
    assert (why.by_action, why.by_category) == (3, 1)


async def test_why_asks_no_more_than_it_needs(linked: Desk) -> None:
    linked.crm.rows = [by(1, 7)]
    for line, calls in (("today not:me", 1), ("today action:created", 2), ("today category:customer", 2)):
        linked.crm.asked.clear()
        assert isinstance(await linked.wish(AskWhyHidden(line, FIRST)), WhyHidden)
        assert len(linked.crm.asked) == calls


async def test_why_am_i_seeing_this(linked: Desk) -> None:
    linked.crm.rows = [by(1, 7), by(2, ME.person_id)]
    shown = await linked.wish(AskWhyShown("today not:me", FIRST, 1))
    assert isinstance(shown, WhyShown)
    assert (shown.activity, shown.dropped) == (linked.crm.rows[0], None)
    own = await linked.wish(AskWhyShown("today not:me", FIRST, 2))
    assert isinstance(own, WhyShown)
    assert own.dropped is Reason.OWN
    gone = await linked.wish(AskWhyShown("today", FIRST, 3))
    assert isinstance(gone, WhyShown)
    assert gone.activity is None


async def test_mutes_need_a_link_and_know_their_pages(desk: Desk) -> None:
    assert await desk.wish(Mute(1, "C1")) == NotLinkedYet()
    await desk.store.links.put(Link(USER, "onsite", ME, NOW, NOW, Secret("ticket")))
    for number in range(45):
        await desk.wish(Mute(number, f"C{number:02}"))
    page = await desk.ask("muted", Page(40))
    assert (page.total, page.offset, len(page.companies)) == (45, 40, 5)  # type: ignore[union-attr]
    back = await desk.wish(Unmute(44))
    assert back.unmuted == MutedCompany(44, "C44")  # type: ignore[union-attr]
    assert (await desk.wish(Unmute(44))).unmuted is None  # type: ignore[union-attr]


async def test_shared_is_what_was_seen(linked: Desk) -> None:
    linked.crm.rows = [by(1, 7), by(2, 7, time=NOW + timedelta(minutes=1))]
    seen = Page(0, Window(NOW - timedelta(days=1), NOW + timedelta(seconds=1)))
    assert await linked.wish(Share("today", seen, (Mark(NOW, 1), Mark(NOW, 2)))) == Shared("C1", "1.2")
    (page,) = linked.channels.posted
    assert [row.company_id for row in page.answer.rows] == [1]
    assert page.changed == 1
    assert page.sharer == USER.user
    assert await linked.wish(Unshare("C1", "1.2")) == Unshared("C1")
    assert linked.channels.posted == []


async def test_superoffice_is_not_asked_for_a_channel_that_may_not_see_it(linked: Desk) -> None:
    linked.channels.guests = True
    assert await linked.wish(Share("today", FIRST, (Mark(NOW, 1),))) == NotShared(Refusal.GUESTS, "C1")
    assert linked.crm.asked == []


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("not_in_channel", Refusal.NOT_INVITED),
        ("is_archived", Refusal.ARCHIVED),
        ("restricted_action_read_only_channel", Refusal.RESTRICTED),
    ],
)
async def test_slacks_own_refusals_are_explained(linked: Desk, error: str, refusal: Refusal) -> None:
    linked.crm.rows = [by(1, 7)]
    linked.channels.error = SlackFailed(error=error)
    assert await linked.wish(Share("today", FIRST, (Mark(NOW, 1),))) == NotShared(refusal, "C1")


async def test_a_share_that_may_have_been_posted_is_a_failure(linked: Desk) -> None:
    linked.crm.rows = [by(1, 7)]
    linked.channels.error = SlackFailed(error="internal_error", in_doubt=True)
    failed = await linked.wish(Share("today", FIRST, (Mark(NOW, 1),)))
    assert isinstance(failed, Failed)
    assert failed.code == "post-uncertain"


async def test_somebody_elses_button(linked: Desk) -> None:
    assert await linked.wish(PressAnothers()) == NotYours()


async def test_it_says_once_that_it_takes_longer(linked: Desk) -> None:
    await linked.commands.take(request(Ask("today")))
    await linked.runner.all_late()
    (note, _, first), (answer, _, replaces) = linked.messenger.said
    assert note == StillAsking("today")
    assert isinstance(answer, ActivityAnswer)
    assert (first, replaces) == (False, True), "the answer takes the note's place"


async def test_it_says_so_also_while_superoffice_is_asked(linked: Desk) -> None:
    linked.crm.delay = 0.01
    await linked.commands.take(request(Ask("today")))
    (answer,), (note,) = linked.runner.jobs, linked.runner.timers
    await asyncio.gather(answer(), note())
    assert [type(said[0]) for said in linked.messenger.said] == [StillAsking, ActivityAnswer]


async def test_the_note_never_comes_after_the_answer(linked: Desk) -> None:
    await linked.commands.take(request(Ask("today")))
    (answer,), (note,) = linked.runner.jobs, linked.runner.timers
    await answer()
    assert not linked.runner.timers, "it is called off"
    await note()
    assert [type(said[0]) for said in linked.messenger.said] == [ActivityAnswer]


async def test_what_asks_nothing_of_superoffice_has_no_note(linked: Desk) -> None:
    await linked.commands.take(request(Ask("help")))
    assert not linked.runner.timers


@pytest.mark.parametrize("replaces", [True, False])
async def test_after_a_press_the_note_stands_beside(linked: Desk, replaces: bool) -> None:
    pressed = replace(request(Ask("today", Page(10))), pressed=True, replace=replaces)
    await linked.commands.take(pressed)
    await linked.runner.all_late()
    (note, _, first), (_, _, then) = linked.messenger.said
    assert note == StillAsking("", replaces)
    assert (first, then) == (False, replaces), "the page may be replaced, and nothing else"


async def test_a_busy_queue_is_said_to_a_press_that_replaces_nothing(desk: Desk) -> None:
    desk.runner.full = True
    assert await desk.commands.take(request(AskWhyHidden("today", FIRST))) is None
    await desk.runner.jobs.pop()()
    assert desk.messenger.said[-1][0] == Busy()


async def test_filters_that_say_nothing_change_nothing() -> None:
    assert EVERYTHING.over(EVERYTHING) == EVERYTHING
