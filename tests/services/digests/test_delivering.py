"""One slot after the other: what is sent, what is owed, and what the ledger says."""

import asyncio
from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

import pytest

from bot.core.digest import CauseKind, News, WhenEmpty
from bot.core.errors import CrmTimedOut, CrmUnreachable, SlackFailed
from bot.core.filters import Filter, SavedFilter
from bot.core.people import Link
from bot.core.replies import Reader
from bot.core.replies.digests import Changed, DigestPart, DigestState
from bot.core.secret import Secret
from bot.core.signin import Ending, Why
from bot.core.subscription import Delivery, Outcome, Skipped, State
from bot.services.digests.waves import AT_ONCE, BATCH
from bot.services.ports import Posted
from bot.slack.blocks import draw
from bot.store.database import DatabaseFailed
from tests.mortal import Killed
from tests.services.digests.conftest import ME, MONDAY, OSLO, USER, Rig
from tests.services.posts import Posts

DOWN = CrmUnreachable(tenant="onsite", reason="refused")


def causes(posts: Posts) -> list[CauseKind]:
    message = posts.posts[-1].message
    assert isinstance(message, DigestPart)
    return [cause.kind for cause in message.digest.causes]


async def test_what_happened_since_the_slot_before_is_told_once(rig: Rig) -> None:
    old = rig.crm.happen(1, at=MONDAY - timedelta(days=5))
    await rig.subscribe()
    new = rig.crm.happen(2)
    await rig.at(8)
    assert rig.posts.told == [new]
    await rig.at(8, days=1)
    assert rig.posts.told == [new]
    assert await rig.outcomes() == [(Outcome.POSTED, ""), (Outcome.SKIPPED, Skipped.NOTHING)]
    later = rig.crm.happen(1)
    again = rig.crm.happen(2)
    await rig.at(8, days=1)
    assert set(rig.posts.told) == {new, later, again}
    assert old not in rig.posts.told
    assert [entry.news for entry in rig.posts.posts[-1].entries] == [News.NEW, News.AGAIN]


async def test_nothing_to_tell_sends_nothing_or_a_line(rig: Rig) -> None:
    await rig.subscribe(when_empty=WhenEmpty.NOTE)
    await rig.at(8)
    (post,) = rig.posts.posts
    assert post.entries == ()
    assert await rig.outcomes() == [(Outcome.POSTED, "")]


async def test_a_superoffice_that_is_down_is_tried_again_within_the_slot(rig: Rig) -> None:
    await rig.subscribe()
    row = rig.crm.happen(1)
    rig.crm.error = DOWN
    await rig.at(8)
    assert await rig.outcomes() == [(Outcome.CLAIMED, "crm-unreachable")]
    rig.crm.error = None
    await rig.at(9)
    assert rig.posts.told == [row]
    assert await rig.outcomes() == [(Outcome.POSTED, "")]
    assert causes(rig.posts) == [CauseKind.FIRST, CauseKind.CRM]


async def test_what_a_failed_slot_owes_comes_with_the_next_which_says_why(rig: Rig) -> None:
    await rig.subscribe()
    await rig.at(8)
    row = rig.crm.happen(1)
    rig.crm.error = CrmTimedOut(tenant="onsite", seconds=25)
    await rig.at(8, days=1)
    for _ in range(20):
        await rig.later(minutes=15)
    rig.crm.error = None
    await rig.at(8, days=1)
    assert rig.posts.told == [row]
    assert [outcome for outcome, _ in await rig.outcomes()] == [
        Outcome.SKIPPED,
        Outcome.FAILED,
        Outcome.POSTED,
    ]
    assert causes(rig.posts) == [CauseKind.CRM]


async def test_a_bot_that_was_down_sends_late_what_is_not_over_and_skips_the_rest(rig: Rig) -> None:
    await rig.subscribe()
    await rig.at(8)
    row = rig.crm.happen(1)
    await rig.at(9, days=3)
    assert rig.posts.told == [row]
    assert await rig.outcomes() == [
        (Outcome.SKIPPED, Skipped.NOTHING),
        (Outcome.SKIPPED, Skipped.LATE),
        (Outcome.SKIPPED, Skipped.LATE),
        (Outcome.POSTED, ""),
    ]
    assert causes(rig.posts) == [CauseKind.LATE]


async def test_a_rate_limit_is_waited_out(rig: Rig) -> None:
    await rig.subscribe()
    row = rig.crm.happen(1)
    rig.posts.fates = ["later"]
    await rig.at(8)
    assert await rig.outcomes() == [(Outcome.CLAIMED, "slack:ratelimited")]
    await rig.later(minutes=2)
    assert rig.posts.told == [row]


