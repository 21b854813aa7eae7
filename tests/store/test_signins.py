"""Whose tickets are due, and who has a new token, on a real database."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.people import Link, SlackUser
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.subscription import Subscription
from bot.store import Store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def due(store: Store, now: datetime) -> Sequence[str]:
    """Where, for those who asked within thirty days."""
    return sorted(await store.sign_ins.tenants_due(now, now - 30 * DAY))


async def test_tenants_are_due_where_a_ticket_is(store: Store, link: Link, now: datetime) -> None:
    for number, (tenant, keep_at) in enumerate((("one", now), ("one", now), ("later", now + HOUR))):
        user = SlackUser("T1", f"U{number}")
        await store.links.put(replace(link, user=user, tenant=tenant, used_at=now, keep_at=keep_at))
    await store.links.put(replace(link, user=SlackUser("T1", "UONLINE"), tenant="online", keep_at=None))
    assert await due(store, now) == ["one"]
    assert await due(store, now + HOUR) == ["later", "one"]
    await store.sign_ins.begin_trouble("in trouble", now)
    assert await due(store, now) == ["in trouble", "one"]


async def test_what_nobody_wants_is_due_once_it_is_dead(store: Store, link: Link, now: datetime) -> None:
    await store.links.put(replace(link, tenant="one", linked_at=now - 31 * DAY, used_at=now, keep_at=now))
    assert await due(store, now) == []
    assert await due(store, now + 6 * HOUR) == ["one"]
    assert await store.sign_ins.let_go("one", now + 6 * HOUR, now - 24 * DAY) == 1
    assert await due(store, now + 6 * HOUR) == []


# ---------------------------------------------------------------- tokens


def online(link: Link, user: str, ends_at: datetime) -> Link:
    """A link to SuperOffice CRM Online."""
    renews = Secret("refresh")
    return replace(
        link, user=SlackUser("T1", user), refresh_token=renews, token_expires_at=ends_at, keep_at=None
    )


async def test_one_has_a_new_token_and_nobody_else_until_then(
    store: Store, link: Link, now: datetime
) -> None:
    seen = online(link, "U1", now)
    await store.links.put(seen)
    asked = [store.sign_ins.begin_refresh(seen, now, now + HOUR) for _ in range(5)]
    assert sorted(await asyncio.gather(*asked)) == [False] * 4 + [True]
    assert await store.sign_ins.begin_refresh(seen, now + HOUR, now + 2 * HOUR), "whoever had it is dead"
    await store.sign_ins.give_up_refresh(seen.user)
    assert await store.sign_ins.begin_refresh(seen, now, now + HOUR)
    await store.sign_ins.refreshed(replace(seen, ticket=Secret("new"), token_expires_at=now + DAY))
    assert not await store.sign_ins.begin_refresh(seen, now, now + HOUR), "it is not the token any more"
    current = await store.links.get(seen.user)
    assert current
    assert await store.sign_ins.begin_refresh(current, now, now + HOUR)
    await store.links.put(current)
    assert await store.sign_ins.begin_refresh(current, now, now + HOUR), "linked anew"


async def test_tokens_are_renewed_for_digests_that_come_soon(store: Store, link: Link, now: datetime) -> None:
    minute = timedelta(minutes=1)
    ends = {"ULATER": now + 5 * minute, "USOON": now + 5 * minute, "UGOOD": now + HOUR, "UNONE": now}
    for number, (user, ends_at) in enumerate(ends.items()):
        await store.links.put(online(link, user, ends_at))
        if user != "UNONE":
            who = SlackUser("T1", user)
            digest = Subscription(
                0, who, Schedule.at(time(8)), ZoneInfo("UTC"), since=now, considered_until=now
            )
            await store.subscriptions.put(digest, now + (9 - number) * minute)
    soon, failed_since = now + 10 * minute, now - 10 * minute
    when = soon, 5 * minute, failed_since
    assert await store.sign_ins.tenants_to_renew(*when) == ["onsite"]
    users = [each.user for each in await store.sign_ins.to_renew("onsite", *when, 10)]
    assert users == ["USOON", "ULATER"]
    assert len(await store.sign_ins.to_renew("onsite", *when, 1)) == 1
    assert await store.sign_ins.to_renew("another", *when, 10) == []
    assert await store.sign_ins.tenants_to_renew(now + 7 * minute, 5 * minute, failed_since) == []
    await store.sign_ins.put_off(SlackUser("T1", "USOON"), now, "crm-timed-out", None)
    assert await store.sign_ins.to_renew("onsite", *when, 10) == [SlackUser("T1", "ULATER")]
    assert len(await store.sign_ins.to_renew("onsite", soon, 5 * minute, now, 10)) == 2
