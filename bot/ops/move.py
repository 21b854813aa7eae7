"""``python -m bot move``: everything from an SQLite file into PostgreSQL, for whoever runs the bot."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.core.secret import DatabaseUrl
from bot.store import DatabaseUnusable, alone

__all__ = ["NotMoved", "moved"]


class NotMoved(Exception):
    """Nothing was moved; the message says why."""


def moved(source: str, target: str, now: datetime) -> Iterator[str]:
    """Move, and say what was done, a line each.

    Raises :class:`NotMoved` and :class:`~bot.store.DatabaseUnusable`.
    """
    from bot.store.moving import MovingRefused, move  # whoever uses SQLite needs nothing of it

    if "://" in source or not target.startswith(("postgresql://", "postgres://")):
        raise NotMoved(
            "Name an SQLite file first, then PostgreSQL: sqlite:data/bot.db postgresql://user@host/database"
        )
    path, url = Path(source.removeprefix("sqlite:")), DatabaseUrl(target)
    if url.has_password:
        raise NotMoved(
            "Leave the password out of the command, which everybody on this machine sees: "
            "have it in PGPASSWORD, or in ~/.pgpass."
        )
    try:
        done = move(path, url, now)
    except MovingRefused as error:
        raise NotMoved(str(error)) from None
    tables = {name: count for name, count in done.rows.items() if count}
    yield f"Moved {sum(tables.values()):,} rows of {len(tables)} tables to {url.place}; each was compared."
    if _is_in_use(path):
        yield f"A bot runs on {path}: stop it and run this again, which moves what it wrote since."
    else:
        yield "Next: start the bot with BOT_DATABASE set to that address, and the same BOT_SECRET_KEY."
        yield f"{path} is as it was: put it away when all is well."


def _is_in_use(path: Path) -> bool:
    try:
        with alone(path):
            return False
    except DatabaseUnusable:
        return True
