import sqlite3
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.people import Link
from bot.core.secret import Secret
from bot.services.ports import Invitation
from bot.store import DatabaseUnusable, Store, migrate
from bot.store.database import micros, moment
from bot.store.migrations import migrations
from bot.store.sqlite import connect
from tests.sqlite import connection, opened, tables
from tests.store.conftest import forget

pytestmark = pytest.mark.sqlite

STEPS = (
    "create_links",
    "create_invitations",
    "create_attempts",
    "create_deliveries",
    "create_muted_companies",
    "create_saved_filters",
    "create_hash_keys",
    "create_processes",
    "know_how_sign_ins_are_doing",
    "create_authorizations",
    "create_audit",
    "create_subscriptions",
    "create_ledger",
    "notice_what_is_ahead_of_its_time",
    "invite_to_a_tenant",
    "create_channel_digests",
    "add_guarding",
    "create_proofs",
    "create_installations",
    "add_importing",
    "find_slots_of_a_subscription",
    "create_homes",
    "create_rates",
    "keep_audit",
    "create_known_tokens",
    "find_what_is_due_in_a_workspace",
    "find_whose_tickets_are_due",
    "have_each_token_anew_once",
    "create_seats",
    "create_leases",
    "find_what_a_clock_put_off_by_one_index",
    "write_fewer_pages_of_what_is_told",
)
TABLES = (
    "links",
    "invitations",
    "attempts",
    "deliveries",
    "muted_companies",
    "saved_filters",
    "hash_keys",
    "processes",
    "tenant_troubles",
    "authorizations",
    "proofs",
    "installations",
    "served_workspaces",
    "pseudonyms",
    "audit",
    "subscriptions",
    "participants",
    "ledger",
    "told",
    "channel_digests",
    "drop_outs",
    "daily_counts",
    "channel_requests",
    "homes",
    "rates",
    "seats",
    "leases",
    "audit_retention",
    "known_tokens",
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_from_nothing_to_the_newest_schema(path: Path, now: datetime) -> None:
    assert migrate(path, now).applied == STEPS
    assert migrate(path, now).applied == ()
    assert not [*path.parent.glob("*.bak")]


def test_every_table_is_strict(store: Store) -> None:
    tables = connection(store).execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
    ours = {name: strict for name, strict in tables if not name.startswith(("sqlite_", "_sqlite_"))}
    assert ours == dict.fromkeys(TABLES, 1)


def test_pragmas(store: Store) -> None:
    expected = {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "busy_timeout": 250,
    }
    for name, value in expected.items():
        assert connection(store).execute(f"PRAGMA {name}").fetchone() == (value,), name


async def test_only_the_owner_may_read_the_files(store: Store, path: Path, link: Link) -> None:
    await store.links.put(link)
    assert mode(path.parent) == 0o700
    files = [file.name for file in path.parent.iterdir()]
    assert sorted(files) == ["bot.db", "bot.db-shm", "bot.db-wal"]
    assert {mode(path.parent / file) for file in files} == {0o600}


def test_a_file_that_others_could_read_is_closed_to_them(path: Path, now: datetime) -> None:
    migrate(path, now)
    path.chmod(0o644)
    connect(path).close()
    assert mode(path) == 0o600


async def test_a_back_up_is_made_before_a_database_changes(
    path: Path, now: datetime, link: Link, key: Secret
) -> None:
    older = connect(path)
    migrations.apply(older.tables, stop_before="create_deliveries")
    older.conn.execute("INSERT INTO attempts VALUES (x'00', 7, 0)")
    older.close()
    done = migrate(path, now)
    assert done.applied == STEPS[3:]
    assert done.backup == path.with_name("bot.db.20261119T084100.000000Z.bak")
    assert mode(done.backup) == 0o600
    copy = sqlite3.connect(done.backup)
    assert copy.execute("SELECT tried FROM attempts").fetchall() == [(7,)]
    assert copy.execute("SELECT count(*) FROM sqlite_master WHERE name = 'deliveries'").fetchone() == (0,)
    copy.close()
    with opened(path, key) as store:
        await store.links.put(link)


def test_the_newest_back_ups_are_kept(path: Path, now: datetime) -> None:
    for day in range(5):
        path.unlink(missing_ok=True)
        older = connect(path)
        migrations.apply(older.tables, stop_before="create_deliveries")
        older.close()
        migrate(path, now + timedelta(days=day))
    kept = sorted(file.name for file in path.parent.glob("*.bak"))
    assert [name[7:15] for name in kept] == ["20261121", "20261122", "20261123"]


def back_ups(path: Path, now: datetime, *days: int) -> list[Path]:
    files = [path.with_name(f"bot.db.{now - timedelta(days=ago):%Y%m%dT%H%M%S.%fZ}.bak") for ago in days]
    for file in files:
        file.touch()
    return files


async def test_a_back_up_is_deleted_after_thirty_days(store: Store, path: Path, now: datetime) -> None:
    """Else it keeps the ticket and the name of who unlinked since for ever."""
    old, younger = back_ups(path, now, 30, 29)
    others = [path.with_name(name) for name in ("bot.db.mine.bak", "other.db.20200101T000000.000000Z.bak")]
    for file in others:
        file.touch()
    assert await store.prune(now) == 1
    assert not old.exists()
    assert all(file.exists() for file in (younger, *others))
    assert await store.prune(now + timedelta(days=1)) == 1
    assert not younger.exists()


def test_migrating_deletes_old_back_ups_though_there_is_nothing_to_do(path: Path, now: datetime) -> None:
    migrate(path, now)
    old, younger = back_ups(path, now, 400, 1)
    assert migrate(path, now).applied == ()
    assert (old.exists(), younger.exists()) == (False, True)


def test_a_step_that_fails_leaves_the_database_as_it_was(path: Path, now: datetime) -> None:
    older = connect(path)
    migrations.apply(older.tables, stop_before="create_invitations")
    older.conn.execute("CREATE TABLE attempts (mine)")
    older.close()
    with pytest.raises(sqlite3.OperationalError):
        migrate(path, now)
    half = connect(path)
    assert [step.name for step in migrations.applied(half.tables)] == ["create_links", "create_invitations"]
    half.close()


def test_an_older_schema_is_not_opened(path: Path, key: Secret) -> None:
    connect(path).close()
    with pytest.raises(DatabaseUnusable, match="python -m bot migrate"), opened(path, key):
        pass


def test_whoever_only_opens_one_makes_none(path: Path, key: Secret) -> None:
    with pytest.raises(DatabaseUnusable, match="There is no database at"), opened(path, key):
        pass
    assert not path.parent.exists()


def test_a_newer_schema_is_refused(store: Store, path: Path, key: Secret, now: datetime) -> None:
    with tables(store).atomic():
        migrations._record_applied(tables(store), "create_what_is_to_come")
    with pytest.raises(DatabaseUnusable, match="newer version"), opened(path, key):
        pass
    with pytest.raises(DatabaseUnusable, match="newer version"):
        migrate(path, now)


def test_another_program_s_database_is_refused(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "theirs.db"
    theirs = Database(path)
    theirs.execute("CREATE TABLE accounts (id)")
    theirs.close()
    with pytest.raises(DatabaseUnusable, match="BOT_DATABASE"):
        migrate(path, now)


def test_what_is_no_database_is_refused(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    for unusable in (path, tmp_path, path / "bot.db"):
        with pytest.raises(DatabaseUnusable, match="BOT_DATABASE"):
            migrate(unusable, now)


async def test_no_secret_is_in_the_files(
    store: Store, path: Path, link: Link, invitation: Invitation, now: datetime
) -> None:
    await store.links.put(link)
    await store.invitations.create(Secret("nonce-in-clear"), invitation)
    files = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"Kianna Ledner" in files
    for secret in (b"ticket-in-clear", b"nonce-in-clear", b"response-url-in-clear"):
        assert secret not in files


async def test_what_was_deleted_is_gone_from_the_files(store: Store, path: Path, link: Link) -> None:
    await store.links.put(link)
    await forget(store, link.user)
    files = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"Kianna" not in files


async def test_ready_or_locked(store: Store, path: Path) -> None:
    await store.check()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        await store.check()
    other.execute("ROLLBACK")
    other.close()
    await store.check()


async def test_a_wrong_type_is_refused(store: Store, sql: Callable[..., list[tuple[object, ...]]]) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        sql("INSERT INTO deliveries VALUES ('1.2', 'yesterday')")


def test_a_moment_survives_to_the_microsecond(now: datetime) -> None:
    for exact in (now, now + timedelta(microseconds=1), datetime.min.replace(tzinfo=now.tzinfo)):
        assert moment(micros(exact)) == exact
    with pytest.raises(TypeError):
        micros(now.replace(tzinfo=None))
