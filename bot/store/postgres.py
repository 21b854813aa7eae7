"""PostgreSQL behind the same tables, for as many processes on as many machines as there are."""

import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from functools import lru_cache
from hashlib import blake2b
from time import monotonic
from typing import Any, TypeVar, cast

import psycopg
from psycopg import AsyncConnection, AsyncCursor, AsyncPipeline, errors
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from bot import silence
from bot.core.secret import DatabaseUrl
from bot.store.database import (
    OLDER,
    DatabaseFailed,
    DatabaseUnusable,
    Dialect,
    Given,
    Interrupted,
    Values,
    whole,
)
from bot.store.postgres_schema import translated, unapplied
from bot.store.postgres_values import adapt

__all__ = ["POSTGRES", "PostgresDatabase", "open_postgres"]

log = logging.getLogger(__name__)

#: Connections that a process uses at the same time, at most.
MOST = 10
#: How long to wait for one, and for a statement: then whatever it was for has failed.
PATIENCE = timedelta(seconds=10)

#: Seconds after which a connection may have broken unnoticed: a look costs as much as a statement.
IDLE = 1.0

POSTGRES = Dialect(
    taking="FOR UPDATE SKIP LOCKED",
    keeping="FOR KEY SHARE OF participants",
    changing="FOR UPDATE OF subscriptions",
    next_subscription="nextval(pg_get_serial_sequence('subscriptions', 'id'))",
    listed="SELECT value::bigint AS id FROM json_array_elements_text(?::json)",
    ids="json_agg(id)::text",
    key="right(replace(gen_random_uuid()::text, '-', ''), 16)",
)

#: What it calls SQLite's types.
TYPES = {"BLOB": "BYTEA", "INTEGER": "BIGINT"}
#: PostgreSQL broke it off so that somebody else could go on: again, it may go through.
BROKEN_OFF = (errors.DeadlockDetected, errors.SerializationFailure)

#: Whether nothing can be written: a standby, or set so, as some do where the disk is full.
READS_ONLY = "pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'"

Result = TypeVar("Result")


class Connection(AsyncConnection[tuple[Any, ...]]):
    """One that knows when it was used last, in seconds of a clock that never goes back."""

    used_at = 0.0


class _Statements:
    """On one connection."""

    dialect: Dialect = POSTGRES

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, statement: str, values: Values = ()) -> int:
        return (await self._run(statement, values)).rowcount

    async def later(self, statement: str, values: Values = ()) -> None:
        await self._run(statement, values)

    async def execute_many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        if rows := list(values):  # else it would be a round trip for nothing
            await self._connection.cursor().executemany(_text(statement), rows)

    async def execute_given(self, statement: str, given: Given, values: Sequence[object]) -> None:
        arrays = ", ".join(f"CAST(? AS {TYPES.get(of, of)}[])" for of in given.columns.values())
        table = f"SELECT * FROM unnest({arrays}) AS given ({', '.join(given.columns)})"  # noqa: S608 - definitions
        if columns := [list(column) for column in zip(*given.rows, strict=True)]:
            await self.later(f"WITH given AS ({table}) {statement}", (*columns, *values))

    async def one(self, query: str, values: Values = ()) -> tuple[Any, ...] | None:
        return await (await self._run(query, values)).fetchone()

    async def only(self, query: str, values: Values = ()) -> tuple[Any, ...]:
        return cast("tuple[Any, ...]", await self.one(query, values))

    async def rows(self, query: str, values: Values = ()) -> list[tuple[Any, ...]]:
        return await (await self._run(query, values)).fetchall()

    async def records(self, query: str, values: Values = ()) -> list[dict[str, Any]]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            return await (await cursor.execute(_text(query), values)).fetchall()

    async def _run(self, statement: str, values: Values) -> AsyncCursor[tuple[Any, ...]]:
        return await self._connection.execute(_text(statement), values)


class _Transaction(_Statements):
    """A round trip is what costs most: so statements are sent together, up to one that is waited for."""

    def __init__(self, connection: Connection, pipeline: AsyncPipeline) -> None:
        super().__init__(connection)
        self._pipeline = pipeline

    async def later(self, statement: str, values: Values = ()) -> None:
        await super()._run(statement, values)

    async def _run(self, statement: str, values: Values) -> AsyncCursor[tuple[Any, ...]]:
        """After a sync PostgreSQL is idle, and counts for how long."""
        cursor = await super()._run(statement, values)
        await self._pipeline.sync()
        return cursor

    async def records(self, query: str, values: Values = ()) -> list[dict[str, Any]]:
        await self._pipeline.sync()
        return await super().records(query, values)


