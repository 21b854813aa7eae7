"""The SQLite file: how it is opened, and who may read it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from bot.store.migrations import migrations

__all__ = [
    "BUSY_TIMEOUT",
    "DatabaseUnusable",
    "claiming",
    "connect",
    "empty_log",
    "maybe_micros",
    "maybe_moment",
    "micros",
    "moment",
    "open_database",
    "unapplied",
    "writing",
]

#: How long the bot waits for another process's transaction. The loop waits with it, so it is short.
BUSY_TIMEOUT = timedelta(milliseconds=250)
OWNER_ONLY = 0o600
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DatabaseUnusable(Exception):
    """The database file cannot be used; the message says why, and what to do."""


def open_database(path: Path, patience: timedelta = BUSY_TIMEOUT) -> Database:
    """Open an up-to-date database, for this thread alone. Raises :class:`DatabaseUnusable`.

    ``patience`` is how long to wait for another process's transaction.
    """
    db = connect(path)
    try:
        if unapplied(db, path):
            raise DatabaseUnusable(f"{path} is of an older version of this bot: run `python -m bot migrate`.")
        db.conn.execute(f"PRAGMA busy_timeout = {patience // timedelta(milliseconds=1)}")
    except BaseException:
        db.close()
        raise
    return db


def connect(path: Path) -> Database:
    """Open a database, whatever its version; make the file, readable by its owner alone, if there is none.

    Every statement commits by itself unless :func:`writing` surrounds it. Raises :class:`DatabaseUnusable`.
    """
    try:
        _make_private(path)
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT.total_seconds(), isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnusable(f"{path} cannot be opened ({error}): look at BOT_DATABASE.") from None
    db = Database(connection, execute_plugins=False, strict=True)
    try:
        _configure(connection)
    except sqlite3.DatabaseError as error:
        db.close()
        raise DatabaseUnusable(f"{path} cannot be used ({error}): look at BOT_DATABASE.") from None
    return db


def unapplied(db: Database, path: Path) -> list[str]:
    """The names of the migrations that it still needs. Raises :class:`DatabaseUnusable` for a newer one."""
    applied = {migration.name for migration in migrations.applied(db)}
    if not applied and set(db.table_names()) - {migrations.migrations_table}:
        raise DatabaseUnusable(f"{path} is not this bot's: look at BOT_DATABASE.")
    if applied - known():
        raise DatabaseUnusable(
            f"{path} is of a newer version of this bot: install that, or put a back-up of it in its place."
        )
    return [migration.name for migration in migrations.pending(db)]


def known() -> set[str]:
    """The names of all migrations of this version."""
    with Database(memory=True, execute_plugins=False) as empty:
        return {migration.name for migration in migrations.pending(empty)}


@contextmanager
def writing(db: Database) -> Iterator[sqlite3.Connection]:
    """One transaction. Nothing may be awaited inside: other tasks share the connection."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db.conn
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.commit()


def micros(when: datetime) -> int:
    """An aware date-time as it is stored: microseconds since 1970, UTC."""
    return (when - EPOCH) // timedelta(microseconds=1)


def moment(stored: int) -> datetime:
    """What was stored, in UTC."""
    return EPOCH + timedelta(microseconds=stored)


def maybe_micros(when: datetime | None) -> int | None:
    """The same for a date-time that may be none."""
    return None if when is None else micros(when)


def maybe_moment(stored: int | None) -> datetime | None:
    """The same for what may be NULL."""
    return None if stored is None else moment(stored)


@contextmanager
def claiming(db: Database) -> Iterator[sqlite3.Connection]:
    """Statements that are on the disk before this ends: what follows must not be done twice, ever."""
    db.conn.execute("PRAGMA synchronous = FULL")
    try:
        yield db.conn
    finally:
        db.conn.execute("PRAGMA synchronous = NORMAL")


def empty_log(db: Database) -> bool:
    """Write everything to the file itself, and leave nothing in the write-ahead log.

    Say whether it was possible: not while somebody reads.
    """
    (busy, _, _) = db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _make_private(path: Path) -> None:
    """SQLite gives ``-wal`` and ``-shm`` the permissions of the file itself."""
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if file.exists() and file.stat().st_mode & 0o077:
            file.chmod(OWNER_ONLY)


def _configure(connection: sqlite3.Connection) -> None:
    """Pragmas belong to the connection, but for ``journal_mode``."""
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")
