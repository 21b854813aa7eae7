"""A channel's digest: everybody who joined is asked; whose view is missing is said, and told later."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.core.audience import Channel
from bot.core.channeldigest import NARROWED, ChannelSettings, Layout, Narrowing
from bot.core.digest import CauseKind, WhenEmpty
from bot.core.errors import CrmTimedOut, CrmUnreachable, TicketRefused
from bot.core.filters import Filter
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import Reader, Reply, TeamPart
from bot.core.replies.digests import DigestPaused
from bot.core.secret import Secret
from bot.core.subscription import Outcome, Skipped, State
from bot.core.teamdigest import TeamDigest
from bot.services.digests import teams
from bot.services.digests.composed import reader_of
from bot.services.ports import ActivityQuery, Place, Posted, PostKey, Snapshot
from tests.mortal import Killed
from tests.services.digests.conftest import MONDAY, USER, Rig
from tests.sqlite import connection

DEAD = TicketRefused(tenant="onsite", code="")
DOWN = CrmTimedOut(tenant="onsite", seconds=25)
FLAT = ChannelSettings(layout=Layout.FLAT)


def last(rig: Rig) -> TeamDigest:
    """The digest that was posted last."""
    message = rig.posts.posts[-1].message
    assert isinstance(message, TeamPart)
    return message.digest


def missing(rig: Rig) -> dict[str, str]:
    """Whose views are missing of it, and why."""
    return {each.user.user: each.reason for each in last(rig).missing}


async def test_a_company_that_several_see_is_told_once_and_to_all_of_them(rig: Rig) -> None:
    await rig.team("Kari", "Ola")
    rig.crm.sees = {"Kari": {1, 2}, "Ola": {2, 3}}
    rows = {rig.crm.happen(company) for company in (1, 2, 3, 4)}
    await rig.at(8)
    assert {each for each in rig.posts.told if each.company_id == 4} == set()
    assert sorted(rig.posts.told) == sorted(row for row in rows if row.company_id != 4)
    seen = {entry.company.id: entry.seen_by for entry in last(rig).entries}
    assert seen == {1: ("Kari Dahl",), 2: ("Kari Dahl", "Ola Dahl"), 3: ("Ola Dahl",)}
    assert [post.place for post in rig.posts.posts] == [Place("T1", "C1"), Place("T1", "DC1", "1")]
    assert await rig.outcomes() == [(Outcome.POSTED, "")]
    (row,) = await rig.rows()
    assert (row.rows, row.part) == (3, 2)
    await rig.at(8, days=1)
    assert await rig.outcomes() == [(Outcome.POSTED, ""), (Outcome.SKIPPED, Skipped.NOTHING)]


async def test_what_was_told_through_one_is_not_told_through_another_who_joins(rig: Rig) -> None:
    subscription = await rig.team("Kari", team=FLAT)
    row = rig.crm.happen(1)
    await rig.at(8)
    await rig.join(subscription, "Ola")
    other = rig.crm.happen(2)
    await rig.at(8, days=1)
    assert rig.posts.told == [row, other]


async def test_who_cannot_be_had_is_said_to_be_missing_and_what_they_owe_comes_next(rig: Rig) -> None:
    await rig.team("Kari", "Ola", "Per", team=FLAT)
    rig.crm.sees = {"Kari": {1}, "Ola": {2}, "Per": {3}}
    one, two = rig.crm.happen(1), rig.crm.happen(2)
    rig.crm.errors = {"Ola": DOWN}
    await rig.at(8)
    assert rig.posts.told == [one]
    assert missing(rig) == {"Ola": "crm-timed-out"}
    assert last(rig).missing[0].name == "Ola Dahl"
    rig.crm.errors = {}
    three = rig.crm.happen(3)
    await rig.at(8, days=1)
    assert set(rig.posts.told) == {one, two, three}
    assert {entry.company.id: entry.is_late for entry in last(rig).entries} == {2: True, 3: False}
    assert last(rig).reaches_back is not None
    assert missing(rig) == {}


async def test_what_somebody_else_saw_of_it_is_not_told_again_once_they_can_be_had(rig: Rig) -> None:
    await rig.team("Kari", "Ola", team=FLAT)
    row = rig.crm.happen(1)
    rig.crm.errors = {"Ola": DOWN}
    await rig.at(8)
    rig.crm.errors = {}
    await rig.at(8, days=1)
    assert rig.posts.told == [row]


async def test_below_the_quorum_it_waits_and_goes_out_once_enough_can_be_had(rig: Rig) -> None:
    await rig.team("Kari", "Ola", "Per", team=ChannelSettings(layout=Layout.FLAT, quorum=60))
    row = rig.crm.happen(1)
    rig.crm.errors = {"Ola": DOWN, "Per": DOWN}
    await rig.at(8)
    assert await rig.outcomes() == [(Outcome.CLAIMED, "crm-timed-out")]
    assert rig.posts.posts == []
    rig.crm.errors = {"Per": DOWN}
    await rig.later(minutes=20)
    assert rig.posts.told == [row]
    assert missing(rig) == {"Per": "crm-timed-out"}
    assert CauseKind.CRM in [cause.kind for cause in last(rig).causes]


async def test_at_the_end_of_its_slot_it_goes_out_with_what_is_there(rig: Rig) -> None:
    await rig.team("Kari", "Ola", team=ChannelSettings(layout=Layout.FLAT, quorum=100))
    row = rig.crm.happen(1)
    rig.crm.errors = {"Ola": DOWN}
    await rig.at(8)
    for _ in range(48):
        await rig.later(minutes=5)
    assert rig.posts.told == [row]
    (post,) = rig.posts.posts
    assert timedelta(hours=3, minutes=45) < post.at - (await rig.rows())[0].due_at < timedelta(hours=4)
    assert await rig.outcomes() == [(Outcome.POSTED, "")]


async def test_where_nobody_answers_it_fails_and_the_next_tells_it(rig: Rig) -> None:
    await rig.team("Kari", "Ola", team=FLAT)
    row = rig.crm.happen(1)
    rig.crm.errors = {"Ola": DOWN, "Kari": CrmUnreachable(tenant="onsite", reason="refused")}
    await rig.at(8)
    for _ in range(50):
        await rig.later(minutes=5)
    assert rig.posts.posts == []
    assert [outcome for outcome, _ in await rig.outcomes()] == [Outcome.FAILED]
    rig.crm.errors = {}
    await rig.at(8, days=1)
    assert rig.posts.told == [row]


async def test_somebody_who_leaves_is_not_told_of_and_the_digest_says_that_a_view_is_gone(rig: Rig) -> None:
    subscription = await rig.team("Kari", "Ola", team=FLAT)
    rig.crm.sees = {"Kari": {1}, "Ola": {2}}
    one = rig.crm.happen(1)
    rig.crm.happen(2)
    left = rig.clock.now()
    await rig.store.participants.leave(subscription.id, SlackUser("T1", "Ola"), left, "left")
    await rig.at(8)
    assert rig.posts.told == [one]
    assert [each.reason for each in last(rig).drop_outs] == ["left"]
    rig.crm.happen(1)
    await rig.at(8, days=1)
    assert last(rig).drop_outs == (), "said once"


@pytest.mark.parametrize("asked", ["whether it may be posted", "who reads the channel"])
async def test_whoever_leaves_while_it_waits_for_slack_is_not_told_of(rig: Rig, asked: str) -> None:
    subscription = await rig.team("Kari", "Ola", team=FLAT)
    rig.crm.sees = {"Kari": {1}, "Ola": {2}}
    one = rig.crm.happen(1)
    rig.crm.happen(2)
    ola, ready, look = SlackUser("T1", "Ola"), rig.posts.ready, rig.channels.look

    async def leave() -> None:
        await rig.store.participants.leave(subscription.id, ola, rig.clock.now(), "left")

    async def ready_after_they_left(place: Place) -> None:
        await ready(place)
        await leave()

    async def looked_at_after_they_left(place: SlackChannel) -> Channel:
        await leave()
        return await look(place)

    if asked == "whether it may be posted":
        rig.posts.ready = ready_after_they_left  # type: ignore[method-assign]
    else:
        rig.channels.look = looked_at_after_they_left  # type: ignore[method-assign]
    await rig.at(8)
    assert rig.posts.told == [one]
    assert [each.reason for each in last(rig).drop_outs] == ["left"]


async def test_when_all_leave_after_the_headline_it_ends_as_posted(rig: Rig) -> None:
    subscription = await rig.team("Kari")
    rig.crm.happen(1)
    rig.posts.fates = ["ok", "later"]
    await rig.at(8)
    await rig.store.participants.leave(subscription.id, SlackUser("T1", "Kari"), MONDAY, "left")
    await rig.later(minutes=5)
    assert [outcome for outcome, _ in await rig.outcomes()] == [Outcome.POSTED]
    assert rig.posts.told == []


async def test_to_ask_many_takes_longer_than_a_lease_and_nobody_takes_it_over(rig: Rig) -> None:
    names = [f"U{number}" for number in range(80)]
    await rig.team(*names)
    rig.crm.happen(1)
    ask, taken = rig.crm.activities, list[object]()

    async def ask_slowly(ticket: Secret, query: ActivityQuery) -> Snapshot:
        rig.clock.time += timedelta(seconds=10)
        taken.extend(await rig.store.ledger.take("T1", rig.clock.now(), 9))
        return await ask(ticket, query)

    rig.crm.activities = ask_slowly  # type: ignore[method-assign]
    await rig.at(8)
    assert taken == []
    (row,) = await rig.rows()
    assert (row.outcome, row.tries) == (Outcome.POSTED, 1)
    assert rig.clock.now() - row.due_at > timedelta(minutes=13)


async def test_whoever_signs_in_again_wakes_what_waits_for_them(rig: Rig) -> None:
    subscription = await rig.team("Kari", "Ola", team=ChannelSettings(layout=Layout.FLAT, quorum=100))
    row = rig.crm.happen(1)
    rig.crm.errors = {"Ola": DEAD}
    await rig.at(8)
    assert await rig.outcomes() == [(Outcome.CLAIMED, "sign-in-over")]
    rig.crm.errors = {}
    await rig.link("Ola")
    await rig.made.settings.linked(SlackUser("T1", "Ola"), reader_of(subscription))
    await rig.go()
    assert rig.posts.told == [row]


async def test_when_the_last_one_left_it_says_so_once_and_falls_silent(rig: Rig) -> None:
    subscription = await rig.team("Kari")
    await rig.store.participants.leave(subscription.id, SlackUser("T1", "Kari"), MONDAY, "left")
    await rig.at(8)
    (post,) = rig.posts.posts
    assert post.entries == ()
    assert last(rig).views == 0
    await rig.at(8, days=1)
    assert len(rig.posts.posts) == 1
    assert await rig.outcomes() == [(Outcome.POSTED, ""), (Outcome.SKIPPED, Skipped.NOBODY)]


async def test_what_is_not_shared_is_neither_told_nor_asked_for(rig: Rig) -> None:
    subscription = await rig.team(team=FLAT)
    await rig.join(subscription, "Kari", Narrowing(never=frozenset({2})))
    rows = [rig.crm.happen(company) for company in (1, 2)]
    await rig.at(8)
    assert rig.posts.told == [rows[0]]
    assert last(rig).withheld == 1
    await rig.join(subscription, "Ola")
    rig.crm.happen(1)
    await rig.at(8, days=1)
    assert rows[1] in rig.posts.told, "another may share what one did not"


async def test_a_narrowing_to_what_is_no_more_stops_nobody_elses_digest(rig: Rig) -> None:
    """It is for whoever shares to change; the digest's own filter works."""
    subscription = await rig.team()
    await rig.join(subscription, "Kari", Narrowing(only=Filter(categories=("Gone",))))
    rig.crm.happen(1)
    await rig.at(8)
    found = await rig.store.subscriptions.get(subscription.id)
    assert found
    assert (found.state, rig.messenger.told) == (State.ON, [])
    await rig.join(subscription, "Lars")
    await rig.later(minutes=1)
    assert missing(rig) == {"Kari": "bad-command"}
    assert rig.posts.told


