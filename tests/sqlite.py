"""Behind a store on SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import sqlite_utils

from bot.core.audit import Retention
from bot.core.secret import Secret
from bot.store import Store, connected
from bot.store.sqlite import BUSY_TIMEOUT, SqliteDatabase, at_once

__all__ = ["connection", "opened", "tables"]


@contextmanager
def opened(
    path: Path,
    secret_key: Secret,
    retention: Retention = Retention(),  # noqa: B008 - it is frozen
    patience: timedelta = BUSY_TIMEOUT,
) -> Iterator[Store]:
    """What :func:`~bot.store.connected` opens, without a loop: SQLite never waits."""
    context = connected(path, secret_key, retention, patience)
    store = at_once(context.__aenter__())
    try:
        yield store
    finally:
        at_once(context.__aexit__(None, None, None))


def connection(store: Store) -> sqlite3.Connection:
    """Its connection."""
    assert isinstance(store.db, SqliteDatabase)
    return store.db.conn


def tables(store: Store) -> sqlite_utils.Database:
    """Its tables."""
    assert isinstance(store.db, SqliteDatabase)
    return store.db.tables
