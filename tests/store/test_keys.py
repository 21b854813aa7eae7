"""Replacing the key: what is sealed where, hashes that survive it, and a rotation that may stop anywhere."""

import base64
import hmac
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import SealBroken
from bot.core.filters import Filter, MutedCompany, SavedFilter
from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import DatabaseUrl, Secret
from bot.core.throttle import Allowance
from bot.services.ports import Invitation
from bot.store import Sealer, Store, connected, migrate
from bot.store.database import Database
from bot.store.hashing import Hasher
from bot.store.migrations import migrations
from bot.store.processes import DEAD_AFTER, StoredProcesses, live
from bot.store.rotation import PAGE, Outcome, _rows, pending, reseal, survey
from bot.store.sealed import HASH_KEY, SEALED, TICKET, SealedColumn
from bot.store.sealing import joined
from bot.store.sqlite import connect
from tests.conftest import NOW
from tests.sqlite import connection, opened
from tests.store.conftest import KEY, USER, forget

Sql = Callable[..., list[tuple[object, ...]]]
NEW = Secret(base64.urlsafe_b64encode(bytes(range(32, 64))).decode())
BOTH = Secret(f"{NEW.reveal()},{KEY.reveal()}")
LOST = Secret(base64.urlsafe_b64encode(bytes(range(64, 96))).decode())
OLD_ID, NEW_ID, LOST_ID = (Sealer.from_text(key).key_ids[0] for key in (KEY, NEW, LOST))
NONCE = Secret("nonce")
LINK = Link(USER, "onsite", Principal(528, 419, "", "KL", "", ""), NOW, NOW, Secret("7T:ticket"))
#: Sealed by the version before this module was there, under `KEY`, for USER.
BEFORE = {
    "links": "11303238c82f5bae731d1315f32e473cd0ea9b8631a68a96550eb948efa8f19f53745be553",
    "invitations": "8698f78a31064379d8469dd2150b11f58a92f6efc722b850fda8b0d6613b4530c6c5d4c40bd8754b0f"
    "9163707cb02ae786faf5",
    "muted_companies": "392b1ad6b97ab751410bac068e5f2b501518110ef65811802515269782f7207fda7d41f227d2a4",
    "saved_filters": "7b48a807082ee548415b6a35a04deedf8695ab64ba731193c495add44e17fa143d",
}


async def fill(store: Store, link: Link, users: int) -> None:
    """So many links, and one of everything else: with the key of the hashes, ``users + 4`` sealed values."""
    for number in range(users):
        ticket = Secret(f"7T:ticket {number}")
        await store.links.put(replace(link, user=SlackUser("T1", f"U{number:05}"), ticket=ticket))
    expires = NOW + timedelta(minutes=10)
    page = Invitation(USER, expires, "today", "C1", Secret("https://hooks"), "onsite")
    await store.invitations.create(NONCE, page)
    await store.mutes.add(USER, "onsite", MutedCompany(31, "Nordlys Kraft AS"))
    await store.filters.put(USER, SavedFilter("vip", Filter(by=("me",))))


async def everything(store: Store, users: int) -> list[object]:
    """What people would see of it."""
    links = [await store.links.get(SlackUser("T1", f"U{number:05}")) for number in range(users)]
    found = await store.invitations.get(NONCE, NOW), await store.mutes.of(USER, "onsite")
    return [*links, *found, await store.filters.of(USER)]


def sealer(key: Secret) -> Sealer:
    return Sealer.from_text(key)


async def resealed(db: Database, keys: Sealer) -> Counter[Outcome]:
    """What became of all of them."""
    return Counter([outcome async for outcome in reseal(db, keys)])


async def stopped_after(most: int, steps: AsyncIterator[Outcome]) -> int:
    """How many were done, at most so many."""
    done = 0
    while done < most:
        try:
            await anext(steps)
        except StopAsyncIteration:
            break
        done += 1
    return done


# ---------------------------------------------------------------- what is sealed where


@pytest.mark.sqlite
def test_every_sealed_column_of_the_schema_is_defined(store: Store) -> None:
    schema = connection(store).execute(
        "SELECT t.name, c.name FROM pragma_table_list AS t, pragma_table_info(t.name) AS c "
        r"WHERE t.schema = 'main' AND c.name LIKE 'sealed\_%' ESCAPE '\'"
    )
    assert sorted((column.table, column.column) for column in SEALED) == sorted(schema)


