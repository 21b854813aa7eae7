"""A copy of the SQLite file while it is in use, and whether a copy is any good."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import sqlite_utils

from bot.store.database import DatabaseUnusable
from bot.store.migrations import migrations
from bot.store.rotation import Survey, survey
from bot.store.sealing import Sealer
from bot.store.sqlite import OWNER_ONLY, SqliteDatabase, at_once, unapplied

__all__ = ["Examined", "copy_database", "examine_copy", "settled"]

TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name"


@dataclass(frozen=True, slots=True)
class Examined:
    """What is in a database file."""

    #: By table, as many as there are.
    rows: Mapping[str, int]
    #: What SQLite finds damaged, in its own words; none: it is whole.
    damage: tuple[str, ...] = ()
    #: The steps that this version would apply to it.
    needed: tuple[str, ...] = ()
    #: What the keys open, if it was asked.
    sealed: Survey | None = field(default=None, repr=False)

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(self.rows.values())


def copy_database(source: Path, target: Path) -> Mapping[str, int]:
    """Copy a database that may be in use into a new file, for its owner alone; how many rows it has.

    The copy is the database as it was at one instant. It stands under its name as soon as it is whole, on the
    disk and verified, not before. Raises :class:`FileExistsError`, :class:`~bot.store.DatabaseUnusable`.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
    try:
        rows = _copied(source, part)
        if examine_copy(part).rows != rows:
            raise DatabaseUnusable(
                f"The copy of {source} is not what was copied: try again, on another disk."
            )
        settled(part, target)
    finally:
        part.unlink(missing_ok=True)
    return rows


def settled(part: Path, target: Path) -> None:
    """Put a whole file under its name, on the disk, in the place of whatever was there."""
    for place in (part, target.parent):
        if place == target.parent:
            part.replace(target)
        number = os.open(place, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def examine_copy(path: Path, sealer: Sealer | None = None) -> Examined:
    """Look at all of a file, and change nothing; with ``sealer`` also whether its keys open what is sealed.

    Raises :class:`~bot.store.DatabaseUnusable` where it is no database of this version's or an older one's.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            db = SqliteDatabase(sqlite_utils.Database(connection, execute_plugins=False), path)
            damage = [line for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
            damage += [f"row {row} of {table} refers to nothing" for table, row, *_ in orphans]
            needed = unapplied(db, path)
            if not migrations.applied(db.tables):
                raise DatabaseUnusable(f"{path} is empty.")
            # An older one may lack what is sealed by now: it is asked once it is up to date.
            sealed = at_once(survey(db, sealer)) if sealer and not (needed or damage) else None
            return Examined(_rows(connection), tuple(damage), tuple(needed), sealed)
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(f"{path} is no database, or a damaged one ({error}).") from None


def _copied(source: Path, part: Path) -> Mapping[str, int]:
    """One transaction, so that what is counted is what is copied; those who write go on meanwhile."""
    try:
        with (
            closing(
                sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            ) as there,
            closing(sqlite3.connect(part, isolation_level=None)) as here,
        ):
            there.execute("BEGIN")
            rows = _rows(there)
            there.backup(here)
            there.execute("ROLLBACK")
            here.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
            return rows
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(f"{source} cannot be copied ({error}): look at BOT_DATABASE.") from None


def _rows(connection: sqlite3.Connection) -> Mapping[str, int]:
    names = connection.execute(TABLES).fetchall()
    counts = ((name, connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for (name,) in names)  # noqa: S608 - from the schema
    return dict(counts)
