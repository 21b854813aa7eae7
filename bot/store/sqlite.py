"""The SQLite file: how it is opened, who may read it, and what runs on it.

Nothing here ever waits, though it may be awaited: a read takes microseconds, and a thread would cost ten
times that.
"""

import os
import sqlite3
from collections.abc import Coroutine, Iterable, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

import sqlite_utils

from bot.store.damage import DatabaseDamaged, Watched
from bot.store.database import NONE, OLDER, SQLITE, DatabaseUnusable, Dialect, Given, Values
from bot.store.migrations import migrations

__all__ = [
    "BUSY_TIMEOUT",
    "OPERATOR_PATIENCE",
    "OWNER_ONLY",
    "SqliteDatabase",
    "at_once",
    "connect",
    "make_private",
    "open_database",
    "unapplied",
]

Result = TypeVar("Result")

#: How long the bot waits for another process's transaction. The loop waits with it, so it is short.
BUSY_TIMEOUT = timedelta(milliseconds=250)
#: How long an operator's command waits for the bot's: nobody else waits with it, so it is long.
OPERATOR_PATIENCE = timedelta(seconds=10)
OWNER_ONLY = 0o600
#: Rows of one statement.
GIVEN = 32


class SqliteDatabase:
    """Implements :class:`~bot.store.database.Database`, for the thread that opened it."""

    dialect: Dialect = SQLITE

    def __init__(self, tables: sqlite_utils.Database, path: Path) -> None:
        self.path = path
        #: For the schema.
        self.tables = tables
        self.conn: sqlite3.Connection = tables.conn
        self._watched = Watched(path)

    async def execute(self, statement: str, values: Values = ()) -> int:
        """Run one; how many rows it concerned."""
        with self._watched:
            return self.conn.execute(statement, values).rowcount

    async def later(self, statement: str, values: Values = ()) -> None:
        """Run one: nothing ever waits here."""
        with self._watched:
            self.conn.execute(statement, values)

    async def execute_many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """Run one for each of these."""
        with self._watched:
            self.conn.executemany(statement, values)

    async def execute_given(self, statement: str, given: Given, values: Sequence[object]) -> None:
        """Run one for a few dozen rows at a time: few statements, which are prepared once."""
        columns, places = ", ".join(given.columns), f"({', '.join('?' * len(given.columns))})"
        for start in range(0, len(given.rows), GIVEN):
            rows = given.rows[start : start + GIVEN]
            these = f"WITH given ({columns}) AS (VALUES {', '.join([places] * len(rows))}) {statement}"
            with self._watched:
                self.conn.execute(these, (*chain.from_iterable(rows), *values))

    async def one(self, query: str, values: Values = ()) -> tuple[Any, ...] | None:
        """The first row."""
        with self._watched:
            return self.conn.execute(query, values).fetchone()  # type: ignore[no-any-return]

    async def only(self, query: str, values: Values = ()) -> tuple[Any, ...]:
        """The first row of what always has one."""
        return cast("tuple[Any, ...]", await self.one(query, values))

    async def rows(self, query: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """All rows."""
        with self._watched:
            return self.conn.execute(query, values).fetchall()

    async def records(self, query: str, values: Values = ()) -> list[dict[str, Any]]:
        """All rows, with the names of their columns."""
        with self._watched:
            cursor = self.conn.execute(query, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def transaction(self, *about: object, durable: bool = False) -> "_Transaction":
        """One writer at a time: what it is ``about`` makes no difference."""
        return _Transaction(self, durable)

    async def check(self) -> None:
        """Raise unless it can be read and written, and nothing in it was found damaged."""
        if self._watched.damage:
            raise DatabaseDamaged(self.path, self._watched.damage)
        self.conn.execute("BEGIN IMMEDIATE")
        self.conn.execute("ROLLBACK")

    async def check_schema(self) -> None:
        """Raise :class:`DatabaseUnusable` if it is not of this version's schema."""
        if unapplied(self, self.path):
            raise DatabaseUnusable(OLDER.format(self.path))

    async def empty_log(self) -> bool:
        """Write everything to the file itself, and leave nothing in the write-ahead log.

        Not while somebody reads.
        """
        (busy, _, _) = self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Close the file."""
        self.tables.close()


class _Transaction:
    """Nothing but its own statements may be awaited inside: other tasks share the connection."""

    def __init__(self, db: SqliteDatabase, durable: bool) -> None:
        self._db = db
        self._durable = durable

    async def __aenter__(self) -> SqliteDatabase:
        if self._durable:
            self._db.conn.execute("PRAGMA synchronous = FULL")
        try:
            self._db.conn.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._relax()
            raise
        return self._db

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._db.conn.commit()
            else:
                self._db.conn.rollback()
        finally:
            self._relax()

    def _relax(self) -> None:
        if self._durable:
            self._db.conn.execute("PRAGMA synchronous = NORMAL")


def at_once(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of what only asks SQLite, without a loop: it never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    work.close()
    raise RuntimeError("it waits")


def open_database(path: Path, patience: timedelta = BUSY_TIMEOUT) -> SqliteDatabase:
    """Open an up-to-date database, for this thread alone. Raises :class:`DatabaseUnusable`.

    None is made: who reads one by mistake would leave an empty one behind. ``patience`` is how long to wait
    for another process's transaction.
    """
    if not path.is_file():
        raise DatabaseUnusable(NONE.format(path))
    db = connect(path)
    try:
        if unapplied(db, path):
            raise DatabaseUnusable(OLDER.format(path))
        db.conn.execute(f"PRAGMA busy_timeout = {patience // timedelta(milliseconds=1)}")
    except BaseException:
        db.close()
        raise
    return db


def connect(path: Path) -> SqliteDatabase:
    """Open a database, whatever its version; make the file, readable by its owner alone, if there is none.

    Every statement commits by itself unless a transaction surrounds it. Raises :class:`DatabaseUnusable`.
    """
    try:
        make_private(path)
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT.total_seconds(), isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnusable(f"{path} cannot be opened ({error}): look at BOT_DATABASE.") from None
    db = SqliteDatabase(sqlite_utils.Database(connection, execute_plugins=False, strict=True), path)
    try:
        _configure(connection)
    except sqlite3.DatabaseError as error:
        db.close()
        damaged = "malformed" in str(error)
        remedy = "it is damaged, put a back-up of it in its place" if damaged else "look at BOT_DATABASE"
        raise DatabaseUnusable(f"{path} cannot be used ({error}): {remedy}.") from None
    return db


def unapplied(db: SqliteDatabase, path: Path) -> list[str]:
    """The names of the migrations that it still needs. Raises :class:`DatabaseUnusable` for a newer one."""
    applied = {migration.name for migration in migrations.applied(db.tables)}
    if not applied and set(db.tables.table_names()) - {migrations.migrations_table}:
        raise DatabaseUnusable(f"{path} is not this bot's: look at BOT_DATABASE.")
    if applied - known():
        raise DatabaseUnusable(
            f"{path} is of a newer version of this bot: install that, or put a back-up of it in its place."
        )
    return [migration.name for migration in migrations.pending(db.tables)]


def known() -> set[str]:
    """The names of all migrations of this version."""
    with sqlite_utils.Database(memory=True, execute_plugins=False) as empty:
        return {migration.name for migration in migrations.pending(empty)}


def make_private(path: Path) -> None:
    """Make the file, if there is none, and let its owner alone read it.

    SQLite gives ``-wal`` and ``-shm`` the permissions of the file itself.
    """
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
