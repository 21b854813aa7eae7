"""Keeping tickets alive: who is asked for when, what a refusal means, who is told what, and how often."""

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from bot.core.errors import (
    CrmFailed,
    CrmTimedOut,
    CrmTooBusy,
    CrmUnreachable,
    SignInOver,
    SlackFailed,
    TicketRefused,
)
from bot.core.people import Link, SlackUser
from bot.core.replies import ActivityAnswer, LinkOffer, Me, SignInEnded, TenantTrouble
from bot.core.requests import LinkAgain
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.signin import ONSITE_TICKET_LIFE, Ending, KeepAlivePolicy, Why
from bot.core.subscription import State, Subscription
from tests.conftest import NOW
from tests.services.conftest import ADMIN, ME, OSLO, USER, Desk

HOUR = timedelta(hours=1)
TWO = KeepAlivePolicy().interval


async def link(desk: Desk, *names: str, used_at: datetime = NOW) -> list[SlackUser]:
    """Link users whose tickets are called as they are."""
    users = [SlackUser("T1", name) for name in names]
    for user in users:
        link = Link(user, "onsite", ME, used_at, used_at, Secret(user.user), keep_at=used_at + TWO)
        await desk.store.links.put(link)
    return users


async def state(desk: Desk, user: SlackUser) -> Link:
    found = await desk.store.links.get(user)
    assert found
    return found


def told(desk: Desk) -> list[str]:
    """Who was told that their sign-in is over."""
    return [user.user for user, notice in desk.messenger.told if isinstance(notice, SignInEnded)]


async def test_a_ticket_is_used_when_it_is_due_and_not_before(desk: Desk) -> None:
    (user,) = await link(desk, "U1")
    await desk.keep_alive.tick("onsite")
    assert desk.crm.probes == []
    desk.clock.move(hours=2)
    await desk.keep_alive.tick("onsite")
    await desk.keep_alive.tick("onsite")
    assert desk.crm.probes == ["U1"]
    kept = await state(desk, user)
    assert (kept.used_at, kept.keep_at) == (NOW + TWO, NOW + 2 * TWO)
    assert kept.asked_at is None


async def test_what_the_user_asks_keeps_it_alive_as_well(desk: Desk) -> None:
    (user,) = await link(desk, USER.user)
    desk.clock.move(hours=1.5)
    assert isinstance(await desk.ask("today"), ActivityAnswer)
    desk.clock.move(hours=1)
    await desk.keep_alive.tick("onsite")
    assert desk.crm.probes == []
    assert (await state(desk, user)).asked_at == NOW + 1.5 * HOUR


async def test_what_is_asked_within_a_minute_is_noted_once(desk: Desk) -> None:
    (user,) = await link(desk, USER.user)
    desk.clock.move(hours=1)
    await desk.store.sign_ins.used(user, "onsite", desk.clock.now(), desk.clock.now(), asked=False)
    for seconds, noted in ((1, 1), (58, 1), (2, 61)):
        desk.clock.move(seconds=seconds)
        assert isinstance(await desk.ask("today"), ActivityAnswer)
        at = NOW + HOUR + timedelta(seconds=noted)
        kept = await state(desk, user)
        assert (kept.asked_at, kept.used_at) == (at, at), "a use that nobody asked for is none"


async def test_not_more_at_once_than_set(desk: Desk) -> None:
    await link(desk, *(f"U{n}" for n in range(50)))
    desk.clock.move(hours=2)
    running = peak = 0

    async def slowly(ticket: Secret) -> object:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0)
        running -= 1
        return ME

    desk.crm.me = slowly  # type: ignore[method-assign,assignment]
    await desk.keep_alive.tick("onsite")
    assert peak == KeepAlivePolicy().at_once
    assert await desk.store.sign_ins.due("onsite", desk.clock.now(), NOW - HOUR, 100) == []


async def test_who_asks_for_nothing_is_let_go_without_a_word(desk: Desk) -> None:
    idle, busy = await link(desk, "UIDLE", "UBUSY")
    desk.clock.move(days=31)
    await desk.store.sign_ins.used(busy, "onsite", desk.clock.now(), desk.clock.now(), asked=True)
    await desk.keep_alive.tick("onsite")
    assert desk.crm.probes == ["UBUSY"]
    assert desk.messenger.told == []
    assert (await state(desk, idle)).ending == Ending(desk.clock.now(), Why.LET_GO)
    assert (await state(desk, busy)).ending is None
    (over, _) = await desk.store.sign_ins.all()
    assert (over.user, over.told) == (idle, "silent")