async def test_where_all_narrowed_theirs_to_what_is_no_more_it_is_paused_as_its_slot_ends(rig: Rig) -> None:
    """Nothing would ever come, and nobody hear of it."""
    subscription = await rig.team()
    await rig.join(subscription, "Kari", Narrowing(only=Filter(categories=("Gone",))))
    rig.crm.happen(1)
    await rig.at(8)
    for _ in range(2):
        await rig.later(hours=4)
    assert await rig.outcomes() == [(Outcome.FAILED, "bad-command")]
    assert rig.messenger.told == [(subscription.owner, DigestPaused(NARROWED, "C1"))]
    found = await rig.store.subscriptions.get(subscription.id)
    assert found
    assert found.state is State.PAUSED


async def test_a_digest_that_waited_for_somebody_to_share_something_else_was_not_off(rig: Rig) -> None:
    subscription = await rig.team()
    await rig.join(subscription, "Kari", Narrowing(only=Filter(categories=("Gone",))))
    row = rig.crm.happen(1)
    await rig.at(8)
    await rig.later(hours=1)
    await rig.store.participants.narrow(subscription.id, SlackUser("T1", "Kari"), Narrowing())
    await rig.later(hours=1)
    assert rig.posts.told == [row]
    assert [cause.kind for cause in last(rig).causes] == [CauseKind.FIRST, CauseKind.FILTERS]


