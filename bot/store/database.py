"""What the tables need of a database, so that SQLite and PostgreSQL can stand behind the same ones.

Statements are of the SQL that both understand, with ``?`` or ``:name`` for values. What they do not share is
in :class:`Dialect`.
"""

import functools
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, ParamSpec, Protocol, TypeVar

__all__ = [
    "NONE",
    "OLDER",
    "SQLITE",
    "Database",
    "DatabaseFailed",
    "DatabaseUnusable",
    "Dialect",
    "Given",
    "Interrupted",
    "Statements",
    "Values",
    "maybe_micros",
    "maybe_moment",
    "micros",
    "moment",
    "upsert",
    "whole",
]

P = ParamSpec("P")
Result = TypeVar("Result")
Values = Sequence[object] | Mapping[str, object]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
#: How often a transaction is begun again that PostgreSQL broke off for another's sake.
TRIES = 5
#: Of where the database is.
NONE = "There is no database at {}: look at BOT_DATABASE. The bot makes it when it is first started."
OLDER = "{} is of an older version of this bot: run `python -m bot migrate`."


class DatabaseUnusable(Exception):
    """The database cannot be used; the message says why, and what to do."""


class DatabaseFailed(Exception):
    """A statement failed. The message says how, and never with which values."""


class Interrupted(DatabaseFailed):
    """PostgreSQL broke a transaction off for another's sake: nothing of it was done."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the two databases say in different words."""

    #: At the end of a sub-query: take rows that nobody else is taking, and let nobody else take them.
    taking: str
    #: At the end of a query: the participant that it finds stays one until the transaction ends.
    keeping: str
    #: At the end of a query: the row of ``subscriptions`` that it finds is nobody else's to change.
    changing: str
    #: The id of a new subscription: never one that any had before.
    next_subscription: str
    #: The ids in a JSON list, which is its value: a statement is the same for however many.
    listed: str
    #: The ids of a group, as such a list.
    ids: str
    #: Sixteen random hexadecimal digits.
    key: str


#: One writer at a time has the whole database: nothing is to be locked. An id that was removed left its rows
#: in the ledger: they must not be another's.
SQLITE = Dialect(
    taking="",
    keeping="",
    changing="",
    next_subscription=(
        "1 + max((SELECT coalesce(max(id), 0) FROM subscriptions), "
        "(SELECT coalesce(max(subscription), 0) FROM ledger))"
    ),
    listed="SELECT value AS id FROM json_each(?)",
    ids="json_group_array(id)",
    key="lower(hex(randomblob(8)))",
)


class Given(NamedTuple):
    """Rows, no two of them alike in what they are known by; and their columns, by their types."""

    columns: Mapping[str, str]
    rows: Sequence[Sequence[object]]


class Statements(Protocol):
    """What runs statements: a database, each by itself; or a transaction, all or none."""

    @property
    def dialect(self) -> Dialect:
        """In which words."""
        ...

    async def execute(self, statement: str, values: Values = ()) -> int:
        """Run one; how many rows it inserted, changed or deleted."""
        ...

    async def later(self, statement: str, values: Values = ()) -> None:
        """Run one, whatever it changes: along with the next that is waited for, or with the commit."""
        ...

    async def execute_many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """Run one for each of these."""
        ...

    async def execute_given(self, statement: str, given: Given, values: Sequence[object]) -> None:
        """Run one in which a table named ``given`` has these rows: a message to the database, not many."""
        ...

    async def one(self, query: str, values: Values = ()) -> tuple[Any, ...] | None:
        """The first row."""
        ...

    async def only(self, query: str, values: Values = ()) -> tuple[Any, ...]:
        """The first row of what always has one."""
        ...

    async def rows(self, query: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """All rows."""
        ...

    async def records(self, query: str, values: Values = ()) -> list[dict[str, Any]]:
        """All rows, with the names of their columns."""
        ...


class Database(Statements, Protocol):
    """An open database."""

    def transaction(self, *about: object, durable: bool = False) -> AbstractAsyncContextManager[Statements]:
        """All of what is run within it, or nothing. Only its own statements may be awaited in it.

        Those ``about`` the same are one behind the other; on SQLite all are. ``durable``: on the disk before
        it ends, since what follows must not be done twice, ever. It may raise :class:`Interrupted`: see
        :func:`whole`.
        """
        ...

    async def check(self) -> None:
        """Raise unless it can be read and written."""
        ...

    async def check_schema(self) -> None:
        """Raise :class:`DatabaseUnusable` if it is not of this version's schema."""
        ...

    async def empty_log(self) -> bool:
        """Leave nothing of what was deleted behind the tables; say whether that was possible."""
        ...


def whole(method: Callable[P, Coroutine[Any, Any, Result]]) -> Callable[P, Coroutine[Any, Any, Result]]:
    """For a method that is one transaction and does nothing else: begin it again where it was broken off."""

    @functools.wraps(method)
    async def again(*args: P.args, **kwargs: P.kwargs) -> Result:
        for _ in range(TRIES - 1):
            try:
                return await method(*args, **kwargs)
            except Interrupted:
                pass
        return await method(*args, **kwargs)

    return again


def upsert(table: str, key: Sequence[str], rest: Sequence[str]) -> str:
    """Insert a row, or put it in the place of the one of the same ``key``."""
    columns = (*key, *rest)
    changed = ", ".join(f"{column} = excluded.{column}" for column in rest)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "  # noqa: S608 - definitions
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    )


def micros(when: datetime) -> int:
    """An aware date-time as it is stored: microseconds since 1970, UTC."""
    return (when - EPOCH) // MICROSECOND


def moment(stored: int) -> datetime:
    """What was stored, in UTC."""
    return EPOCH + timedelta(microseconds=stored)


def maybe_micros(when: datetime | None) -> int | None:
    """The same for a date-time that may be none."""
    return None if when is None else micros(when)


def maybe_moment(stored: int | None) -> datetime | None:
    """The same for what may be NULL."""
    return None if stored is None else moment(stored)
