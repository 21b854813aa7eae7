"""Which key opens what is sealed, and sealing it anew with the newest."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from bot.core.errors import SealBroken
from bot.store.database import Database
from bot.store.sealed import SEALED, SealedColumn
from bot.store.sealing import HEADER_BYTES, Sealer

__all__ = ["Outcome", "Survey", "Unopened", "pending", "reseal", "survey"]

#: How many rows are read at once. No read stays open while they are worked on.
PAGE = 500


@dataclass(frozen=True, slots=True)
class Unopened:
    """A value that no key opens. Its row stays."""

    column: SealedColumn
    #: The row's primary key.
    key: tuple[object, ...]
    #: The key that sealed it, as the value itself says.
    key_id: str | None
    #: Whether that key is not there. If it is, the value was altered or moved.
    missing: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What opens, and what does not."""

    #: How many values each key opens, newest first.
    opened: dict[str, int]
    unopened: tuple[Unopened, ...]

    @property
    def total(self) -> int:
        """How many values there are."""
        return sum(self.opened.values()) + len(self.unopened)

    @property
    def newest(self) -> int:
        """How many of them the newest key opens."""
        return next(iter(self.opened.values()))

    @property
    def older(self) -> int:
        """How many only an older key opens."""
        return sum(self.opened.values()) - self.newest

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys that sealed something and are not there."""
        return tuple(sorted({value.key_id for value in self.unopened if value.missing and value.key_id}))

    @property
    def spare(self) -> tuple[str, ...]:
        """The older keys that nothing needs any more, not even what was altered."""
        _, *older = self.opened
        needed = {value.key_id for value in self.unopened}
        return tuple(key_id for key_id in older if not self.opened[key_id] and key_id not in needed)


class Outcome(Enum):
    """What became of a value that the newest key had not sealed."""

    RESEALED = "resealed"
    #: Somebody changed or deleted it meanwhile: what they wrote stays.
    CHANGED = "changed"
    UNOPENED = "unopened"


class _Row(NamedTuple):
    key: tuple[Any, ...]
    context: tuple[Any, ...]
    blob: bytes


async def survey(db: Database, sealer: Sealer) -> Survey:
    """Open everything once, and see with which key. It only reads."""
    opened, unopened = Counter[str](), []
    for column in SEALED:
        async for row in _rows(db, column):
            key_id = sealer.key_id_of(row.blob)
            try:
                column.open(sealer, row.blob, *row.context)
            except SealBroken:
                missing = key_id is not None and key_id not in sealer.key_ids
                unopened.append(Unopened(column, row.key, key_id, missing))
            else:
                opened[key_id or ""] += 1
    return Survey({key_id: opened[key_id] for key_id in sealer.key_ids}, tuple(unopened))


async def pending(db: Database, sealer: Sealer) -> int:
    """How many values the newest key did not seal."""
    found = 0
    for column in SEALED:
        query = f"SELECT count(*) FROM {column.table} WHERE {_other(column)}"  # noqa: S608 - definitions
        found += (await db.only(query, (sealer.header,)))[0]
    return found


async def reseal(db: Database, sealer: Sealer) -> AsyncIterator[Outcome]:
    """Seal anew, with the newest key, what another had sealed: one value a step, committed before the next.

    Whoever stops half-way, or is stopped, loses nothing: the next time goes on with what is left.
    """
    for column in SEALED:
        async for row in _rows(db, column, sealer.header):
            yield await _resealed(db, sealer, column, row)


async def _resealed(db: Database, sealer: Sealer, column: SealedColumn, row: _Row) -> Outcome:
    try:
        secret = column.open(sealer, row.blob, *row.context)
    except SealBroken:
        return Outcome.UNOPENED
    where = " AND ".join(f"{name} = ?" for name in (*column.key, column.column))
    statement = f"UPDATE {column.table} SET {column.column} = ? WHERE {where}"  # noqa: S608 - definitions
    sealed = column.seal(sealer, secret, *row.context)
    done = await db.execute(statement, (sealed, *row.key, row.blob)) == 1
    return Outcome.RESEALED if done else Outcome.CHANGED


async def _rows(db: Database, column: SealedColumn, header: bytes | None = None) -> AsyncIterator[_Row]:
    """The rows in which something is sealed, by primary key; with ``header`` those with another one."""
    keys, width = ", ".join(column.key), len(column.key)
    names = ", ".join((*column.key, *column.context, column.column))
    which = f"{column.column} IS NOT NULL" if header is None else _other(column)
    given = () if header is None else (header,)
    after: tuple[Any, ...] = ()
    while True:
        beyond = f" AND ({keys}) > ({', '.join('?' * width)})" if after else ""
        query = f"SELECT {names} FROM {column.table} WHERE {which}{beyond} ORDER BY {keys} LIMIT {PAGE}"  # noqa: S608 - definitions
        page = await db.rows(query, (*given, *after))
        for row in page:
            yield _Row(row[:width], row[width:-1], row[-1])
        if len(page) < PAGE:
            return
        after = page[-1][:width]


def _other(column: SealedColumn) -> str:
    """That something is sealed, and does not begin with the header given."""
    return f"{column.column} IS NOT NULL AND substr({column.column}, 1, {HEADER_BYTES}) <> ?"
