"""What the ports promise, on a real database."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.errors import SealBroken
from bot.core.people import Link, SlackUser
from bot.core.secret import Secret
from bot.core.throttle import Allowance
from bot.services.ports import Attempts, Deliveries, Invitation, Invitations, Links
from bot.store import Store
from bot.store.database import Given
from tests.store.conftest import forget

Sql = Callable[..., list[tuple[object, ...]]]
NONCE, OTHER = Secret("nonce"), Secret("other nonce")
MINUTE = timedelta(minutes=1)


def test_the_ports_are_implemented(store: Store) -> None:
    """That they fit is for mypy to say."""
    ports: tuple[Links, Invitations, Attempts, Deliveries]
    ports = (store.links, store.invitations, store.attempts, store.deliveries)
    assert len(ports) == 4


async def test_rows_that_are_given_come_back_as_they_were(store: Store) -> None:
    """Any text, any number, and nothing; in a transaction and by themselves."""
    columns = {"name": "TEXT", "until": "INTEGER", "bytes": "BLOB"}
    rows = [("Ø\x00'\\N\t\ue000", 2**60, b"\x00\xff"), ("", 1, None), ("{a,b}", -1, b"")]
    into = "INSERT INTO leases (name, until, calls) SELECT name, until, coalesce(length(bytes), ?) FROM given"
    no_rows = Given(columns, [])
    await store.db.execute_given(into, no_rows, [7])
    async with store.db.transaction() as tx:
        await tx.execute_given(into, Given(columns, rows[:2]), [7])
        await tx.execute_given(into, no_rows, [7])
    await store.db.execute_given(into, Given(columns, rows[2:]), [7])
    found = await store.db.rows("SELECT name, until, calls FROM leases ORDER BY until")
    assert found == [("{a,b}", -1, 0), ("", 1, 7), (rows[0][0], 2**60, 2)]


# ---------------------------------------------------------------- links


async def test_a_link_comes_back_as_it_was(store: Store, link: Link) -> None:
    assert await store.links.get(link.user) is None
    assert await store.links.tenant(link.user) == ""
    await store.links.put(link)
    assert await store.links.get(link.user) == link
    assert await store.links.tenant(link.user) == link.tenant


async def test_the_workspace_is_part_of_the_key(store: Store, link: Link) -> None:
    elsewhere = replace(link, user=SlackUser("T2", link.user.user), tenant="other")
    await store.links.put(link)
    await store.links.put(elsewhere)
    assert await store.links.get(link.user) == link
    assert await store.links.get(elsewhere.user) == elsewhere


async def test_linking_again_replaces(store: Store, link: Link) -> None:
    again = replace(link, tenant="other", ticket=Secret("7T:new"), linked_at=link.linked_at + MINUTE)
    await store.links.put(link)
    await store.links.put(again)
    assert await store.links.get(link.user) == again


async def test_deleting_says_whether_there_was_one(store: Store, link: Link) -> None:
    await store.links.put(link)
    assert (await forget(store, link.user)).gone["links"] == 1
    assert not any((await forget(store, link.user)).gone.values())
    assert await store.links.get(link.user) is None


@pytest.mark.parametrize("column", ["workspace", "user", "tenant"])
async def test_a_ticket_copied_elsewhere_does_not_open(
    store: Store, link: Link, sql: Sql, column: str
) -> None:
    await store.links.put(link)
    sql(f"UPDATE links SET {column} = 'X'")
    moved = link.user if column == "tenant" else link.user._replace(**{column: "X"})
    with pytest.raises(SealBroken):
        await store.links.get(moved)
    assert sql("SELECT count(*) FROM links") == [(1,)]


async def test_a_broken_seal_can_be_replaced_and_deleted(store: Store, link: Link, sql: Sql) -> None:
    await store.links.put(link)
    sql("UPDATE links SET sealed_ticket = x'00'")
    with pytest.raises(SealBroken) as broken:
        await store.links.get(link.user)
    assert broken.value.__context__ is None or link.ticket.reveal() not in repr(broken.value.__context__)
    await store.links.put(link)
    assert await store.links.get(link.user) == link
    sql("UPDATE links SET sealed_ticket = x'00'")
    assert (await forget(store, link.user)).gone["links"] == 1


# ---------------------------------------------------------------- invitations


async def test_an_invitation_comes_back_until_it_expires(
    store: Store, invitation: Invitation, now: datetime
) -> None:
    await store.invitations.create(NONCE, invitation)
    last = invitation.expires_at - timedelta(microseconds=1)
    assert await store.invitations.get(NONCE, last) == invitation
    assert await store.invitations.pending(invitation.user, last) == invitation
    assert await store.invitations.get(NONCE, invitation.expires_at) is None
    assert await store.invitations.pending(invitation.user, invitation.expires_at) is None
    assert await store.invitations.get(OTHER, now) is None


async def test_a_new_invitation_voids_the_older_one(
    store: Store, invitation: Invitation, now: datetime
) -> None:
    colleague = replace(invitation, user=SlackUser("T1", "U2"))
    await store.invitations.create(Secret("colleague's"), colleague)
    await store.invitations.create(NONCE, invitation)
    await store.invitations.create(OTHER, replace(invitation, command="today"))
    assert await store.invitations.get(NONCE, now) is None
    assert await store.invitations.get(OTHER, now) == replace(invitation, command="today")
    assert await store.invitations.get(Secret("colleague's"), now) == colleague


async def test_an_invitation_is_redeemed_once(
    store: Store, invitation: Invitation, link: Link, now: datetime
) -> None:
    await store.invitations.create(NONCE, invitation)
    links = [replace(link, linked_at=now + number * MINUTE) for number in range(10)]
    redeemed = await asyncio.gather(*(store.invitations.redeem(NONCE, link, now) for link in links))
    assert sorted(redeemed) == [False] * 9 + [True]
    assert await store.invitations.get(NONCE, now) is None
    assert await store.links.get(link.user) == links[redeemed.index(True)]


async def test_what_is_not_open_is_not_redeemed(
    store: Store, invitation: Invitation, link: Link, now: datetime
) -> None:
    await store.invitations.create(NONCE, invitation)
    for nonce, user, at in (
        (OTHER, link.user, now),
        (NONCE, SlackUser("T1", "U2"), now),
        (NONCE, link.user, invitation.expires_at),
    ):
        assert not await store.invitations.redeem(nonce, replace(link, user=user), at)
        assert await store.links.get(user) is None
    assert await store.invitations.redeem(NONCE, link, now)


async def test_a_page_is_used_up_and_the_link_stored_or_neither(
    store: Store, invitation: Invitation, link: Link, now: datetime
) -> None:
    await store.invitations.create(NONCE, invitation)
    nobody = replace(link, principal=replace(link.principal, login=None))  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"NOT NULL|NotNull"):
        await store.invitations.redeem(NONCE, nobody, now)
    assert await store.invitations.get(NONCE, now) == invitation
    assert await store.links.get(link.user) is None


async def test_the_nonce_is_stored_as_a_keyed_hash(store: Store, invitation: Invitation, sql: Sql) -> None:
    await store.invitations.create(NONCE, invitation)
    assert sql("SELECT nonce_hash FROM invitations") == [(store.hasher.digest("invitations", "nonce"),)]


async def test_a_response_url_copied_to_another_user_does_not_open(
    store: Store, invitation: Invitation, now: datetime, sql: Sql
) -> None:
    await store.invitations.create(NONCE, invitation)
    sql("UPDATE invitations SET user = 'U2'")
    with pytest.raises(SealBroken):
        await store.invitations.get(NONCE, now)


# ---------------------------------------------------------------- attempts


async def test_waiting_grows_and_ends(store: Store, now: datetime) -> None:
    allowance = Allowance("user", free=2)
    waits = []
    for _ in range(4):
        while wait := await store.attempts.reserve([allowance], now):
            waits.append(wait.total_seconds())
            now += wait
    assert waits == [2, 4]


async def test_attempts_at_once_do_not_slip_past(store: Store, now: datetime) -> None:
    allowance = Allowance("user", free=3)
    waits = await asyncio.gather(*(store.attempts.reserve([allowance], now) for _ in range(20)))
    assert sum(not wait for wait in waits) == 3


async def test_one_that_waits_counts_for_none(store: Store, now: datetime, sql: Sql) -> None:
    user, address = Allowance("user", free=1), Allowance("address", free=9)
    await store.attempts.reserve([user, address], now)
    assert await store.attempts.reserve([user, address], now)
    assert sql("SELECT tried FROM attempts") == [(1,), (1,)]
    assert await store.attempts.reserve([Allowance("colleague"), address], now) == timedelta(0)


async def test_an_attempt_is_taken_back(store: Store, now: datetime) -> None:
    allowance = Allowance("user", free=1)
    for _ in range(5):
        assert not await store.attempts.reserve([allowance], now)
        await store.attempts.release([allowance])
    await store.attempts.release([allowance, Allowance("nobody")])
    assert not await store.attempts.reserve([allowance], now)
    assert await store.attempts.reserve([allowance], now)


async def test_attempts_are_forgotten_after_an_hour(store: Store, now: datetime) -> None:
    allowance = Allowance("user", free=1, longest=timedelta(hours=9))
    await store.attempts.reserve([allowance], now)
    assert await store.attempts.reserve([allowance], now)
    assert not await store.attempts.reserve([allowance], now + timedelta(hours=1))
    assert await store.attempts.reserve([allowance], now + timedelta(hours=1)) == timedelta(seconds=2)


async def test_a_clock_set_back_locks_nobody_out(store: Store, now: datetime) -> None:
    allowance = Allowance("user", free=1)
    await store.attempts.reserve([allowance], now + timedelta(days=1))
    assert await store.attempts.reserve([allowance], now) == timedelta(seconds=2)


async def test_who_tried_is_stored_hashed(store: Store, now: datetime, sql: Sql) -> None:
    await store.attempts.reserve([Allowance("192.0.2.7")], now)
    ((key,),) = sql("SELECT key_hash FROM attempts")
    assert key == store.hasher.digest("attempts", "192.0.2.7")


# ---------------------------------------------------------------- deliveries


async def test_a_delivery_is_first_once(store: Store, now: datetime) -> None:
    first = await asyncio.gather(*(store.deliveries.first("13.37", now) for _ in range(10)))
    assert sorted(first) == [False] * 9 + [True]
    assert await store.deliveries.first("13.38", now)


async def test_old_deliveries_are_forgotten(store: Store, now: datetime) -> None:
    await store.deliveries.first("old", now - timedelta(seconds=1))
    await store.deliveries.first("new", now)
    assert await store.deliveries.prune(now) == 1
    assert await store.deliveries.first("old", now)
    assert not await store.deliveries.first("new", now)


# ---------------------------------------------------------------- all of it


async def test_pruning_deletes_what_is_over_and_nothing_else(
    store: Store, invitation: Invitation, link: Link, now: datetime, sql: Sql
) -> None:
    await store.links.put(link)
    await store.invitations.create(NONCE, invitation)
    await store.attempts.reserve([Allowance("user")], now)
    await store.deliveries.first("13.37", now)
    assert await store.prune(now) == 0
    assert await store.prune(now + timedelta(days=2)) == 3
    assert await store.links.get(link.user) == link


async def test_a_failing_write_leaves_nothing_behind(
    store: Store, invitation: Invitation, now: datetime
) -> None:
    await store.invitations.create(NONCE, invitation)
    naive = replace(invitation, channel=None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"NOT NULL|NotNull"):
        await store.invitations.create(OTHER, naive)
    assert await store.invitations.get(NONCE, now) == invitation