async def test_a_digest_keeps_a_ticket_alive_though_nothing_is_asked(desk: Desk) -> None:
    users = await link(desk, "UON", "UOFF")
    for user, digest in zip(users, (State.ON, State.OFF), strict=True):
        subscription = Subscription(0, user, Schedule.at(time(8)), OSLO, state=digest)
        await desk.store.subscriptions.put(replace(subscription, since=NOW, considered_until=NOW), NOW)
    desk.clock.move(days=31)
    await desk.keep_alive.tick("onsite")
    assert desk.crm.probes == ["UON"]
    assert [(await state(desk, user)).ending is None for user in users] == [True, False]


async def test_who_was_let_go_hears_why_when_they_ask(desk: Desk) -> None:
    await link(desk, USER.user, "UOTHER")
    desk.clock.move(days=31)
    await desk.keep_alive.tick("onsite")
    offer = await desk.ask("today")
    assert isinstance(offer, LinkOffer)
    assert offer.ended is Why.LET_GO
    assert [*desk.crm.asked, *desk.crm.probes] == [], "what is dead is not tried"


async def test_who_asks_within_the_last_hours_of_a_ticket_is_kept(desk: Desk) -> None:
    (user,) = await link(desk, USER.user)
    desk.clock.move(days=29, hours=23)
    await desk.store.sign_ins.used(user, "onsite", desk.clock.now(), desk.clock.now(), asked=False)
    desk.clock.move(hours=5)
    await desk.keep_alive.tick("onsite")
    assert desk.crm.probes == []
    assert isinstance(await desk.ask("today"), ActivityAnswer)
    desk.clock.move(hours=3)
    await desk.keep_alive.tick("onsite")
    assert desk.crm.probes == [USER.user]


@pytest.mark.parametrize("unused", [True, False])
async def test_who_is_signed_out_is_told_once_by_a_button_that_works(desk: Desk, unused: bool) -> None:
    (user, _) = await link(desk, USER.user, "UOTHER")
    desk.clock.move(hours=7 if unused else 2)
    desk.crm.dead.add(USER.user)
    for _ in range(3):
        await desk.keep_alive.tick("onsite")
        desk.clock.move(hours=2)
    why = Why.UNUSED if unused else Why.REFUSED
    at = NOW + HOUR * (7 if unused else 2)
    assert desk.messenger.told == [(user, SignInEnded(why, at))]
    assert (await state(desk, user)).ending == Ending(at, why)
    desk.clock.move(days=400)
    offer = await desk.wish(LinkAgain())
    assert isinstance(offer, LinkOffer)
    assert offer.ended is why
    assert offer.expires_at > desk.clock.now()
    desk.crm.dead.clear()
    await link(desk, USER.user, used_at=desk.clock.now())
    assert isinstance(await desk.wish(LinkAgain()), Me), "nothing to do any more"


async def test_a_refusal_is_confirmed_by_one_probe(desk: Desk) -> None:
    (user,) = await link(desk, USER.user)
    desk.crm.error = TicketRefused(tenant="onsite", exception_type="SoSessionException")
    failed = await desk.ask("today")
    assert failed.code == "crm-refused"  # type: ignore[union-attr]
    assert (await state(desk, user)).ending is None
    desk.crm.probe_error = CrmUnreachable(tenant="onsite", reason="refused")
    failed = await desk.ask("today")
    assert failed.code == "crm-unreachable"  # type: ignore[union-attr]
    assert (await state(desk, user)).ending is None


async def test_who_asks_is_told_at_once_and_not_again(desk: Desk) -> None:
    (user, _) = await link(desk, USER.user, "UOTHER")
    desk.crm.dead.add(USER.user)
    desk.crm.error = TicketRefused(tenant="onsite")
    assert isinstance(await desk.ask("today"), LinkOffer)
    assert (await state(desk, user)).ending == Ending(NOW, Why.REFUSED)
    asked = len(desk.crm.asked)
    assert isinstance(await desk.ask("today"), LinkOffer)
    assert len(desk.crm.asked) == asked, "what is over is not asked with"
    desk.clock.move(hours=3)
    await desk.keep_alive.tick("onsite")
    assert told(desk) == []


