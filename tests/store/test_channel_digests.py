"""Digests of channels: how they are set up, who shares what with them, and what stays of whom."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.audit import Departure
from bot.core.channeldigest import (
    SHARES_ALL,
    SHARES_NOTHING,
    ChannelSettings,
    DropOut,
    Grouping,
    Layout,
    Narrowing,
    RequestState,
)
from bot.core.digest import RowId
from bot.core.errors import SealBroken
from bot.core.filters import Filter
from bot.core.people import SlackChannel, SlackUser
from bot.core.plan import Due, plan
from bot.core.schedule import Schedule
from bot.core.secret import DatabaseUrl, Secret
from bot.core.subscription import Delivery, Outcome, Subscription
from bot.core.window import Window
from bot.services.ports import Observed, Telling
from bot.store import Sealer, Store, connected, migrate
from bot.store.database import micros
from bot.store.migrations import migrations
from bot.store.rotation import Outcome as Resealed
from bot.store.rotation import reseal
from bot.store.sqlite import connect
from tests.conftest import NOW
from tests.sqlite import connection, opened
from tests.store.conftest import KEY, USER, forget

Sql = Callable[..., list[tuple[object, ...]]]
OSLO = ZoneInfo("Europe/Oslo")
PLACE = SlackChannel("T1", "C1")
OTHER = SlackUser("T1", "U2")
ADMIN = SlackUser("T1", "UADMIN")
#: A Monday, 08:30 in Oslo.
EIGHT = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
NARROWED = Narrowing(Filter(categories=("VIP Customer",)), frozenset({31, 7}))


def channel_digest(**more: object) -> Subscription:
    """One that is due every day at eight."""
    values = {"owner": USER, "channel": "C1", "team": ChannelSettings(), "since": EIGHT, **more}
    return Subscription(
        0,
        schedule=Schedule.at(time(8)),
        zone=OSLO,
        considered_until=EIGHT - timedelta(hours=1),
        **values,  # type: ignore[arg-type]
    )


async def made(store: Store, *participants: SlackUser, **more: object) -> Subscription:
    """A stored one, with these participants."""
    found = await store.subscriptions.put(channel_digest(**more), EIGHT)
    for user in participants:
        assert await store.participants.join(found.id, user, EIGHT)
    return found


async def claimed(store: Store, subscription: Subscription, at: datetime = EIGHT) -> Delivery:
    """Its slot of that day, taken up."""
    found = await store.subscriptions.get(subscription.id)
    assert found
    await store.ledger.carry_out([plan(Due.only(found), at)], at)
    (row,) = await store.ledger.take(found.workspace, at, 1)
    return row


def telling(user: SlackUser, *rows: RowId, at: datetime = EIGHT) -> Telling:
    return Telling(user, "onsite", at, rows, zone=OSLO)


async def posted(store: Store, row: Delivery, *tellings: Telling, days: tuple[date, ...] = ()) -> None:
    """Post these in one message."""
    window = Window(EIGHT - timedelta(days=1), EIGHT)
    assert await store.ledger.attempt(row, window, tellings, EIGHT)
    assert await store.ledger.confirm(row, "C1", "1.1")
    ends = [replace(each, rows=()) for each in tellings]
    assert await store.ledger.finish(
        replace(row, part=1), Outcome.POSTED, "", ends, EIGHT, observed=Observed(days, EIGHT)
    )


# ---------------------------------------------------------------- how it is set up


async def test_a_channels_digest_comes_back_as_it_was(store: Store) -> None:
    team = ChannelSettings(Grouping.DAY, Layout.FLAT, 80, "UADMIN", NOW, is_managed=True, orphaned_since=NOW)
    orphan = channel_digest(team=team, filter=NARROWED.only, owner=SlackUser("T1", ""))
    put = await store.subscriptions.put(orphan, None)
    assert await store.subscriptions.get(put.id) == put
    assert await store.subscriptions.of_channel(PLACE) == put
    assert await store.participants.of(put.id) == [], "nobody shares before they said so"
    again = replace(put, owner=OTHER, team=ChannelSettings())
    assert await store.subscriptions.put(again, None) == again
    assert await store.subscriptions.of_channel(PLACE) == again


async def test_direct_messages_and_channels_are_told_apart(store: Store) -> None:
    own = await store.subscriptions.put(channel_digest(channel="", team=None), None)
    theirs = await made(store, USER)
    elsewhere = await store.subscriptions.put(channel_digest(owner=SlackUser("T2", "U1")), None)
    assert await store.subscriptions.of(USER) == own
    assert await store.subscriptions.of_workspace("T1") == [theirs]
    assert await store.subscriptions.of_workspace("T2") == [elsewhere]
    assert await store.subscriptions.of_participant(USER) == [theirs]
    assert await store.subscriptions.of_participant(OTHER) == []


async def test_a_channel_that_moves_takes_its_digest_along(store: Store, sql: Sql) -> None:
    digest = await made(store, USER, filter=NARROWED.only)
    row = await claimed(store, digest)
    await store.ledger.attempt(row, Window(None, EIGHT), [telling(USER)], EIGHT)
    await store.ledger.confirm(row, "C1", "1.1")
    request = await store.channel_requests.ask(OTHER, "C1", "at 9", NOW)
    moved = await store.subscriptions.moved(PLACE, "C2")
    assert moved == replace(digest, channel="C2", considered_until=EIGHT)
    assert await store.subscriptions.of_channel(SlackChannel("T1", "C2")) == moved
    assert await store.subscriptions.of_channel(PLACE) is None
    (seen,) = await store.ledger.latest(digest.id, 1)
    assert (seen.channel, seen.ts) == ("C2", "1.1"), "what follows goes into the same thread"
    assert await store.channel_requests.open(SlackChannel("T1", "C2")) == [replace(request, channel="C2")]
    assert await store.subscriptions.moved(PLACE, "C3") is None


async def test_a_channel_does_not_move_onto_anothers_digest(store: Store) -> None:
    one = await made(store)
    two = await store.subscriptions.put(channel_digest(channel="C2"), None)
    assert await store.subscriptions.moved(PLACE, "C2") is None
    assert await store.subscriptions.of_workspace("T1") == [one, two]


async def test_a_new_digest_has_nothing_of_one_that_was_removed(store: Store) -> None:
    old = await made(store, USER)
    await claimed(store, old)
    assert await store.subscriptions.remove(old.id)
    new = await made(store, USER)
    assert await store.ledger.latest(new.id, 9) == []
    assert len(await store.ledger.latest(old.id, 9)) == 1
    assert (await claimed(store, new)).subscription == new.id


async def test_one_whose_filter_does_not_open_neither_moves_nor_is_listed(store: Store, sql: Sql) -> None:
    await made(store, USER)
    sql("UPDATE subscriptions SET sealed_filter = x'00'")
    with pytest.raises(SealBroken):
        await store.subscriptions.moved(PLACE, "C2")
    assert await store.subscriptions.of_workspace("T1") == []
    assert sql("SELECT target FROM subscriptions") == [("C1",)]


# ---------------------------------------------------------------- participants


async def test_joining_narrowing_and_leaving(store: Store) -> None:
    digest = await made(store, USER)
    assert await store.participants.join(digest.id, OTHER, NOW, NARROWED)
    assert not await store.participants.join(digest.id, OTHER, NOW), "nothing is changed by that"
    first, second = await store.participants.of(digest.id)
    assert (first.user, first.narrowing, first.joined_at) == (USER, SHARES_ALL, EIGHT)
    assert (second.user, second.narrowing, second.joined_at) == (OTHER, NARROWED, NOW)
    assert (second.told_until, second.is_fresh) == (None, True)
    assert await store.participants.narrow(digest.id, USER, NARROWED)
    assert await store.participants.narrow(digest.id, OTHER, SHARES_ALL)
    assert [each.narrowing for each in await store.participants.of(digest.id)] == [NARROWED, SHARES_ALL]
    assert await store.participants.leave(digest.id, OTHER, NOW, "left")
    assert not await store.participants.leave(digest.id, OTHER, NOW, "left")
    assert not await store.participants.narrow(digest.id, OTHER, NARROWED)
    assert [each.user for each in await store.participants.of(digest.id)] == [USER]
    assert await store.participants.drop_outs(digest.id) == [DropOut("left", NOW)]


async def test_a_digest_and_who_shares_are_read_together(store: Store) -> None:
    found = await made(store, OTHER)
    assert await store.subscriptions.shared(found.id + 1) == (None, [])
    assert await store.participants.join(found.id, ADMIN, EIGHT - timedelta(days=1), NARROWED)
    theirs = await store.participants.of(found.id)
    assert await store.subscriptions.shared(found.id) == (found, theirs)
    assert [(each.user, each.narrowing) for each in theirs] == [(ADMIN, NARROWED), (OTHER, SHARES_ALL)]
    for each in theirs:
        assert await store.participants.leave(found.id, each.user, EIGHT, "left")
    assert await store.subscriptions.shared(found.id) == (found, [])


async def test_what_is_narrowed_is_sealed_for_its_user(store: Store, sql: Sql) -> None:
    digest = await made(store, USER, OTHER)
    await store.participants.narrow(digest.id, USER, NARROWED)
    assert "VIP" not in str(sql("SELECT sealed_narrowing FROM participants"))
    theirs = "(SELECT sealed_narrowing FROM participants WHERE user = 'U1')"
    sql(f"UPDATE participants SET sealed_narrowing = {theirs}")
    narrowings = {each.user: each.narrowing for each in await store.participants.of(digest.id)}
    assert narrowings == {USER: NARROWED, OTHER: SHARES_NOTHING}, "what does not open hides everything"


async def test_who_dropped_out_is_said_once(store: Store) -> None:
    digest = await made(store, USER, OTHER)
    await store.participants.leave(digest.id, OTHER, EIGHT - timedelta(minutes=1), "left")
    row = await claimed(store, digest)
    await store.participants.leave(digest.id, ADMIN, EIGHT, "left")
    await posted(store, row, telling(USER))
    assert await store.participants.drop_outs(digest.id) == []


async def test_who_drops_out_after_it_was_composed_is_said_in_the_next(store: Store) -> None:
    digest = await made(store, USER, OTHER)
    row = await claimed(store, digest)
    await store.participants.leave(digest.id, OTHER, EIGHT + timedelta(seconds=1), "left")
    await posted(store, row, telling(USER))
    assert [each.reason for each in await store.participants.drop_outs(digest.id)] == ["left"]


# ---------------------------------------------------------------- what each day had


async def test_companies_are_counted_once_a_day_whoever_told_of_them(store: Store) -> None:
    digest = await made(store, USER, OTHER)
    sunday = EIGHT - timedelta(hours=20)
    one, two, three = RowId(1, EIGHT, 1), RowId(2, EIGHT, 2), RowId(3, sunday, 3)
    days = (date(2026, 11, 15), date(2026, 11, 16))
    await posted(
        store, await claimed(store, digest), telling(USER, one, three), telling(OTHER, one, two), days=days
    )
    assert await store.subscriptions.daily_counts(digest.id, days[0]) == {days[0]: 1, days[1]: 2}
    next_day = EIGHT + timedelta(days=1)
    again = RowId(1, EIGHT + timedelta(hours=3), 4)
    fourth = RowId(4, EIGHT + timedelta(hours=4), 5)
    await posted(
        store,
        await claimed(store, digest, next_day),
        telling(USER, again, fourth, at=next_day),
        days=(days[1], date(2026, 11, 17)),
    )
    assert await store.subscriptions.daily_counts(digest.id, days[1]) == {
        days[1]: 3,  # company 1 moved again on Monday
        date(2026, 11, 17): 0,
    }


async def test_what_was_counted_stays_when_somebody_leaves(store: Store) -> None:
    digest, day = await made(store, USER, OTHER), date(2026, 11, 16)
    await posted(store, await claimed(store, digest), telling(OTHER, RowId(1, EIGHT, 1)), days=(day,))
    await store.participants.leave(digest.id, OTHER, EIGHT, "left")
    next_day = EIGHT + timedelta(days=1)
    await posted(store, await claimed(store, digest, next_day), telling(USER, at=next_day), days=(day,))
    assert await store.subscriptions.daily_counts(digest.id, day) == {day: 1}


@pytest.mark.sqlite
async def test_what_was_told_through_whoever_leaves_stays_told(store: Store) -> None:
    digest = await made(store, USER, OTHER)
    one, two = RowId(1, EIGHT, 1), RowId(2, EIGHT, 2)
    await posted(store, await claimed(store, digest), telling(OTHER, one, two), telling(USER, one))
    await store.participants.leave(digest.id, OTHER, EIGHT, "left")
    known = await store.told.known(digest.id, "onsite", [one, two], USER)
    assert known.told == {one, two}
    assert known.previous == {1, 2}
    await store.participants.leave(digest.id, USER, EIGHT, "left")
    assert connection(store).execute("SELECT count(*) FROM told").fetchone() == (0,), (
        "to nobody nothing is left"
    )


async def test_what_only_counts_as_told_does_so_for_whose_view_it_was(store: Store) -> None:
    digest = await made(store, USER, OTHER)
    row, end = RowId(1, EIGHT, 1), EIGHT + timedelta(days=1)
    silent = Telling(USER, "onsite", end, silent=(row,), zone=OSLO)
    assert await store.ledger.finish(
        await claimed(store, digest), Outcome.SKIPPED, "nothing", [silent], EIGHT
    )
    assert (await store.told.known(digest.id, "onsite", [row], USER)).told == {row}
    assert (await store.told.known(digest.id, "onsite", [row], OTHER)).told == set()


# ---------------------------------------------------------------- requests


async def test_a_request_is_decided_once_by_somebody_of_its_workspace(store: Store, sql: Sql) -> None:
    request = await store.channel_requests.ask(USER, "C1", 'at 08:30 category:"VIP Customer"', NOW)
    newer = await store.channel_requests.ask(USER, "C1", "at 9", NOW)
    theirs = await store.channel_requests.ask(OTHER, "C1", "at 10", NOW)
    assert "VIP" not in str(sql("SELECT * FROM channel_requests"))
    assert await store.channel_requests.get(request.id) is None, "the newer one counts"
    assert await store.channel_requests.open(PLACE) == [newer, theirs]
    assert newer.place == PLACE
    decide = store.channel_requests.decide
    assert not await decide(newer.id, SlackUser("T2", "UADMIN"), RequestState.APPROVED, NOW)
    assert await decide(newer.id, ADMIN, RequestState.APPROVED, NOW)
    assert not await decide(newer.id, ADMIN, RequestState.DECLINED, NOW)
    decided = await store.channel_requests.get(newer.id)
    assert decided == replace(newer, state=RequestState.APPROVED, decided_by="UADMIN", decided_at=NOW)
    assert await store.channel_requests.open(PLACE) == [theirs]


async def test_old_requests_are_deleted(store: Store) -> None:
    request = await store.channel_requests.ask(USER, "C1", "at 9", NOW)
    await store.prune(NOW + timedelta(days=91))
    assert await store.channel_requests.get(request.id) is None


# ---------------------------------------------------------------- forgetting


async def test_a_channels_digest_stays_when_its_owner_is_forgotten(store: Store) -> None:
    approved = ChannelSettings(guests_approved_by=USER.user, guests_approved_at=NOW)
    digest = await made(store, USER, OTHER, team=approved)
    await posted(store, await claimed(store, digest), telling(USER, RowId(1, EIGHT, 1)))
    await store.channel_requests.ask(USER, "C9", "at 9", NOW)
    theirs = await store.channel_requests.ask(OTHER, "C9", "at 9", NOW)
    await store.channel_requests.decide(theirs.id, USER, RequestState.DECLINED, NOW)
    erasure = await store.personal.forget(USER, Departure.DEACTIVATED, NOW)
    assert {table: count for table, count in erasure.gone.items() if count} == {
        "participants": 1,
        "channel_requests": 1,
        "channel_digests": 1,  # no longer theirs
    }
    left = await store.subscriptions.of_channel(PLACE)
    assert left
    assert (left.owner, left.channel) == (SlackUser("T1", ""), "C1")
    assert left.team == ChannelSettings(orphaned_since=NOW), "nobody has approved guests any more"
    assert [each.user for each in await store.participants.of(digest.id)] == [OTHER]
    assert await store.participants.drop_outs(digest.id) == [DropOut("deactivated", NOW)]
    assert len(await store.ledger.latest(digest.id, 9)) == 1
    decided = await store.channel_requests.get(theirs.id)
    assert decided
    assert decided.decided_by == ""
    assert await store.personal.users("T1") == [OTHER], "nobody is no user"
    assert not any((await forget(store, USER)).gone.values())


@pytest.mark.sqlite
async def test_nothing_of_them_is_left_in_the_files(store: Store, path: Path) -> None:
    user = SlackUser("T1", "U0FORGETME")
    await made(store, user, OTHER, owner=user, team=ChannelSettings(guests_approved_by=user.user))
    await store.channel_requests.ask(user, "C9", "at 9", NOW)
    await forget(store, user)
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name))
    assert b"U0FORGETME" not in stored


async def test_a_workspaces_channels_are_forgotten_with_it(store: Store) -> None:
    await made(store, USER)
    own = await store.subscriptions.put(channel_digest(channel="", team=None), None)
    elsewhere = await store.subscriptions.put(channel_digest(owner=SlackUser("T2", "U1")), None)
    assert await store.personal.forget_channels("T1") == 1
    assert await store.subscriptions.of_workspace("T1") == []
    assert await store.subscriptions.of(USER) == own
    assert await store.subscriptions.of_workspace("T2") == [elsewhere]


async def test_what_they_share_and_asked_for_is_shown_to_them(store: Store) -> None:
    digest = await made(store, USER)
    await store.participants.narrow(digest.id, USER, NARROWED)
    await store.channel_requests.ask(USER, "C9", 'at 9 category:"VIP Customer"', NOW)
    shown = await store.personal.export(USER)
    assert (
        shown["participants"][0]["narrowing"] == '{"only": "category:\\"VIP Customer\\"", "never": [7, 31]}'
    )
    assert shown["channel_requests"][0]["line"] == 'at 9 category:"VIP Customer"'
    assert shown["channel_digests"][0]["grouping"] == "owner"


async def test_what_is_sealed_opens_after_the_key_was_replaced(
    store: Store, database: Path | DatabaseUrl
) -> None:
    digest = await made(store, USER, filter=NARROWED.only)
    await store.participants.narrow(digest.id, USER, NARROWED)
    request = await store.channel_requests.ask(USER, "C9", "at 9", NOW)
    new = Secret("A" * 43)
    both = Sealer.from_text(Secret(f"{new.reveal()},{KEY.reveal()}"))
    assert {outcome async for outcome in reseal(store.db, both)} == {Resealed.RESEALED}
    async with connected(database, new) as later:
        assert await later.subscriptions.of_channel(PLACE) == digest
        assert [each.narrowing for each in await later.participants.of(digest.id)] == [NARROWED]
        assert await later.channel_requests.get(request.id) == request


# ---------------------------------------------------------------- the schema before


async def test_what_was_there_before_channels_stays_as_it_was(path: Path) -> None:
    """Digests in direct messages, with what they told."""
    before, after = path.with_name("before.db"), path
    migrate(before, NOW)
    with opened(before, KEY) as store:
        await store.subscriptions.put(channel_digest(channel="", team=None), EIGHT)
        sealed = connection(store).execute("SELECT sealed_filter FROM subscriptions").fetchone()[0]
    older = connect(after)
    migrations.apply(older.tables, stop_before="create_channel_digests")
    for table, row in {
        "subscriptions": (
            *(1, *USER, "U1", '{"times":[[8,0,1]]}', "Europe/Oslo", "en", sealed, "silent", "on", ""),
            *(micros(NOW), None, micros(NOW), micros(EIGHT), None),
        ),
        "participants": (1, *USER, micros(EIGHT), 0),
        "told": (1, *USER, b"row", b"company", 1, 0, "told", "", micros(NOW)),
    }.items():
        marks = ", ".join("?" * len(row))
        older.conn.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    older.close()
    assert migrate(after, NOW).applied[0] == "create_channel_digests"
    with opened(after, KEY) as store:
        (participant,) = await store.participants.of(1)
        assert (participant.user, participant.told_until, participant.is_fresh) == (USER, EIGHT, False)
        assert (participant.narrowing, participant.joined_at) == (SHARES_ALL, None)
        assert connection(store).execute("SELECT state, day FROM told").fetchall() == [("told", None)]
