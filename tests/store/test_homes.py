"""Whose Home tab is stale, whatever changed; and a workspace at a glance."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.audit import Departure
from bot.core.channeldigest import ChannelSettings, Narrowing
from bot.core.filters import Filter, SavedFilter
from bot.core.overview import Glance
from bot.core.people import Link, SlackUser
from bot.core.plan import Due, plan
from bot.core.schedule import Schedule
from bot.core.signin import Ending, Why
from bot.core.subscription import Outcome, State, Subscription
from bot.store import Store
from tests.store.conftest import USER

ADMIN, OTHER, ELSEWHERE = SlackUser("T1", "UADMIN"), SlackUser("T1", "U2"), SlackUser("T2", "U1")
OSLO = ZoneInfo("Europe/Oslo")
#: A Monday, 08:30 in Oslo.
NOW = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)

Change = Callable[[Store, Link], Awaitable[object]]


def digest(**more: object) -> Subscription:
    values = {"owner": USER, "since": NOW, **more}
    return Subscription(
        0,
        schedule=Schedule.at(time(8)),
        zone=OSLO,
        considered_until=NOW - timedelta(hours=1),
        **values,  # type: ignore[arg-type]
    )


@pytest.fixture
async def homes(store: Store, link: Link) -> Store:
    """Three that are open, an admin's among them, and one elsewhere; something of each kind is stored."""
    await store.links.put(replace(link, linked_at=NOW, used_at=NOW))
    await store.subscriptions.put(digest(), NOW)
    await store.subscriptions.put(digest(channel="C1", owner=OTHER, team=ChannelSettings()), NOW)
    await store.participants.join(2, USER, NOW)
    await store.filters.put(USER, SavedFilter("vip", Filter(by=("me",))))
    for user in (USER, OTHER, ADMIN, ELSEWHERE):
        await store.homes.opened(user, NOW)
        await store.homes.published(user, NOW)
    await store.homes.shows_glance(ADMIN, shows=True)
    return store


async def conclude(store: Store, subscription: int, outcome: Outcome) -> None:
    """A slot that is due, and what becomes of it."""
    found = await store.subscriptions.get(subscription)
    assert found
    await store.ledger.carry_out([plan(Due.only(found), NOW)], NOW)
    (row,) = await store.ledger.take("T1", NOW, 1)
    assert await store.ledger.conclude(row, outcome, "", NOW)


async def put(store: Store, id_: int, **changes: object) -> None:
    found = await store.subscriptions.get(id_)
    assert found
    await store.subscriptions.put(replace(found, **changes), NOW)  # type: ignore[arg-type]


