"""What a check is, what it finds, and what it may ask."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import aiohttp

from bot.config import Settings
from bot.core.secret import DatabaseUrl
from bot.services.ports import Clock
from bot.singleflight import SingleFlight
from bot.store import DatabaseUnusable, Store, connected

if TYPE_CHECKING:
    from bot.store.postgres_facts import PostgresFacts

__all__ = [
    "DATABASE_PATIENCE",
    "OLD",
    "OLDER",
    "Check",
    "Finding",
    "Granted",
    "Look",
    "Patient",
    "Result",
    "good",
    "problem",
    "skipped",
    "unusable",
    "warning",
]

Row = TypeVar("Row")

#: How long to wait for another's transaction.
DATABASE_PATIENCE = timedelta(seconds=2)


#: How old a back-up may be.
OLD = timedelta(days=2)
#: Of a database that a start brings up to date.
OLDER = "it is of an older version: {} steps"


class Result(StrEnum):
    """What a check came to."""

    OK = "ok"
    #: It works, but somebody should know.
    WARNING = "warning"
    PROBLEM = "problem"
    #: It could not be looked at, or there was no need.
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. No text of it holds a secret, nor anything that another server said."""

    result: Result
    what: str
    #: How to mend it; ``""`` where there is nothing to do.
    fix: str = ""
    check: str = ""


def good(what: str) -> Finding:
    """It is as it should be."""
    return Finding(Result.OK, what)


def warning(what: str, fix: str) -> Finding:
    """It works, but somebody should know."""
    return Finding(Result.WARNING, what, fix)


def problem(what: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(Result.PROBLEM, what, fix)


def skipped(what: str, fix: str = "") -> Finding:
    """It was not looked at."""
    return Finding(Result.SKIPPED, what, fix)


def unusable(error: DatabaseUnusable) -> Finding:
    """What is wrong with the database, and what to do, as the store says it."""
    what, _, fix = str(error).partition(": ")
    return problem(what, fix.rstrip("."))


@dataclass(frozen=True, slots=True)
class Granted:
    """What Slack says of a bot token."""

    #: Whose it is: ``SLACK_BOT_TOKEN``, or the id of a workspace or organization.
    name: str
    #: Slack's own word for what is wrong; ``""`` for nothing.
    error: str
    #: ``None`` where Slack does not tell.
    scopes: frozenset[str] | None = None
    #: How far Slack's clock is ahead, in seconds; ``None`` where it does not tell.
    ahead: float | None = None


class Patient:
    """The set-up that is looked at, and what several checks want to know of it, asked once."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        session: aiohttp.ClientSession,
        ask_slack: Callable[["Patient"], AsyncIterator[Granted]],
        mounts: Path,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.session = session
        #: Linux's table of what is mounted where.
        self.mounts = mounts
        self._ask_slack = ask_slack
        self._granted: Sequence[Granted] | None = None
        self._postgres: PostgresFacts | None = None
        self._flights = SingleFlight()

    async def granted(self) -> Sequence[Granted]:
        """What Slack says of each token."""
        if self._granted is None:
            self._granted = await self._flights.join("slack", self._all_granted)
        return self._granted

    async def postgres(self) -> "PostgresFacts":
        """What the PostgreSQL says of itself. Raises :class:`~bot.store.DatabaseUnusable`."""
        from bot.store.postgres_facts import ask_postgres  # whoever uses SQLite needs nothing of it

        if self._postgres is None:
            assert isinstance(self.settings.database, DatabaseUrl)  # noqa: S101 - else nobody asks
            asks = partial(asyncio.to_thread, ask_postgres, self.settings.database)
            self._postgres = await self._flights.join("postgres", asks)
        return self._postgres

    async def _all_granted(self) -> Sequence[Granted]:
        return [each async for each in self._ask_slack(self)]

    @property
    def file(self) -> Path | None:
        """The SQLite file; ``None`` for PostgreSQL."""
        return self.settings.database if isinstance(self.settings.database, Path) else None

    @property
    def of_sqlite(self) -> Path:
        """The same, for checks of SQLite alone."""
        assert isinstance(self.settings.database, Path)  # noqa: S101 - else nobody asks
        return self.settings.database

    @property
    def is_new(self) -> bool:
        """Whether there is no database yet: it is made at the first start."""
        return self.file is not None and not self.file.is_file()

    def connected(self) -> AbstractAsyncContextManager[Store]:
        """The database, whichever it is. It makes a file where there is none: see :attr:`is_new`."""
        return connected(self.settings.database, self.settings.secret_key, patience=DATABASE_PATIENCE)

    async def stored(self, question: Callable[[Store], Awaitable[Sequence[Row]]]) -> Sequence[Row]:
        """What the database has; nothing where it cannot be asked: its own checks name that."""
        if self.is_new:
            return ()
        try:
            async with self.connected() as store:
                return await question(store)
        except Exception:
            return ()

    @property
    def now(self) -> datetime:
        """The machine's clock."""
        return self.clock.now()


Look = Callable[[Patient], AsyncIterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at."""

    name: str
    look: Look