async def test_a_refusal_for_good_pauses_the_digest_and_tells_its_owner(rig: Rig) -> None:
    await rig.subscribe()
    rig.crm.happen(1)
    rig.posts.fates = ["refused"]
    await rig.at(8)
    paused = await rig.store.subscriptions.of(USER)
    assert paused is not None
    assert (paused.state, paused.reason) == (State.PAUSED, "account_inactive")
    assert [user for user, _ in rig.messenger.told] == [USER]
    await rig.at(8, days=1)
    assert await rig.outcomes() == [(Outcome.FAILED, "slack:account_inactive")]


async def test_what_is_due_as_a_snooze_ends_comes(rig: Rig) -> None:
    subscription = await rig.subscribe()
    row = rig.crm.happen(1)
    await rig.made.settings.snooze(subscription.whose, "until 08:00")
    shown = await rig.made.settings.show(subscription.whose)
    assert isinstance(shown, DigestState)
    await rig.at(8)
    assert rig.posts.told == [row]
    assert shown.fires[0].at == MONDAY + timedelta(hours=7)


async def test_what_it_filters_by_is_gone_and_it_goes_on_once_that_is_back(rig: Rig) -> None:
    await rig.subscribe(filter=Filter(saved="vip"))
    row = rig.crm.happen(1)
    await rig.at(8)
    assert await rig.outcomes() == [(Outcome.FAILED, "bad-command")]
    ((_, notice),) = rig.messenger.told
    said = draw(notice, Reader(OSLO), "/superoffice").text
    assert "a saved filter or a category is gone" in said
    await rig.store.filters.put(USER, SavedFilter("vip", Filter(not_by=("me",))))
    on = await rig.made.settings.switch(USER, Reader(OSLO), on=True)
    assert isinstance(on, DigestState)
    assert on.changed is Changed.CONTINUED
    await rig.at(8, days=1)
    assert rig.posts.told == [row]
    assert causes(rig.posts) == [CauseKind.FILTERS]


async def test_the_third_refusal_alike_pauses_the_digest_whatever_slack_means_by_it(rig: Rig) -> None:
    """What is owed is refused again each time, and its owner would never hear of it."""
    await rig.subscribe()
    rig.crm.happen(1)
    for days, said in enumerate(("odd", "odder", "odd", "odd")):
        rig.posts.fates = [SlackFailed(error=said)]
        await rig.at(8, days=min(days, 1))
        assert rig.messenger.told == []
    rig.posts.fates = [SlackFailed(error="odd")]
    await rig.at(8, days=1)
    paused = await rig.store.subscriptions.of(USER)
    assert paused is not None
    assert (paused.state, paused.reason) == (State.PAUSED, "odd")
    assert [user for user, _ in rig.messenger.told] == [USER]


async def test_a_reply_that_was_lost_is_looked_for_and_not_sent_twice(rig: Rig) -> None:
    await rig.subscribe()
    row = rig.crm.happen(1)
    rig.posts.fates = ["lost"]
    await rig.at(8)
    await rig.later(seconds=59)
    assert rig.posts.looks == 0
    await rig.later(seconds=2)
    assert rig.posts.told == [row]
    assert await rig.outcomes() == [(Outcome.POSTED, "")]
    (delivery,) = await rig.rows()
    assert (delivery.ts, delivery.rows) == ("1", 1)


async def test_what_never_arrived_is_sent_once_that_is_certain(rig: Rig) -> None:
    await rig.subscribe()
    row = rig.crm.happen(1)
    rig.posts.fates = ["cut"]
    await rig.at(8)
    await rig.later(minutes=2)
    assert rig.posts.told == [row]


async def test_without_the_right_to_look_it_is_uncertain_and_repeated_in_the_next(rig: Rig) -> None:
    await rig.subscribe()
    row = rig.crm.happen(1)
    rig.posts.fates, rig.posts.may_look = ["cut"], False
    await rig.at(8)
    await rig.later(minutes=2)
    assert await rig.outcomes() == [(Outcome.UNCERTAIN, "missing-scope")]
    new = rig.crm.happen(2)
    rig.posts.fates = ["later"]  # the mark survives an attempt that came to nothing
    await rig.at(8, days=1)
    await rig.later(minutes=5)
    assert {entry.activity.company_id: entry.news for entry in rig.posts.posts[-1].entries} == {
        1: News.REPEATED,
        2: News.NEW,
    }
    assert rig.posts.told == [new, row]
    assert causes(rig.posts)[:1] == [CauseKind.UNCERTAIN]
    await rig.at(8, days=1)
    assert len(rig.posts.posts) == 1