@pytest.mark.parametrize(
    "error",
    [
        CrmUnreachable(tenant="onsite", reason="refused"),
        CrmTimedOut(tenant="onsite", seconds=25),
        CrmTooBusy(tenant="onsite", status=503),
    ],
)
async def test_a_server_that_is_down_is_no_ticket_that_is_dead(desk: Desk, error: Exception) -> None:
    users = await link(desk, *(f"U{n}" for n in range(20)))
    desk.clock.move(hours=2)
    desk.crm.probe_error = error
    await desk.keep_alive.tick("onsite")
    assert len(desk.crm.probes) <= KeepAlivePolicy().at_once, "the others are spared"
    desk.crm.probe_error = None
    desk.clock.move(hours=1)
    await desk.keep_alive.tick("onsite")
    assert [(await state(desk, user)).ending for user in users] == [None] * 20
    assert desk.messenger.told == []


async def test_one_users_failure_holds_up_nobody(desk: Desk) -> None:
    await link(desk, "U1", "U2")
    desk.clock.move(hours=2)
    desk.crm.probe_error = CrmFailed(tenant="onsite", exception_type="SoDbAccessException")
    await desk.keep_alive.tick("onsite")
    assert desk.crm.probes == ["U1", "U2"]
    (first, _) = await desk.store.sign_ins.all()
    assert (first.outcome, first.checked_at) == ("crm-failed", NOW + TWO)
    await desk.keep_alive.tick("onsite")
    assert len(desk.crm.probes) == 2, "not at each tick"
    desk.clock.move(minutes=5)
    await desk.keep_alive.tick("onsite")
    assert len(desk.crm.probes) == 4


async def test_when_it_takes_nobodys_ticket_admins_hear_once_and_users_when_they_ask(desk: Desk) -> None:
    names = [USER.user, *(f"U{n}" for n in range(10, 20))]
    users = await link(desk, *names)
    desk.crm.dead.update(names)
    desk.crm.error = TicketRefused(tenant="onsite")
    desk.clock.move(hours=2)
    for _ in range(600):
        await desk.keep_alive.tick("onsite")
        desk.clock.move(minutes=1)
    (telling,) = desk.runner.jobs
    await telling()
    assert desk.messenger.told == [(ADMIN, TenantTrouble("onsite", NOW + TWO))]
    desk.runner.jobs.clear()
    assert isinstance(await desk.ask("today"), LinkOffer)
    assert [(await state(desk, user)).ending for user in users] == [None] * len(users)
    # Somebody signs in again, and it is taken: the others are told now, each once.
    await link(desk, "UNEW", used_at=desk.clock.now())
    for _ in range(10):
        await desk.keep_alive.tick("onsite")
        desk.clock.move(minutes=1)
    assert sorted(told(desk)) == sorted(names)


async def test_tickets_that_come_alive_again_are_nobodys_news(desk: Desk) -> None:
    names = [f"U{n}" for n in range(5)]
    users = await link(desk, *names)
    desk.clock.move(hours=2)
    desk.crm.dead.update(names)
    await desk.keep_alive.tick("onsite")
    desk.crm.dead.clear()
    for _ in range(10):
        desk.clock.move(minutes=1)
        await desk.keep_alive.tick("onsite")
    assert told(desk) == []
    assert min([(await state(desk, user)).used_at for user in users]) > NOW + TWO
    assert await desk.store.sign_ins.trouble("onsite") is None


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (SlackFailed(error="ratelimited", passing=True), 1),
        (SlackFailed(error="ServerDisconnectedError", in_doubt=True), 0),
        (SlackFailed(error="channel_not_found"), 0),
    ],
    ids=["later", "uncertain", "never"],
)
async def test_nobody_is_told_twice_and_a_miss_is_never_silent(
    desk: Desk, error: SlackFailed, times: int
) -> None:
    await link(desk, USER.user, "UOTHER")
    desk.clock.move(hours=2)
    desk.crm.dead.add(USER.user)
    desk.messenger.error = error
    await desk.keep_alive.tick("onsite")
    desk.messenger.error = None
    await desk.keep_alive.tick("onsite")
    await desk.keep_alive.tick("onsite")
    assert told(desk) == [USER.user] * times
    (over, _) = await desk.store.sign_ins.all()
    assert over.told == ("told" if times else "uncertain" if error.in_doubt else "failed")


async def test_a_tick_raises_nothing(desk: Desk) -> None:
    await link(desk, "U1")
    desk.clock.move(hours=2)
    desk.crm.probe_error = RuntimeError("unforeseen")
    await desk.keep_alive.tick("onsite")


async def test_what_is_asked_unasked_concludes_nothing(desk: Desk) -> None:
    (user,) = await link(desk, "U1")
    desk.crm.dead.add("U1")
    with pytest.raises(SignInOver):
        await desk.keep_alive.use("onsite", user)
    assert (await state(desk, user)).ending is None


