"""Whether an SQLite file is whole, and what to do when it is not."""

import logging
import sqlite3
import time
from pathlib import Path
from types import TracebackType

from bot.store.database import DatabaseUnusable

__all__ = ["DatabaseDamaged", "Watched", "first_damage", "is_damage"]

log = logging.getLogger(__name__)

#: What SQLite says of a file that is damaged, by its primary code.
CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
#: How often it is looked whether the time is over, in instructions of SQLite's.
EVERY = 10_000


class DatabaseDamaged(DatabaseUnusable):
    """A part of the file is not as SQLite wrote it."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path} is damaged ({what}): stop the bot, then restore a back-up (python -m bot restore FILE); "
            f"python -m bot doctor looks through all of it."
        )


def is_damage(error: sqlite3.Error) -> bool:
    """Whether it failed for what is in the file."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in CODES


class Watched:
    """Around whatever reads or writes a file: damage that SQLite comes upon is told in one way, and kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        #: What SQLite said of the first damage; ``""`` while it came upon none.
        self.damage = ""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, sqlite3.Error) or not is_damage(error):
            return
        damaged = DatabaseDamaged(self._path, str(error))
        if not self.damage:
            self.damage = str(error)
            log.critical("%s", damaged, extra={"action": "database.damaged"})
        raise damaged from None


def first_damage(
    connection: sqlite3.Connection, longest: float, check: str = "integrity_check"
) -> str | None:
    """The first damage that SQLite finds, ``""`` for none, ``None`` if it takes ``longest`` (seconds).

    ``quick_check`` leaves out whether indexes fit their tables. It blocks.
    """
    until = time.monotonic() + longest
    connection.set_progress_handler(lambda: time.monotonic() > until, EVERY)
    try:
        (found,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)
    return "" if found == "ok" else str(found).splitlines()[-1]