@pytest.mark.sqlite
async def test_a_narrowing_that_cannot_be_read_shares_nothing(rig: Rig) -> None:
    subscription = await rig.team("Ola", team=FLAT)
    await rig.join(subscription, "Kari", Narrowing(never=frozenset({2})))
    connection(rig.store).execute("UPDATE participants SET sealed_narrowing = x'00' WHERE user = 'Kari'")
    rig.crm.sees = {"Kari": {1}, "Ola": {2}}
    rig.crm.happen(1)
    two = rig.crm.happen(2)
    await rig.at(8)
    assert rig.posts.told == [two]
    assert missing(rig) == {"Kari": "seal-broken"}


async def test_a_thread_that_was_cut_short_goes_on_where_it_was(rig: Rig) -> None:
    await rig.team("Kari")
    rows = {rig.crm.happen(company) for company in range(1, 121)}
    rig.posts.fates = ["ok", "ok", "later"]
    await rig.at(8)
    assert len(rig.posts.told) == 50
    await rig.later(minutes=5)
    assert len(rig.posts.told) == 120
    assert set(rig.posts.told) == rows
    assert [post.place.thread for post in rig.posts.posts] == ["", "1", "1", "1"]
    (row,) = await rig.rows()
    assert (row.outcome, row.part, row.rows) == (Outcome.POSTED, 4, 120)


