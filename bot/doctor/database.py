"""The database: its file, its disk, its schema, its keys, its back-ups."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import sqlite_utils

from bot.core.audit import AuditAction
from bot.doctor import postgres
from bot.doctor.disk import mount_of
from bot.doctor.findings import (
    DATABASE_PATIENCE,
    OLD,
    OLDER,
    Check,
    Finding,
    Look,
    Patient,
    good,
    problem,
    skipped,
    unusable,
    warning,
)
from bot.ops.keys import check_keys
from bot.store import DatabaseUnusable
from bot.store.damage import first_damage
from bot.store.sqlite import SqliteDatabase, unapplied

__all__ = ["DATABASE"]

#: How long SQLite may look for damage, in seconds; on a slow disk a large file takes longer.
LONGEST = 8.0
LITTLE = 200 * 2**20
NO_FILE = "there is no file"
#: Another check tells why.
UNUSABLE = "the database cannot be used as it is"
MOUNT_A_VOLUME = "keep BOT_DATABASE on a disk that stays: in a container, on a volume"


async def _file(patient: Patient) -> AsyncIterator[Finding]:
    path = patient.of_sqlite
    if not path.exists():
        yield _missing(path)
        return
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        yield problem(
            f"{path} is no file that this user may read and write", "look at BOT_DATABASE, and whose it is"
        )
        return
    readable = [file.name for file in _files(path) if file.stat().st_mode & 0o077]
    if readable:
        yield warning(f"others may read {', '.join(readable)}", f"chmod 600 {path}*")
    try:
        damage = await asyncio.to_thread(_damage, path)
    except sqlite3.DatabaseError as error:
        yield problem(f"{path} cannot be used: {error}", "restore a back-up: python -m bot restore FILE")
        return
    if damage:
        yield problem(f"{path} is damaged: {damage}", "restore a back-up: python -m bot restore FILE")
    elif damage is None:
        yield skipped(
            f"{path} is too large to be looked through in {LONGEST:.0f} s",
            "python -m bot backup looks through all of it",
        )
    else:
        yield good(f"{path} is whole")


def _missing(path: Path) -> Finding:
    folder = _folder(path)
    if not os.access(folder, os.W_OK | os.X_OK):
        return problem(
            f"{path} cannot be made: {folder} is not this user's to write in",
            f"give {folder} to the bot's user, or change BOT_DATABASE",
        )
    return skipped(f"there is none at {path} yet: it is made at the first start")


def _folder(path: Path) -> Path:
    """The nearest folder that there is."""
    return next(each for each in path.absolute().parents if each.exists())


def _files(path: Path) -> list[Path]:
    named = (path.with_name(f"{path.name}{suffix}") for suffix in ("", "-wal", "-shm"))
    return [file for file in named if file.exists()]


def _damage(path: Path) -> str | None:
    """The first damage that SQLite finds, ``""`` for none, ``None`` if it takes too long."""
    with closing(_connection(path)) as connection:
        return first_damage(connection, LONGEST)


def _connection(path: Path) -> sqlite3.Connection:
    """One that makes no file and changes nothing by itself."""
    name = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(name, uri=True, timeout=DATABASE_PATIENCE.total_seconds(), isolation_level=None)


async def _writable(patient: Patient) -> AsyncIterator[Finding]:
    path = patient.of_sqlite
    if patient.is_new:
        yield skipped(NO_FILE)
        return
    try:
        await asyncio.to_thread(_begin, path)
    except sqlite3.OperationalError as error:
        locked = "locked" in str(error)
        what = "another program holds it locked" if locked else f"it cannot be written: {error}"
        fix = (
            "find the program, such as one that copies the file"
            if locked
            else "look at the disk, and at whose the file is"
        )
        yield problem(what, fix)
    except sqlite3.DatabaseError:
        yield skipped(UNUSABLE)
    else:
        yield good("it can be written")


def _begin(path: Path) -> None:
    with closing(_connection(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")


async def _disk(patient: Patient) -> AsyncIterator[Finding]:
    path = patient.of_sqlite
    folder = _folder(path)
    free = shutil.disk_usage(folder).free
    if free < LITTLE:
        yield problem(f"{free / 2**20:.0f} MiB are free at {folder}", "make room, or move BOT_DATABASE")
    mount = mount_of(path, patient.mounts)
    if mount is None:
        yield skipped("this system does not tell what kind of disk it is on", MOUNT_A_VOLUME)
    elif mount.is_gone_at_restart:
        yield problem(
            f"{mount.place} is in memory ({mount.kind}): a restart loses everything", MOUNT_A_VOLUME
        )
    elif mount.is_remote:
        yield problem(
            f"{mount.place} is another machine's ({mount.kind}): SQLite loses data there",
            "keep BOT_DATABASE on a disk of this machine",
        )
    elif mount.is_of_a_container:
        yield warning(
            f"{mount.place} is the container's own layer ({mount.kind}): it goes with the container",
            MOUNT_A_VOLUME,
        )
    else:
        yield good(f"it outlives a restart ({mount.kind})")


async def _schema(patient: Patient) -> AsyncIterator[Finding]:
    path = patient.of_sqlite
    if patient.is_new:
        yield skipped(NO_FILE)
        return
    try:
        with closing(_connection(path)) as connection:
            needed = unapplied(
                SqliteDatabase(sqlite_utils.Database(connection, execute_plugins=False), path), path
            )
    except DatabaseUnusable as error:
        yield unusable(error)
    except sqlite3.DatabaseError:
        yield skipped(UNUSABLE)
    else:
        if needed:
            yield warning(
                OLDER.format(len(needed)),
                "they are applied at the next start, after a back-up; or python -m bot migrate",
            )
        else:
            yield good("it is up to date")


async def _keys(patient: Patient) -> AsyncIterator[Finding]:
    settings = patient.settings
    if patient.is_new:
        yield skipped("nothing is sealed yet")
        return
    try:
        report = await asyncio.to_thread(check_keys, settings.database, settings.secret_key, patient.now)
    except (DatabaseUnusable, sqlite3.DatabaseError):
        yield skipped(UNUSABLE)
    else:
        if report.code:
            yield problem(
                "something that is sealed opens with no key in BOT_SECRET_KEY",
                "put the old key behind the others; python -m bot keys check names it",
            )
        else:
            yield good("BOT_SECRET_KEY opens everything that is sealed")


async def _back_up(patient: Patient) -> AsyncIterator[Finding]:
    how = "python -m bot backup FILE, every night"
    if patient.is_new:
        yield skipped("there is nothing to back up yet")
        return
    try:
        async with patient.connected() as store:
            at = await store.audit.last(AuditAction.DATABASE_BACKED_UP)
    except Exception:  # whatever it is, others name it
        yield skipped(UNUSABLE)
        return
    if at is None:
        yield warning("the bot knows of none", how)
    elif patient.now - at > OLD:
        yield warning(f"the last is {(patient.now - at).days} days old", how)
    else:
        yield good(f"the last is of {at:%Y-%m-%d %H:%M} UTC")


def _either(of_sqlite: Look, of_postgres: Look) -> Look:
    """Whichever it is."""

    async def look(patient: Patient) -> AsyncIterator[Finding]:
        if patient.file:
            async for finding in of_sqlite(patient):
                yield finding
            return
        try:
            async for finding in of_postgres(patient):
                yield finding
        except DatabaseUnusable as error:
            yield unusable(error) if of_postgres is postgres.answers else skipped(UNUSABLE)

    return look


DATABASE = (
    Check("database", _either(_file, postgres.answers)),
    Check("database: written", _either(_writable, postgres.written)),
    Check("database: disk", _either(_disk, postgres.kept)),
    Check("database: schema", _either(_schema, postgres.schema)),
    Check("keys", _keys),
    Check("back-up", _either(_back_up, postgres.back_up)),
)