CHANGES: dict[str, tuple[Change, set[SlackUser]]] = {
    "linked": (lambda store, link: store.links.put(link), {USER}),
    "signed out": (
        lambda store, _: store.sign_ins.end(USER, Ending(NOW, Why.REFUSED), told=False),
        {USER},
    ),
    "filter saved": (lambda store, _: store.filters.put(USER, SavedFilter("x", Filter())), {USER}),
    "filter removed": (lambda store, _: store.filters.remove(USER, "vip"), {USER}),
    "digest paused": (lambda store, _: put(store, 1, state=State.PAUSED), {USER}),
    "digest snoozed": (lambda store, _: put(store, 1, snoozed_until=LATER), {USER}),
    "digest removed": (lambda store, _: store.subscriptions.remove(1), {USER}),
    "slot ended": (lambda store, _: conclude(store, 1, Outcome.POSTED), {USER}),
    "channel's slot ended": (lambda store, _: conclude(store, 2, Outcome.FAILED), {USER, OTHER}),
    "channel's digest changed": (lambda store, _: put(store, 2, state=State.OFF), {USER, OTHER}),
    "joined": (lambda store, _: store.participants.join(2, OTHER, NOW), {OTHER}),
    "left": (lambda store, _: store.participants.leave(2, USER, NOW, "left"), {USER}),
    "channel's digest removed": (lambda store, _: store.subscriptions.remove(2), {USER, OTHER}),
    "profile": (lambda store, _: store.homes.changed(OTHER), {OTHER}),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_whoever_sees_a_change_is_to_see_it(homes: Store, link: Link, name: str) -> None:
    change, whose = CHANGES[name]
    assert await homes.homes.stale(LATER) == []
    await change(homes, link)
    assert set(await homes.homes.stale(NOW + timedelta(seconds=3))) == whose, "and admins a little later"
    glance = set() if name == "profile" else {ADMIN}
    assert set(await homes.homes.stale(LATER)) == whose | glance
    for user in whose | glance:
        await homes.homes.published(user, LATER)
    assert await homes.homes.stale(LATER + timedelta(minutes=1)) == []


async def test_what_nobody_sees_makes_nothing_stale(homes: Store) -> None:
    await homes.participants.narrow(2, USER, Narrowing(Filter(categories=("VIP Customer",))))
    found = await homes.subscriptions.get(1)
    assert found
    await homes.ledger.carry_out([plan(Due.only(found), NOW)], NOW)  # begun, not ended
    assert await homes.homes.stale(LATER) == []


async def test_a_ticket_s_use_and_tenants_troubles_do_not_hurry(homes: Store) -> None:
    await homes.sign_ins.used(USER, "onsite", LATER, LATER, asked=True)
    await homes.sign_ins.begin_trouble("onsite", NOW)
    assert await homes.homes.stale(NOW + timedelta(seconds=3)) == []
    assert set(await homes.homes.stale(LATER)) == {USER, ADMIN}


async def test_many_changes_make_one(homes: Store) -> None:
    for number in range(5):
        await homes.filters.put(USER, SavedFilter(f"f{number}", Filter()))
    assert await homes.homes.stale(NOW + timedelta(seconds=1)) == [], "too soon after the last time"
    assert await homes.homes.stale(NOW + timedelta(seconds=3)) == [USER]
    assert USER in await homes.homes.stale(NOW - timedelta(days=1)), "a clock that was put back"


async def test_a_home_that_nobody_opened_for_long_waits_to_be_opened(homes: Store) -> None:
    await homes.filters.remove(USER, "vip")
    assert await homes.homes.stale(NOW + timedelta(days=31)) == []
    await homes.homes.opened(USER, NOW + timedelta(days=31))
    assert await homes.homes.stale(NOW + timedelta(days=31)) == [USER]


async def test_no_workspace_waits_for_another(homes: Store) -> None:
    for number in range(30):
        user = SlackUser("T3", f"U{number}")
        await homes.homes.opened(user, NOW)
        await homes.homes.changed(user)
    await homes.homes.changed(ELSEWHERE)
    stale = await homes.homes.stale(LATER)
    assert len(stale) == 21
    assert ELSEWHERE in stale


async def test_who_is_forgotten_has_no_home(homes: Store) -> None:
    erasure = await homes.personal.forget(USER, Departure.ASKED, NOW)
    assert erasure.gone["homes"] == 1
    assert USER not in await homes.homes.stale(LATER)
    assert [user.user for user in await homes.personal.users("T1")] == ["U2", "UADMIN"]


async def test_a_workspace_at_a_glance(homes: Store, link: Link) -> None:
    await homes.links.put(replace(link, user=OTHER, ending=Ending(NOW, Why.REFUSED), asked_at=NOW))
    third = SlackUser("T1", "U3")
    await homes.links.put(replace(link, user=third, asked_at=NOW))
    await homes.sign_ins.put_off(third, NOW, "crm-unreachable", NOW)
    await homes.links.put(replace(link, user=ELSEWHERE))
    await conclude(homes, 1, Outcome.POSTED)
    await conclude(homes, 2, Outcome.UNCERTAIN)
    await put(homes, 2, state=State.PAUSED)
    await homes.sign_ins.begin_trouble("onsite", NOW)
    assert await homes.overviews.glance("T1", NOW) == Glance(
        *(3, 1, 1, 1),
        *(1, 0, 1, 1),
        *(1, 1),
        (("onsite", NOW),),
    )
    assert (await homes.overviews.glance("T9", NOW)).linked == 0


async def test_the_channels_that_somebody_shares_with(homes: Store) -> None:
    (shared,) = await homes.overviews.shared_by(USER)
    assert (shared.channel, shared.owner) == ("C1", OTHER)
    assert await homes.overviews.shared_by(OTHER) == (), "who set it up shares nothing by that"
