"""Bring a database up to date, after a back-up."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.store.database import OWNER_ONLY, connect, unapplied
from bot.store.migrations import migrations

__all__ = ["Migrated", "migrate"]

BACKUPS_KEPT = 3


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was done."""

    #: The names of the steps applied, in order; none if the database was up to date.
    applied: tuple[str, ...]
    #: The copy made before, if there was anything to lose.
    backup: Path | None = None


def migrate(path: Path, now: datetime) -> Migrated:
    """Bring a database up to date; make it if there is none. It blocks: call it before the loop is busy.

    ``now`` (aware) names the back-up. Raises :class:`~bot.store.database.DatabaseUnusable`; a step that fails
    is undone, and the database is as it was before that step.
    """
    db = connect(path)
    try:
        needed = unapplied(db, path)
        if not needed:
            return Migrated(())
        backup = _back_up(db, path, now) if migrations.applied(db) else None
        migrations.apply(db)
        return Migrated(tuple(needed), backup)
    finally:
        db.close()


def _back_up(db: Database, path: Path, now: datetime) -> Path:
    """A consistent copy beside the database, for its owner alone. Of older ones the newest few stay."""
    backup = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%S.%fZ}.bak")
    # VACUUM INTO writes into an empty file, too, and keeps its permissions.
    file = os.open(backup, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY)
    try:
        db.conn.execute("VACUUM INTO ?", (str(backup),))
        os.fsync(file)
    finally:
        os.close(file)
    for old in sorted(path.parent.glob(f"{path.name}.*.bak"))[:-BACKUPS_KEPT]:
        old.unlink()
    return backup
