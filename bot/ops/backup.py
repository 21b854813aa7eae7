"""``python -m bot backup`` and ``restore``: copies of the database, verified, for whoever runs the bot."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.core.audit import AuditAction, Deed
from bot.core.secret import Secret
from bot.store import DatabaseUnusable, Sealer, alone, ask, migrate
from bot.store.copying import Examined, copy_database, examine_copy, settled
from bot.store.sqlite import at_once, connect

__all__ = ["BackUpRefused", "back_up", "is_good", "restore", "show_examined"]

STAMP = "%Y%m%dT%H%M%S.%fZ"


class BackUpRefused(Exception):
    """No back-up was made or put back; the message says why."""


def back_up(database: Path, secret_key: Secret, target: Path, now: datetime, *, force: bool) -> Iterator[str]:
    """Copy the database, while the bot runs or not, and write down that it was done; say so, a line each.

    Raises :class:`BackUpRefused`, :class:`~bot.store.DatabaseUnusable`, :class:`~bot.store.BadKey`.
    """
    if not database.is_file():
        raise DatabaseUnusable(f"There is no database at {database}: look at BOT_DATABASE.")
    if target.exists() and (target.is_dir() or target.samefile(database)):
        raise BackUpRefused(f"{target} is a folder, or the database itself: name another file.")
    if target.exists() and not force:
        raise BackUpRefused(f"{target} exists: name a new file, or say --force.")
    if not target.parent.is_dir():
        raise BackUpRefused(f"There is no folder {target.parent}: make it first.")
    rows = copy_database(database, target)
    size = target.stat().st_size
    deed = Deed(now, AuditAction.DATABASE_BACKED_UP, after={"bytes": size, "rows": sum(rows.values())})
    _account(database, secret_key, deed)
    yield f"{target}: {size:,} bytes, {sum(rows.values()):,} rows in {len(rows)} tables, whole."
    yield "Tickets and tokens in it are sealed: keep BOT_SECRET_KEY as well, in another place."


def show_examined(path: Path, found: Examined) -> Iterator[str]:
    """What is in a copy, and what is wrong with it, a line each."""
    yield f"{path}: {found.total:,} rows in {len(found.rows)} tables."
    yield from (f"Damaged: {damage}." for damage in found.damage[:10])
    if found.needed:
        yield f"It is of an older version: {len(found.needed)} steps bring it up to date, by themselves."
    if sealed := found.sealed:
        unopened = len(sealed.unopened)
        told = (
            f"{unopened} of them do not open" if unopened else "the keys in BOT_SECRET_KEY open all of them"
        )
        yield f"Sealed values: {sealed.total}; {told}."
        if sealed.missing:
            yield f"Missing keys: {', '.join(sealed.missing)}. Put them behind the others in BOT_SECRET_KEY."
    yield "It can be restored." if is_good(found) else "It is not good."


def is_good(found: Examined) -> bool:
    """Whether all of it can be had back."""
    return not found.damage and not (found.sealed and found.sealed.unopened)


def restore(database: Path, secret_key: Secret, source: Path, now: datetime) -> Iterator[str]:
    """Put a copy in the database's place, brought up to date; what was there is kept beside it.

    Raises :class:`BackUpRefused` for a copy that is not whole or does not open,
    :class:`~bot.store.DatabaseUnusable` also while a bot runs, and :class:`~bot.store.BadKey`.
    """
    found = examine_copy(source, Sealer.from_text(secret_key))
    if not is_good(found):
        raise BackUpRefused(f"{source} is not good: see `python -m bot backup --verify {source}`.")
    with alone(database):
        incoming = database.with_name(f".{database.name}.restoring")
        copy_database(source, incoming)
        aside = _set_aside(database, now)
        settled(incoming, database)
        applied = migrate(database, now).applied
    deed = Deed(now, AuditAction.DATABASE_RESTORED, after={"rows": found.total, "steps": len(applied)})
    _account(database, secret_key, deed)
    yield f"Restored: {found.total:,} rows." + (
        f" Brought up to date by {len(applied)} steps." if applied else ""
    )
    yield from ([f"What was there is in {aside}."] if aside else [])
    yield "Who was forgotten after the back-up was made is in it again: `python -m bot forget` deletes them."


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Move what is there, whatever its state, and its log, which would be taken for the new one's."""
    aside = database.with_name(f"{database.name}.{now.astimezone(UTC):{STAMP}}.bak")
    if held := database.is_file() and database.stat().st_size > 0:
        _emptied_log(database)
    for suffix in ("", "-wal", "-shm"):
        file = database.with_name(f"{database.name}{suffix}")
        if file.exists():
            file.rename(aside.with_name(f"{aside.name}{suffix}"))
    return aside if held else None


def _emptied_log(database: Path) -> None:
    """Have the file hold all by itself; one that is damaged is left as it is, with its log."""
    with suppress(DatabaseUnusable, sqlite3.Error), closing(connect(database)) as db:
        at_once(db.empty_log())


def _account(database: Path, secret_key: Secret, deed: Deed) -> None:
    ask(database, secret_key, lambda store: store.audit.record(deed))