def test_what_outage_is_survived() -> None:
    policy = KeepAlivePolicy()
    assert policy.outage_survived == timedelta(hours=3, minutes=44)
    worst = policy.due_at(NOW, 1) + policy.tick
    assert worst + policy.outage_survived == policy.dies_at(NOW) == NOW + ONSITE_TICKET_LIFE
    assert policy.due_at(NOW, 0) == NOW + timedelta(minutes=105)


async def test_a_tenant_is_due_only_where_something_is_to_be_done(desk: Desk) -> None:
    (user,) = await link(desk, "U1")
    assert await desk.keep_alive.due() == []
    desk.clock.move(hours=2)
    assert await desk.keep_alive.due() == ["onsite"]
    await desk.keep_alive.tick("onsite")
    assert await desk.keep_alive.due() == []
    await desk.store.sign_ins.begin_trouble("onsite", desk.clock.now())
    await desk.store.sign_ins.begin_trouble("of-an-older-configuration", desk.clock.now())
    assert await desk.keep_alive.due() == ["onsite"], "until it takes tickets again"
    await desk.keep_alive.tick("onsite")
    assert await desk.keep_alive.due() == []
    await desk.store.sign_ins.used(user, "onsite", desk.clock.now(), desk.clock.now(), asked=False)
    desk.clock.move(days=31)
    assert await desk.keep_alive.due() == ["onsite"], "a ticket that died is let go"
    await desk.keep_alive.tick("onsite")
    assert await desk.keep_alive.due() == []


async def test_a_ticket_that_nobody_wants_makes_nothing_due_until_it_is_dead(desk: Desk) -> None:
    await link(desk, "UIDLE", used_at=NOW - timedelta(days=31))
    (user,) = await link(desk, "UWANTED", used_at=NOW - timedelta(days=31))
    for each in ("UIDLE", "UWANTED"):
        await desk.store.sign_ins.used(
            SlackUser("T1", each), "onsite", NOW - TWO, NOW, asked=each == user.user
        )
    assert await desk.keep_alive.due() == ["onsite"]
    await desk.keep_alive.tick("onsite")
    assert await desk.keep_alive.due() == []
    desk.clock.move(hours=4)
    await desk.keep_alive.tick("onsite")
    over = [each.user.user for each in await desk.store.sign_ins.all() if each.ending]
    assert over == ["UIDLE"]


@pytest.mark.parametrize(
    "error",
    [SlackFailed(error="TimeoutError", in_doubt=True), SlackFailed(error="ratelimited", passing=True)],
    ids=["silent", "later"],
)
async def test_a_slack_that_is_silent_is_not_tried_with_everybody(desk: Desk, error: SlackFailed) -> None:
    """No ticket is kept alive while each waits for it; and whoever is in doubt then is not told any more."""
    users = await link(desk, *(f"U{number}" for number in range(10)), used_at=NOW)
    for user in users:
        await desk.store.sign_ins.end(user, Ending(NOW, Why.REFUSED), told=False)
    desk.messenger.error = error
    await desk.keep_alive.tick("onsite")
    assert desk.messenger.tried == 1
    desk.messenger.error = None
    await desk.keep_alive.tick("onsite")
    assert len(told(desk)) == (9 if error.in_doubt else 10)


async def with_digest(desk: Desk, user: SlackUser) -> None:
    """Whose digest comes in an hour."""
    digest = Subscription(0, user, Schedule.at(time(8)), OSLO, since=NOW, considered_until=NOW)
    await desk.store.subscriptions.put(digest, NOW + HOUR)


@pytest.mark.parametrize("others", [True, False])
async def test_a_wave_of_refusals_is_concluded_by_whom_else_it_takes(desk: Desk, others: bool) -> None:
    users = await link(desk, *(f"U{number}" for number in range(10)))
    for user in users:
        await with_digest(desk, user)
    refused = users[:1] if others else users
    desk.crm.dead.update(user.user for user in refused)
    desk.crm.error = TicketRefused(tenant="onsite")
    desk.clock.move(hours=24)
    for user in users:
        at = desk.clock.now() - HOUR
        await desk.store.sign_ins.used(user, "onsite", at, at + TWO, asked=False)
    await desk.digests.waves.see_to("T1")
    assert [each.ending for each in [await state(desk, user) for user in users]] == [None] * 10
    await desk.keep_alive.tick("onsite")
    assert told(desk) == [user.user for user in refused if others]
    assert (await desk.store.sign_ins.trouble("onsite") is None) is others
    assert len(desk.runner.jobs) == (not others), "admins hear of it"
