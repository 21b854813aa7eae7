"""Move everything from an SQLite file into PostgreSQL, while a bot runs on the file or not.

It is one transaction: the target is what the source was at one moment, row by row, or it stays as it was.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from graphlib import TopologicalSorter
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from bot.core.secret import DatabaseUrl
from bot.store.database import DatabaseUnusable, micros
from bot.store.postgres_schema import TABLE, migrate_postgres, translated
from bot.store.postgres_values import adapt
from bot.store.processes import DEAD_AFTER
from bot.store.sqlite import OPERATOR_PATIENCE, open_database

__all__ = ["Moved", "MovingRefused", "move"]

#: Who runs on the source is nobody on the target, and its turns are over by then.
LEFT = {"processes", "rates", "leases", "seats"}
#: Rows that are compared at a time.
PAGE = 1000

Rows = Iterator[tuple[Any, ...]]


class MovingRefused(Exception):
    """Nothing was moved; the message says why."""


class Moved(NamedTuple):
    """How many rows of each table are in the target, each one compared."""

    rows: dict[str, int]


class _Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def query(self) -> str:
        """All of its rows, in an order that both databases have."""
        return f"SELECT {', '.join(self.columns)} FROM {self.name} ORDER BY {', '.join(self.key)}"  # noqa: S608


def move(source: Path, target: DatabaseUrl, now: datetime) -> Moved:
    """Make the target what the source is now. It blocks, and changes nothing in the source.

    It may be repeated, as long as nobody used the target meanwhile. Raises :class:`MovingRefused` and
    :class:`~bot.store.database.DatabaseUnusable`.
    """
    if not source.is_file():
        raise DatabaseUnusable(f"There is no database at {source}.")
    migrate_postgres(target, now)
    try:
        with (
            closing(open_database(source, OPERATOR_PATIENCE)) as db,
            psycopg.connect(target.reveal()) as connection,
        ):
            adapt(connection)
            db.conn.execute("BEGIN")  # all is read as it was at this moment
            tables = _tables(db.conn)
            _refuse(connection, tables, target, now)
            _fill(db.conn, connection, tables)
            counts = dict.fromkeys((table.name for table in tables), 0)
            digest = sha256()
            for table in tables:
                for row in _same(table, db.conn.execute(table.query), _read(connection, table)):
                    digest.update(repr(row).encode("utf-8", "surrogatepass"))
                    counts[table.name] += 1
            connection.execute(f"COMMENT ON TABLE {TABLE} IS 'moved: {digest.hexdigest()}'")
            return Moved(counts)
    except psycopg.Error as error:
        raise DatabaseUnusable(
            f"{target.place} cannot be used ({type(error).__name__}): nothing is moved."
        ) from None


def _tables(source: sqlite3.Connection) -> list[_Table]:
    """All that are moved, those first that others refer to."""
    names = (
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE '%sqlite@_%' ESCAPE '@'"
    )
    refers = 'SELECT "table" FROM pragma_foreign_key_list(?)'
    order = TopologicalSorter(
        {name: {to for (to,) in source.execute(refers, (name,))} for (name,) in source.execute(names)}
    )
    found = []
    for name in order.static_order():
        info = source.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
        key = [column for column, place in sorted(info, key=lambda each: each[1]) if place]
        if name not in LEFT:
            found.append(_Table(name, tuple(column for column, _ in info), tuple(key)))
    return found


def _refuse(
    connection: psycopg.Connection[Any], tables: Sequence[_Table], target: DatabaseUrl, now: datetime
) -> None:
    """Nobody may run on the target, or have used it since the last move."""
    connection.execute(f"LOCK TABLE {TABLE} IN EXCLUSIVE MODE")
    seen = connection.execute(
        "SELECT count(*) FROM processes WHERE seen_at > %s", (micros(now - DEAD_AFTER),)
    )
    if _one(seen):
        raise MovingRefused(f"A bot runs on {target.place}: stop it first. Nothing is moved.")
    digest, rows = sha256(), 0
    for table in tables:
        for row in _read(connection, table):
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
            rows += 1
    said = _one(connection.execute(f"SELECT obj_description('{TABLE}'::regclass)"))
    if rows and said != f"moved: {digest.hexdigest()}":
        raise MovingRefused(
            f"{target.place} holds what no move put there: name an empty database. Nothing is moved."
        )


def _fill(source: sqlite3.Connection, connection: psycopg.Connection[Any], tables: Sequence[_Table]) -> None:
    connection.execute(f"TRUNCATE {', '.join(table.name for table in tables)}")
    for table in tables:
        # They would mark as stale what is moved as it was.
        connection.execute(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
        columns = translated(", ".join(table.columns))
        with connection.cursor().copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in source.execute(table.query):
                copy.write_row(row)
        connection.execute(f"ALTER TABLE {table.name} ENABLE TRIGGER USER")
        if table.key == ("id",) and table.name != "installations":
            _count_on(source, connection, table.name)


def _count_on(source: sqlite3.Connection, connection: psycopg.Connection[Any], table: str) -> None:
    """An id that was given is not given again."""
    last = [f"SELECT max(id) FROM {table}"]  # noqa: S608 - a definition
    last += ["SELECT max(subscription) FROM ledger"] if table == "subscriptions" else []
    last += [f"SELECT max(seq) FROM sqlite_sequence WHERE name = '{table}'"]  # noqa: S608 - a definition
    given = max(source.execute(query).fetchone()[0] or 0 for query in last)
    sequence = _one(connection.execute("SELECT pg_get_serial_sequence(%s, 'id')", (table,)))
    if sequence:
        connection.execute("SELECT setval(%s, %s, false)", (sequence, given + 1))


def _same(table: _Table, before: Rows, after: Rows) -> Rows:
    """The rows, if they are the same on both sides. Raises :class:`MovingRefused`."""
    while True:
        row, other = next(before, None), next(after, None)
        if row != other:
            raise MovingRefused(f"A row of {table.name} did not arrive as it was: nothing is moved.")
        if row is None:
            return
        yield row


def _read(connection: psycopg.Connection[Any], table: _Table) -> Rows:
    with connection.cursor(f"read_{table.name}") as cursor:
        cursor.itersize = PAGE
        yield from cursor.execute(translated(table.query))


def _one(cursor: psycopg.Cursor[Any]) -> Any:
    row = cursor.fetchone()
    return row[0] if row else None