async def test_a_process_that_is_gone_tells_nothing_twice(rig: Rig) -> None:
    await rig.team("Kari", "Ola")
    row = rig.crm.happen(1)
    rig.posts.after = [Killed()]
    with pytest.raises(BaseExceptionGroup):
        await rig.at(8)
    await rig.later(minutes=6)
    assert rig.posts.told == [row]
    assert [post.key.part for post in rig.posts.posts] == [0, 1]


@pytest.mark.parametrize(
    ("channel", "guests", "reason"),
    [
        (Channel("C1", is_member=True, is_external=True), False, "refused:external"),
        (Channel("C1", is_member=True, is_pending=True), False, "refused:pending"),
        (Channel("C1", is_member=True, is_archived=True), False, "refused:archived"),
        (Channel("C1"), False, "refused:not-invited"),
        (Channel("C1", is_member=True), True, "refused:guests"),
    ],
)
async def test_nothing_is_posted_where_an_outsider_may_read_along(
    rig: Rig, channel: Channel, guests: bool, reason: str
) -> None:
    subscription = await rig.team("Kari")
    row = rig.crm.happen(1)
    rig.channels.channel, rig.channels.guests = channel, guests
    await rig.at(8)
    assert rig.posts.posts == []
    assert await rig.outcomes() == [(Outcome.FAILED, reason)]
    paused = await rig.store.subscriptions.get(subscription.id)
    assert paused
    assert (paused.state, f"refused:{paused.reason}") == (State.PAUSED, reason)
    assert [user for user, _ in rig.messenger.told] == [USER]
    rig.channels.channel, rig.channels.guests = Channel("C1", is_member=True), False
    now = rig.clock.now()
    on = replace(paused, state=State.ON, reason="", considered_until=now)
    await rig.store.subscriptions.put(on, now + timedelta(minutes=1))
    await rig.at(8, days=1)
    assert rig.posts.told == [row], "what was owed comes with the next, which says why"
    assert CauseKind.REFUSED in [cause.kind for cause in last(rig).causes]


