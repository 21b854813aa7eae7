"""Bring a database up to date, after a back-up."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.core.secret import DatabaseUrl
from bot.store.backups import back_up, prune_backups
from bot.store.damage import DatabaseDamaged, first_damage, is_damage
from bot.store.migrations import migrations
from bot.store.sqlite import connect, unapplied

__all__ = ["Migrated", "migrate"]

#: How long a start may look for damage, in seconds. What it does not see by then shows when it is read.
LONGEST = 2.0


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was done."""

    #: The names of the steps applied, in order; none if the database was up to date.
    applied: tuple[str, ...]
    #: The copy made before, if there was anything to lose.
    backup: Path | None = None


def migrate(where: Path | DatabaseUrl, now: datetime) -> Migrated:
    """Bring a database up to date; make it if there is none; delete old back-ups.

    It blocks: call it before the loop is busy. ``now`` (aware) names the back-up. Raises
    :class:`~bot.store.database.DatabaseUnusable`; a step that fails is undone, and the database is as it was
    before that step. PostgreSQL is never copied here: `pg_dump` does that.
    """
    if isinstance(where, Path):
        return _migrate_file(where, now)
    from bot.store.postgres_schema import migrate_postgres  # whoever uses SQLite needs nothing of it

    return Migrated(tuple(migrate_postgres(where, now)))


def _migrate_file(path: Path, now: datetime) -> Migrated:
    db = connect(path)
    try:
        if damage := first_damage(db.conn, LONGEST, "quick_check"):
            raise DatabaseDamaged(path, damage)
        needed = unapplied(db, path)
        prune_backups(path, now)
        if not needed:
            return Migrated(())
        backup = back_up(path, now) if migrations.applied(db.tables) else None
        migrations.apply(db.tables)
        return Migrated(tuple(needed), backup)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise DatabaseDamaged(path, str(error)) from None
        raise
    finally:
        db.close()
