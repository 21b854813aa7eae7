"""The processes that run the bot, and the keys that each of them knows."""

import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.store.database import Database, micros, moment

__all__ = ["DEAD_AFTER", "Process", "StoredProcesses", "live"]

#: A process that was not seen for so long has ended. To be more than two beats, so that one may fail.
DEAD_AFTER = timedelta(minutes=3)

BEAT = """
    INSERT INTO processes (id, started_at, seen_at, key_ids, pid, host) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
"""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that runs the bot."""

    id: str
    started_at: datetime
    seen_at: datetime
    #: Newest first: the first one seals.
    key_ids: tuple[str, ...]
    pid: int
    host: str


class StoredProcesses:
    """This process among those that run the bot. Every method is one statement, so atomic."""

    def __init__(self, db: Database, key_ids: Sequence[str]) -> None:
        self._db = db
        self._id = secrets.token_hex(8)
        self._key_ids = " ".join(key_ids)
        self._started_at: datetime | None = None

    async def beat(self, now: datetime) -> None:
        """Say that this process runs, and which keys it knows. To be called at start and every minute."""
        self._started_at = self._started_at or now
        times = (micros(self._started_at), micros(now))
        await self._db.execute(BEAT, (self._id, *times, self._key_ids, os.getpid(), socket.gethostname()))

    async def leave(self) -> None:
        """Say that this process writes nothing more."""
        await self._db.execute("DELETE FROM processes WHERE id = ?", (self._id,))

    async def prune(self, now: datetime) -> int:
        """Forget those that are dead, also one seen in the future: it would have said since that it runs."""
        return await self._db.execute(
            "DELETE FROM processes WHERE id <> ? AND (seen_at <= ? OR seen_at > ?)",
            (self._id, micros(now - DEAD_AFTER), micros(now + DEAD_AFTER)),
        )


async def live(db: Database, now: datetime) -> tuple[Process, ...]:
    """The processes that were seen lately, the longest-running first.

    One seen in the future counts as well, since a clock may have been set back.
    """
    rows = await db.rows(
        "SELECT id, started_at, seen_at, key_ids, pid, host FROM processes WHERE seen_at > ? "
        "ORDER BY started_at, id",
        (micros(now - DEAD_AFTER),),
    )
    return tuple(_process(*row) for row in rows)


def _process(id_: str, started_at: int, seen_at: int, key_ids: str, *rest: Any) -> Process:
    return Process(id_, moment(started_at), moment(seen_at), tuple(key_ids.split()), *rest)
