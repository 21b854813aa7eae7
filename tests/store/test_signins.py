"""Whose tickets are due, on a real database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.people import Link, SlackUser
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