async def test_long_ones_follow_in_the_thread_and_go_on_where_they_were_cut(rig: Rig) -> None:
    await rig.subscribe()
    rows = {rig.crm.happen(company) for company in range(1, 41)}
    rig.posts.fates = ["ok", "later"]
    await rig.at(8)
    assert len(rig.posts.told) == 20
    late = rig.crm.happen(50)
    await rig.later(minutes=5)
    assert sorted(rig.posts.told) == sorted(rows | {late})
    assert [post.place.thread for post in rig.posts.posts] == ["", "1"]
    assert [post.key.part for post in rig.posts.posts] == [0, 1]
    (delivery,) = await rig.rows()
    assert (delivery.outcome, delivery.part, delivery.rows) == (Outcome.POSTED, 2, 41)


async def test_a_sign_in_that_is_over_waits_for_the_slot_then_owes(rig: Rig) -> None:
    subscription = await rig.subscribe()
    row = rig.crm.happen(1)
    await rig.store.sign_ins.end(USER, Ending(MONDAY, Why.REFUSED), told=True)
    await rig.at(8)
    assert await rig.outcomes() == [(Outcome.CLAIMED, "sign-in-over")]
    now = rig.clock.now()
    await rig.store.links.put(Link(USER, "onsite", ME, now, now, Secret("ticket")))
    await rig.store.ledger.wake(subscription.id, rig.clock.now())
    await rig.go()
    assert rig.posts.told == [row]


async def test_a_snooze_skips_and_is_followed_by_one_catch_up(rig: Rig) -> None:
    await rig.subscribe(snoozed_until=MONDAY + timedelta(days=3))
    row = rig.crm.happen(1)
    for _ in range(3):
        await rig.at(8)
        await rig.at(0, days=1)
    assert rig.posts.posts == []
    other = rig.crm.happen(2)
    await rig.at(8)
    assert set(rig.posts.told) == {row, other}
    assert [reason for _, reason in await rig.outcomes()] == ["snoozed", "snoozed", "snoozed", ""]


async def test_a_process_that_is_gone_is_taken_over_when_its_lease_is_over(rig: Rig) -> None:
    await rig.subscribe()
    row = rig.crm.happen(1)
    rig.posts.fates = [Killed()]
    with pytest.raises(BaseExceptionGroup):
        await rig.at(8)
    await rig.later(seconds=30)
    assert rig.posts.told == []
    await rig.later(minutes=5)
    assert rig.posts.told == [row]


async def test_a_database_that_fails_one_cuts_off_no_message_of_the_others(rig: Rig) -> None:
    """Without the right to look, nobody could say whether Slack posted what it was told."""
    rig.posts.may_look = False
    for number in range(BATCH + 1):
        await rig.personal(f"U{number}")
    rig.crm.happen(1)
    last, failed = BATCH - AT_ONCE + 1, asyncio.Event()
    post, take = rig.posts.post, rig.store.ledger.take

    async def in_the_middle(*message: Any) -> Posted:
        posted = await post(*message)
        if last < len(rig.posts.posts) <= BATCH:
            await failed.wait()
        return posted

    async def once_in_vain(*now: Any) -> Sequence[Delivery]:
        if rig.posts.posts and not failed.is_set():
            failed.set()
            raise DatabaseFailed("OperationalError")
        return await take(*now)

    rig.posts.post = in_the_middle  # type: ignore[method-assign,assignment]
    rig.store.ledger.take = once_in_vain  # type: ignore[method-assign,assignment]
    for minutes in (60 * 7, 2, 2, 2):
        await rig.later(minutes=minutes)
    assert len(rig.posts.posts) == BATCH + 1
    for number in range(BATCH + 1):
        (row,) = await rig.store.ledger.latest(number + 1, 2)
        assert row.outcome is Outcome.POSTED


async def test_two_times_a_day_are_two_slots(rig: Rig) -> None:
    await rig.subscribe(time(8), time(16))
    rig.crm.happen(1)
    await rig.at(8)
    rig.crm.happen(1)
    await rig.at(16)
    rows = await rig.rows()
    assert [(row.slot.id, row.rows) for row in rows] == [(1, 1), (2, 1)]


async def test_quiet_companies_are_told_once_a_week_and_never_alone_in_a_thread(rig: Rig) -> None:
    rig.crm.happen(1, at=MONDAY - timedelta(days=57))
    await rig.subscribe()
    rig.posts.after = [Killed()]
    await rig.at(8, days=5)  # the sixtieth day without a word is over in a look of the first week
    quiet = [post for post in rig.posts.posts if post.message.digest.quiet]  # type: ignore[union-attr]
    assert quiet == []
    with pytest.raises(BaseExceptionGroup):
        await rig.at(8, days=3)
    await rig.later(minutes=6)
    (post,) = rig.posts.posts
    assert isinstance(post.message, DigestPart)
    assert post.message.digest.quiet is not None
    assert [row.company_id for row in post.message.digest.quiet.companies] == [1]
    assert (await rig.outcomes())[-1] == (Outcome.POSTED, "")