async def test_a_channel_that_becomes_external_between_two_messages_gets_no_more(rig: Rig) -> None:
    await rig.team("Kari")
    rig.crm.happen(1)
    post = rig.posts.post

    async def post_then_share(place: Place, message: Reply, reader: Reader, key: PostKey) -> Posted:
        rig.channels.channel = Channel("C1", is_member=True, is_external=True)
        return await post(place, message, reader, key)

    rig.posts.post = post_then_share  # type: ignore[method-assign]
    await rig.at(8)
    assert len(rig.posts.posts) == 1
    assert rig.posts.told == []
    assert await rig.outcomes() == [(Outcome.POSTED, "refused:external")]


async def test_guests_may_read_along_where_an_admin_approved_it(rig: Rig) -> None:
    approved = ChannelSettings(guests_approved_by="UADMIN", guests_approved_at=MONDAY)
    await rig.team("Kari", team=approved)
    row = rig.crm.happen(1)
    rig.channels.guests = True
    await rig.at(8)
    assert rig.posts.told == [row]


async def test_what_each_day_had_is_counted_and_charted(rig: Rig) -> None:
    subscription = await rig.team("Kari", when_empty=WhenEmpty.NOTE)
    await rig.at(8)
    for day in range(9):
        await rig.at(15)
        for company in range(day + 1):
            rig.crm.happen(100 * day + company)
        await rig.at(8, days=1)
    stored = await rig.store.subscriptions.daily_counts(subscription.id, date(2026, 11, 16))
    assert [*stored.values()] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    counts = last(rig).counts
    assert counts[date(2026, 11, 24)] == 9, "with those that this digest tells"
    assert date(2026, 11, 25) not in counts, "today is not over"


async def test_three_hundred_people_forty_of_them_with_dead_tickets(rig: Rig) -> None:
    names = [f"U{number:03}" for number in range(300)]
    dead = names[:40]
    await rig.team(*names)
    rig.crm.sees = {name: {number, 1000} for number, name in enumerate(names)}
    rows = {rig.crm.happen(company) for company in (*range(300), 1000)}
    rig.crm.errors = dict.fromkeys(dead, DEAD)
    await rig.at(8)
    headline = rig.posts.posts[0]
    assert headline.at - (await rig.rows())[0].due_at < timedelta(minutes=1)
    assert await rig.outcomes() == [(Outcome.POSTED, "")]
    assert missing(rig) == dict.fromkeys(dead, "sign-in-over")
    owed = {row for row in rows if row.company_id < len(dead)}
    assert set(rig.posts.told) == rows - owed
    assert len(rig.posts.told) == len(rows - owed)
    assert 1 < rig.crm.most_at_once <= teams.AT_ONCE
    await rig.notices.deliver()
    await rig.at(8, days=1)
    await rig.notices.deliver()
    told = [user.user for user, _ in rig.messenger.told]
    assert sorted(told) == dead, "each once"
    rig.crm.errors = {}
    for name in dead:
        await rig.link(name)
    await rig.at(8, days=1)
    assert set(rig.posts.told) == rows
    assert len(rig.posts.told) == len(rows)
    assert not missing(rig)