@pytest.mark.sqlite
@pytest.mark.parametrize("column", SEALED, ids=lambda column: f"{column.table}.{column.column}")
def test_a_definition_is_true_to_the_schema(store: Store, column: SealedColumn) -> None:
    rows = connection(store).execute(
        'SELECT name, "notnull", pk FROM pragma_table_info(?) ORDER BY pk', [column.table]
    )
    info = {name: (notnull or pk, pk) for name, notnull, pk in rows}
    assert tuple(name for name, (_, pk) in info.items() if pk) == column.key
    assert all(info[name][0] for name in column.context), "what says whose row it is can't be NULL"


def test_a_value_is_sealed_for_as_many_columns_as_are_defined() -> None:
    with pytest.raises(TypeError, match="workspace, user, tenant"):
        TICKET.seal(sealer(KEY), Secret("7T:ticket"), *USER)


async def test_what_older_versions_sealed_opens(path: Path, now: datetime, link: Link) -> None:
    older = connect(path)
    migrations.apply(older.tables, stop_before="create_hash_keys")
    blobs = {table: bytes.fromhex(f"01{OLD_ID}{text}") for table, text in BEFORE.items()}
    who = ("onsite", 528, 419, "Kianna Ledner", "KL", "kianna@example.com", "Sales")
    for table, row in {
        "links": (*USER, *who, 0, 0, None, blobs["links"]),
        "invitations": (b"1", *USER, 2**52, "today", "C1", blobs["invitations"]),
        "muted_companies": (*USER, "onsite", 31, blobs["muted_companies"]),
        "saved_filters": (*USER, "vip", blobs["saved_filters"]),
    }.items():
        older.conn.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    older.close()
    migrate(path, now)
    with opened(path, KEY) as store:
        found = await store.links.get(USER)
        assert found
        assert found.ticket == Secret("7T:ticket")
        pending_one = await store.invitations.pending(USER, now)
        assert pending_one
        assert pending_one.response_url == Secret("https://hooks.example/1")
        assert await store.mutes.of(USER, "onsite") == [MutedCompany(31, "Harbour Ltd")]
        assert await store.filters.of(USER) == [SavedFilter("vip", Filter(by=("me",)))]
        assert (await survey(store.db, sealer(KEY))).opened == {OLD_ID: 5}


# ---------------------------------------------------------------- keyed hashes


async def test_what_was_hashed_is_known_when_the_key_was_replaced(
    store: Store, database: Path | DatabaseUrl, invitation: Invitation, link: Link, now: datetime
) -> None:
    allowance = Allowance("user", free=1)
    await store.invitations.create(NONCE, invitation)
    await store.attempts.reserve([allowance], now)
    async with connected(database, BOTH) as during:
        assert await during.invitations.get(NONCE, now) == invitation
        assert await resealed(during.db, during.sealer) == {Outcome.RESEALED: 2}
    async with connected(database, NEW) as after:
        assert await after.attempts.reserve([allowance], now)
        assert await after.invitations.redeem(NONCE, link, now)


def test_each_database_has_a_hash_key_of_its_own(store: Store, tmp_path: Path, now: datetime) -> None:
    migrate(tmp_path / "other.db", now)
    with opened(tmp_path / "other.db", KEY) as other:
        assert other.hasher.digest("a", "b") != store.hasher.digest("a", "b")


def test_a_digest_depends_on_key_purpose_and_value() -> None:
    one, other = Hasher(bytes(32)), Hasher(b"\x01" * 32)
    digests = [one.digest("a", "x"), one.digest("b", "x"), one.digest("a", "y"), other.digest("a", "x")]
    assert len({*digests, one.digest("ax"), one.digest("a", "x", "")}) == 6
    assert one.digest("a", "x") == digests[0]


