"""Copies of the database beside it, made before it changes.

A copy keeps what is deleted later: sealed tickets and names of people who unlinked. So its days are counted.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store.copying import copy_database

__all__ = ["back_up", "prune_backups"]

MOST = 3
LONGEST = timedelta(days=30)
STAMP = "%Y%m%dT%H%M%S.%fZ"


def back_up(path: Path, now: datetime) -> Path:
    """A copy beside the database, verified, for its owner alone. Of older ones the newest few stay."""
    backup = path.with_name(f"{path.name}.{now.astimezone(UTC):{STAMP}}.bak")
    copy_database(path, backup)
    for old in sorted(_backups(path))[:-MOST]:
        old.unlink()
    return backup


def prune_backups(path: Path, now: datetime) -> int:
    """Delete the back-ups of the database at ``path`` that were made 30 days ago or before; say how many."""
    old = [backup for backup, made_at in _backups(path).items() if made_at <= now - LONGEST]
    for backup in old:
        backup.unlink(missing_ok=True)
    return len(old)


def _backups(path: Path) -> dict[Path, datetime]:
    """Those that :func:`back_up` made, and when. Copies that somebody made by hand are not the bot's."""
    name = re.compile(rf"{re.escape(path.name)}\.(\d{{8}}T\d{{6}}\.\d{{6}}Z)\.bak", re.ASCII)
    found = ((file, name.fullmatch(file.name)) for file in path.parent.iterdir())
    return {file: datetime.strptime(match[1], STAMP).replace(tzinfo=UTC) for file, match in found if match}
