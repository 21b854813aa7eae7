"""Ways to get two digests, to lose one, or to stop the bot, that were open once."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.core.activity import Action
from bot.core.digest import QUIET_AFTER, WhenEmpty
from bot.core.errors import SlackFailed
from bot.core.filters import Filter
from bot.core.people import Link, SlackUser
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.slots import next_due
from bot.core.subscription import Outcome, Skipped, State, Subscription
from bot.runner import QueueRunner
from tests.mortal import Killed
from tests.services.digests.conftest import ME, MONDAY, OSLO, Rig
from tests.services.posts import Posts


async def test_a_slot_that_is_over_behind_one_in_doubt_does_not_stop_the_loop(rig: Rig) -> None:
    """It was taken up again and again without a pause."""
    await rig.subscribe(time(8), time(8, 1), time(8, 2))
    row = rig.crm.happen(1)
    rig.posts.fates = ["lost"]
    await rig.at(8)
    await rig.at(8, 1)
    rig.posts.look_fails = SlackFailed(error="ratelimited", passing=True)
    async with asyncio.timeout(60):
        for minute in range(2, 8):
            await rig.at(8, minute)
    rig.posts.look_fails = None
    await rig.later(minutes=20)
    await rig.later(minutes=1)
    assert rig.posts.told == [row]
    assert [outcome for outcome, _ in await rig.outcomes()] == [
        Outcome.POSTED,
        Outcome.SKIPPED,
        Outcome.SKIPPED,
    ]


async def test_who_snoozes_is_not_told_what_was_waiting(rig: Rig) -> None:
    subscription = await rig.subscribe()
    row = rig.crm.happen(1)
    rig.posts.fates = ["later"]
    await rig.at(8)
    now = rig.clock.now()
    snoozed = replace(subscription, snoozed_until=now + timedelta(days=1))
    await rig.store.subscriptions.put(snoozed, next_due(snoozed.schedule, OSLO, now))
    await rig.later(minutes=5)
    assert await rig.outcomes() == [(Outcome.SKIPPED, Skipped.SNOOZED)]
    await rig.at(8, days=2)
    assert rig.posts.told == [row]


async def test_a_clock_that_is_put_forward_does_not_make_slack_faster(rig: Rig) -> None:
    """Killed after Slack took it; then the clock is put right; Slack shows it half a minute later."""
    await rig.subscribe()
    row = rig.crm.happen(1)
    rig.posts.after = [Killed()]
    with pytest.raises(BaseExceptionGroup):
        await rig.at(8)
    rig.step(minutes=10)
    await rig.later(seconds=5)
    await rig.later(seconds=61)
    assert rig.posts.told == [row]
    assert await rig.outcomes() == [(Outcome.POSTED, "")]


async def test_a_clock_that_was_fast_finds_the_message_all_the_same(rig: Rig) -> None:
    """The message seems to be from long before its attempt."""
    await rig.subscribe()
    row = rig.crm.happen(1)
    rig.step(hours=3)
    rig.posts.after = [Killed()]
    with pytest.raises(BaseExceptionGroup):
        await rig.at(8)
    rig.step(hours=-3)
    await rig.later(hours=4)
    await rig.later(minutes=2)
    assert rig.posts.told == [row]


async def test_a_clock_that_was_a_year_ahead_does_not_silence_it(rig: Rig) -> None:
    await rig.subscribe()
    rig.crm.happen(1)
    rig.step(days=365)
    await rig.go()
    rig.step(days=-365)
    await rig.go()
    row = rig.crm.happen(2)
    await rig.at(8)
    assert row in rig.posts.told
    today = [row for row in await rig.rows() if row.due_at < MONDAY + timedelta(days=1)]
    assert [row.outcome for row in today] == [Outcome.POSTED]


async def test_the_top_ones_are_not_more_after_an_interruption(rig: Rig) -> None:
    await rig.subscribe(filter=Filter(top=20))
    for company in range(1, 41):
        rig.crm.happen(company)
    rig.posts.fates = ["ok", "later"]
    await rig.at(8)
    await rig.later(minutes=5)
    assert len(rig.posts.told) == 20


async def test_who_stops_it_while_it_waits_for_slack_gets_none(rig: Rig) -> None:
    subscription = await rig.subscribe()
    rig.crm.happen(1)

    async def stop() -> None:
        await rig.store.subscriptions.put(replace(subscription, state=State.OFF), None)

    rig.posts.meanwhile = stop
    await rig.at(8)
    assert rig.posts.posts == []
    assert await rig.outcomes() == [(Outcome.SKIPPED, Skipped.OFF)]


async def test_what_waited_long_for_slack_is_asked_for_again(rig: Rig) -> None:
    """It takes its turn at Slack only once for that."""
    await rig.subscribe()
    rig.crm.happen(1)

    async def wait() -> None:
        rig.clock.time += timedelta(minutes=1)

    rig.posts.meanwhile = wait
    await rig.at(8)
    assert rig.posts.waits == 1
    assert len(rig.crm.asked) == 2
    assert await rig.outcomes() == [(Outcome.POSTED, "")]


async def test_who_went_quiet_is_told_once_though_it_is_killed_after_the_message(rig: Rig) -> None:
    """It also left an empty message in the thread."""
    quiet = rig.crm.happen(9, Action.UPDATED, MONDAY - QUIET_AFTER + timedelta(days=1))
    await rig.subscribe()
    rig.crm.happen(1)
    await rig.at(8)
    rig.crm.happen(2, at=MONDAY + timedelta(days=7))
    rig.posts.after = [Killed()]
    with pytest.raises(BaseExceptionGroup):
        await rig.at(8, days=7)
    await rig.later(minutes=10)
    await rig.at(8, days=1)
    named = [
        row.company_id
        for post in rig.posts.posts
        if (digest := getattr(post.message, "digest", None)) and digest.quiet
        for row in digest.quiet.companies
    ]
    assert named == [quiet.company_id]
    assert len(rig.posts.posts) == 2


@pytest.mark.sqlite  # which comes as far as it can in so many turns of the loop
async def test_a_digest_that_waits_for_slack_keeps_no_worker_from_the_next_ones(rig: Rig) -> None:
    """The wave that it belonged to had sent its other workers home."""
    await rig.subscribe(time(8))
    other = SlackUser("T1", "U2")
    now = rig.clock.now()
    await rig.store.links.put(Link(other, "onsite", ME, now, now, Secret("ticket")))
    schedule = Schedule.at(time(8, 1))
    new = Subscription(0, other, schedule, OSLO, since=now, considered_until=now, quiet_looked_at=now)
    later = replace(new, when_empty=WhenEmpty.NOTE)
    await rig.store.subscriptions.put(later, next_due(schedule, OSLO, now))
    rig.crm.happen(1)
    never = asyncio.Event()
    waves, posts = rig.made.waves, rig.posts
    posts.meanwhile = lambda: _first(posts, never)
    async with QueueRunner(4, 4, grace=0) as runner:
        waves._runner = runner
        for minute in (0, 1):
            rig.clock.time = MONDAY + timedelta(hours=7, minutes=minute)
            await waves.tick()
            for _ in range(100):  # as far as they come
                await asyncio.sleep(0)
    assert [post.place.channel for post in posts.posts] == ["U2"]


async def _first(posts: Posts, never: asyncio.Event) -> None:
    """The first one waits for ever."""
    if posts.waits == 1:
        await never.wait()


@pytest.mark.parametrize("days", [2, 42])
async def test_a_clock_that_was_days_ahead_finds_the_message_once_it_is_right(rig: Rig, days: int) -> None:
    """It was looked for when the clock of its attempt came round: further back than that."""
    await rig.subscribe()
    row = rig.crm.happen(1)
    rig.step(days=days)
    rig.posts.after = [Killed()]
    with pytest.raises(BaseExceptionGroup):
        await rig.at(8)
    rig.step(days=-days)
    await rig.later(minutes=10)
    await rig.later(minutes=10)
    for _ in range(days + 2):
        await rig.at(9, days=1)
    assert rig.posts.told == [row]


async def test_a_slot_that_a_fast_clock_took_up_waits_for_its_time(rig: Rig) -> None:
    await rig.subscribe()
    rig.crm.happen(1)
    rig.posts.fates = ["later"]
    rig.step(hours=7)
    await rig.go()
    rig.step(hours=-7)
    await rig.later(hours=5)
    assert rig.posts.posts == []
    await rig.at(8, 1)
    await rig.at(8, 10)
    (post,) = rig.posts.posts
    assert post.at >= MONDAY + timedelta(hours=7)