@given(st.binary(min_size=1, max_size=80), st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_what_is_begun_ends_as_the_standard_library_has_it(
    key: bytes, first: list[str], rest: list[str]
) -> None:
    expected = hmac.digest(key, joined(("a", *first, *rest)), "sha256")
    assert Hasher(key).begun("a", *first)(joined(rest)) == expected
    assert Hasher(key).digest("a", *first, *rest) == expected


@pytest.mark.sqlite
async def test_the_hash_key_does_not_show(store: Store, path: Path) -> None:
    id_, sealed = await store.db.only("SELECT id, sealed_key FROM hash_keys")
    text = HASH_KEY.open(store.sealer, sealed, id_).reveal().encode()
    key = base64.urlsafe_b64decode(text)
    assert key.hex() not in repr(vars(store.hasher))
    files = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert key not in files
    assert text not in files


async def test_a_lost_hash_key_stays_and_counts_again_when_it_opens(
    store: Store, database: Path | DatabaseUrl
) -> None:
    before = store.hasher.digest("a")
    async with connected(database, LOST) as lost:
        assert lost.hasher.digest("a") != before
    async with connected(database, LOST) as lost_again:
        assert lost_again.hasher.digest("a") == lost.hasher.digest("a"), "one was made, not two"
    both = Secret(f"{LOST.reveal()},{KEY.reveal()}")
    async with connected(database, both) as found:
        assert found.hasher.digest("a") == before
        assert (await survey(found.db, found.sealer)).opened == {LOST_ID: 1, OLD_ID: 1}


# ---------------------------------------------------------------- processes


async def test_a_process_says_which_keys_it_knows(
    store: Store, database: Path | DatabaseUrl, now: datetime
) -> None:
    async with connected(database, BOTH) as newer:
        await store.processes.beat(now)
        await newer.processes.beat(now + timedelta(seconds=1))
        await store.processes.beat(now + timedelta(minutes=1))
        first, second = await live(store.db, now + timedelta(minutes=1))
        assert (first.key_ids, second.key_ids) == ((OLD_ID,), (NEW_ID, OLD_ID))
        assert (first.started_at, first.seen_at) == (now, now + timedelta(minutes=1))
        await store.processes.leave()
        assert await live(store.db, now) == (second,)


async def test_a_process_that_is_not_seen_is_dead(store: Store, now: datetime) -> None:
    killed = StoredProcesses(store.db, store.sealer.key_ids)
    await killed.beat(now)
    last = now + DEAD_AFTER - timedelta(microseconds=1)
    assert len(await live(store.db, last)) == 1
    assert await store.processes.prune(last) == 0
    assert await live(store.db, now + DEAD_AFTER) == ()
    assert await store.processes.prune(now + DEAD_AFTER) == 1


async def test_one_that_was_suspended_is_back_with_its_next_beat(store: Store, now: datetime) -> None:
    asleep = StoredProcesses(store.db, store.sealer.key_ids)
    await asleep.beat(now)
    await store.processes.prune(now + timedelta(hours=1))
    await asleep.beat(now + timedelta(hours=1))
    (back,) = await live(store.db, now + timedelta(hours=1))
    assert back.started_at == now


async def test_a_clock_set_back_hides_no_process(store: Store, now: datetime) -> None:
    await StoredProcesses(store.db, store.sealer.key_ids).beat(now + timedelta(days=1))
    assert len(await live(store.db, now)) == 1
    assert await store.processes.prune(now) == 1, "it had time to say that it runs"


# ---------------------------------------------------------------- checking and resealing


async def test_a_survey_counts_by_key(store: Store, database: Path | DatabaseUrl, link: Link) -> None:
    await fill(store, link, 3)
    async with connected(database, BOTH) as newer:
        await newer.links.put(link)
        found = await survey(newer.db, newer.sealer)
    assert found.opened == {NEW_ID: 1, OLD_ID: 7}
    assert (found.total, found.newest, found.older, found.spare) == (8, 1, 7, ())


@pytest.mark.sqlite
async def test_what_is_null_is_not_sealed(store: Store) -> None:
    connection(store).execute("CREATE TABLE later (id INTEGER PRIMARY KEY, sealed_token BLOB) STRICT")
    connection(store).execute("INSERT INTO later VALUES (1, NULL)")
    later = SealedColumn("later", "sealed_token", ("id",), ("id",))
    connection(store).execute("INSERT INTO later VALUES (2, ?)", [later.seal(store.sealer, Secret("x"), 2)])
    assert [row.key async for row in _rows(store.db, later)] == [(2,)]
    assert [row.key async for row in _rows(store.db, later, sealer(NEW).header)] == [(2,)]


async def test_what_no_key_opens_is_named_and_stays(store: Store, link: Link, sql: Sql) -> None:
    await fill(store, link, 4)
    theirs = TICKET.seal(sealer(LOST), Secret("7T:ticket"), "T1", "U00000", "onsite")
    sql("UPDATE links SET sealed_ticket = ? WHERE user = 'U00000'", theirs)
    sql("UPDATE links SET user = 'U9' WHERE user = 'U00001'")
    sql("UPDATE links SET sealed_ticket = x'00' WHERE user = 'U00002'")
    before = sql("SELECT user, sealed_ticket FROM links WHERE user <> 'U00003'")
    both = sealer(BOTH)
    assert await resealed(store.db, both) == {Outcome.RESEALED: 5, Outcome.UNOPENED: 3}
    assert sql("SELECT user, sealed_ticket FROM links WHERE user <> 'U00003'") == before
    found = await survey(store.db, both)
    assert [(value.column, value.key, value.key_id, value.missing) for value in found.unopened] == [
        (TICKET, ("T1", "U00000"), LOST_ID, True),
        (TICKET, ("T1", "U00002"), None, False),
        (TICKET, ("T1", "U9"), OLD_ID, False),
    ]
    assert (found.missing, found.spare) == ((LOST_ID,), ()), "U9 may be put back where it was"
    assert await pending(store.db, both) == 3


@settings(max_examples=25)
@given(users=st.integers(0, 6), stops=st.lists(st.integers(0, 12), max_size=4))
async def test_stopped_after_any_number_of_rows_it_goes_on(users: int, stops: list[int]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bot.db"
        migrate(path, NOW)
        with opened(path, KEY) as store:
            await fill(store, LINK, users)
            before = await everything(store, users)
        left = users + 4
        for stop in stops:
            with opened(path, BOTH) as store:
                assert await pending(store.db, store.sealer) == left
                left -= await stopped_after(stop, reseal(store.db, store.sealer))
                assert await everything(store, users) == before
                assert (await survey(store.db, store.sealer)).unopened == ()
        with opened(path, BOTH) as store:
            assert await resealed(store.db, store.sealer) == Counter({Outcome.RESEALED: left} if left else {})
            assert (await survey(store.db, store.sealer)).spare == (OLD_ID,)
        with opened(path, NEW) as store:
            assert await everything(store, users) == before
            assert not await resealed(store.db, store.sealer)


async def test_more_rows_than_are_read_at_once(store: Store, link: Link) -> None:
    for number in range(PAGE):
        await store.links.put(replace(link, user=SlackUser("T1", f"U{number}")))
    both = sealer(BOTH)
    assert (await survey(store.db, both)).opened == {NEW_ID: 0, OLD_ID: PAGE + 1}
    assert await resealed(store.db, both) == {Outcome.RESEALED: PAGE + 1}
    assert (await survey(store.db, both)).opened == {NEW_ID: PAGE + 1, OLD_ID: 0}


async def test_what_the_bot_changes_meanwhile_is_not_overwritten(
    store: Store, database: Path | DatabaseUrl, link: Link, sql: Sql
) -> None:
    await fill(store, link, 3)
    steps = reseal(store.db, sealer(BOTH))
    assert await anext(steps) is Outcome.RESEALED
    relinked = replace(link, user=SlackUser("T1", "U00001"), ticket=Secret("7T:newer"))
    async with connected(database, BOTH) as running:
        await running.links.put(relinked)
        await forget(running, SlackUser("T1", "U00002"))
    assert Counter([outcome async for outcome in steps]) == {Outcome.CHANGED: 2, Outcome.RESEALED: 4}
    async with connected(database, NEW) as after:
        assert await after.links.get(relinked.user) == relinked
        assert await after.links.get(SlackUser("T1", "U00002")) is None


@pytest.mark.sqlite
async def test_each_row_is_committed_by_itself(store: Store, path: Path, link: Link) -> None:
    """Nobody waits for the rotation: between two rows others can write."""
    await fill(store, link, 2)
    steps = reseal(store.db, sealer(BOTH))
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    async for _ in steps:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()


@pytest.mark.sqlite
async def test_nothing_is_left_of_what_the_old_key_sealed(
    store: Store, path: Path, link: Link, sql: Sql
) -> None:
    await fill(store, link, 40)
    old = [bytes(blob) for (blob,) in sql("SELECT sealed_ticket FROM links")]  # type: ignore[call-overload]
    assert await resealed(store.db, sealer(BOTH)) == {Outcome.RESEALED: 44}
    assert await store.db.empty_log()
    files = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert not [blob for blob in old if blob in files]
    assert bytes.fromhex(OLD_ID) not in files


@pytest.mark.sqlite
async def test_the_log_cannot_be_emptied_while_somebody_reads(store: Store, path: Path, link: Link) -> None:
    connection(store).execute("PRAGMA busy_timeout = 0")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM links").fetchone()
    await fill(store, link, 2)
    assert not await store.db.empty_log()
    reader.close()
    assert await store.db.empty_log()


async def test_after_the_old_key_is_gone_only_the_new_one_opens(
    store: Store, database: Path | DatabaseUrl, link: Link
) -> None:
    await store.links.put(link)
    await resealed(store.db, sealer(BOTH))
    with pytest.raises(SealBroken):
        await store.links.get(link.user)
    async with connected(database, NEW) as after:
        assert await after.links.get(link.user) == link