class PostgresDatabase:
    """Implements :class:`~bot.store.database.Database`, for the loop that opened it.

    A commit is on the disk before it returns, each one.
    """

    dialect: Dialect = POSTGRES

    def __init__(self, pool: AsyncConnectionPool[Connection], url: DatabaseUrl) -> None:
        self.pool = pool
        self._url = url

    async def execute(self, statement: str, values: Values = ()) -> int:
        """Run one; how many rows it concerned."""
        return await self._alone(lambda tx: tx.execute(statement, values))

    async def later(self, statement: str, values: Values = ()) -> None:
        """Run one, whatever it changes: by itself, so now."""
        await self.execute(statement, values)

    async def execute_many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """Run one for each of these."""
        rows = list(values)
        await self._alone(lambda tx: tx.execute_many(statement, rows))

    async def execute_given(self, statement: str, given: Given, values: Sequence[object]) -> None:
        """Run one with all of these rows."""
        await self._alone(lambda tx: tx.execute_given(statement, given, values))

    async def one(self, query: str, values: Values = ()) -> tuple[Any, ...] | None:
        """The first row."""
        return await self._alone(lambda tx: tx.one(query, values))

    async def only(self, query: str, values: Values = ()) -> tuple[Any, ...]:
        """The first row of what always has one."""
        return await self._alone(lambda tx: tx.only(query, values))

    async def rows(self, query: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """All rows."""
        return await self._alone(lambda tx: tx.rows(query, values))

    async def records(self, query: str, values: Values = ()) -> list[dict[str, Any]]:
        """All rows, with the names of their columns."""
        return await self._alone(lambda tx: tx.records(query, values))

    @asynccontextmanager
    async def transaction(self, *about: object, durable: bool = False) -> AsyncIterator[_Statements]:
        """Those ``about`` the same take turns; what else they must not both change, they lock themselves."""
        with _plainly():
            async with self._connection() as connection:
                try:
                    async with connection.pipeline() as pipeline:
                        statements = _Transaction(connection, pipeline)
                        await statements.later("BEGIN")
                        if about:
                            await statements.later("SELECT pg_advisory_xact_lock(?)", (_number(about),))
                        yield statements
                        await statements.later("COMMIT")
                except BaseException:
                    with suppress(psycopg.Error):  # it may be broken; then there is nothing to take back
                        await connection.rollback()
                    raise

    async def check(self) -> None:
        """Raise unless it can be read and written."""
        (reads_only,) = await self.only(f"SELECT {READS_ONLY}")
        if reads_only:
            raise DatabaseUnusable("PostgreSQL takes no writes: it is a standby, or set to read only.")

    async def check_schema(self) -> None:
        """Raise :class:`DatabaseUnusable` if it is not of this version's schema."""
        if await unapplied(self, self._url):
            raise DatabaseUnusable(OLDER.format(self._url.place))

    async def empty_log(self) -> bool:
        """What was deleted is for PostgreSQL to overwrite, and its log for whoever runs it to keep."""
        return True

    @whole
    async def _alone(self, work: Callable[[_Statements], Coroutine[Any, Any, Result]]) -> Result:
        """A statement by itself, again where PostgreSQL broke it off."""
        with _plainly():
            async with self._connection() as connection:
                return await work(_Statements(connection))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """One of the pool's. What it does besides is for connections that do not commit by themselves."""
        connection = await self.pool.getconn()
        try:
            yield connection
        finally:
            await self.pool.putconn(connection)


@asynccontextmanager
async def open_postgres(url: DatabaseUrl, patience: timedelta = PATIENCE) -> AsyncIterator[PostgresDatabase]:
    """Open an up-to-date database. Raises :class:`DatabaseUnusable`."""
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        silence.watchful(url),
        min_size=1,
        max_size=MOST,
        open=False,
        connection_class=Connection,
        timeout=max(patience, PATIENCE).total_seconds(),
        kwargs={"autocommit": True, "application_name": "superoffice-slack", "connect_timeout": 5},
        configure=_configure,
        check=_check,
        name="bot",
    )
    async with _opened(pool, url):
        db = PostgresDatabase(pool, url)
        if await unapplied(db, url):
            raise DatabaseUnusable(OLDER.format(url.place))
        yield db


@asynccontextmanager
async def _opened(pool: AsyncConnectionPool[Connection], url: DatabaseUrl) -> AsyncIterator[None]:
    try:
        async with await AsyncConnection.connect(url.reveal(), connect_timeout=5):
            pass  # the pool would try for long, and say nothing of why it can't
    except psycopg.Error as error:
        raise DatabaseUnusable(
            f"{url.place} cannot be opened ({_said(error)}): look at BOT_DATABASE."
        ) from None
    await pool.open()
    try:
        yield
    finally:
        await pool.close()


async def _check(connection: Connection) -> None:
    """Whether it broke while nobody used it, before somebody does."""
    now, used_at = monotonic(), connection.used_at
    connection.used_at = now
    if now - used_at > IDLE:
        await AsyncConnectionPool.check_connection(connection)


async def _configure(connection: Connection) -> None:
    adapt(connection)
    await connection.execute(f"SET idle_in_transaction_session_timeout = '{silence.SILENCE}s'")


@contextmanager
def _plainly() -> Iterator[None]:
    """PostgreSQL's own words for a failure repeat the row that it was about."""
    try:
        yield
    except BROKEN_OFF as error:
        raise Interrupted(type(error).__name__) from None
    except (psycopg.Error, PoolTimeout) as error:
        raise DatabaseFailed(type(error).__name__) from None


def _said(error: psycopg.Error) -> str:
    return " ".join(str(error).split())


@lru_cache(2048)
def _text(statement: str) -> str:
    return translated(statement)


def _number(about: tuple[object, ...]) -> int:
    """What a lock is known by."""
    digest = blake2b(repr(about).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
