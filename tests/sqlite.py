"""Behind a store on SQLite."""

import sqlite3

import sqlite_utils

from bot.store import Store
from bot.store.sqlite import SqliteDatabase

__all__ = ["connection", "tables"]


def connection(store: Store) -> sqlite3.Connection:
    """Its connection."""
    assert isinstance(store.db, SqliteDatabase)
    return store.db.conn


def tables(store: Store) -> sqlite_utils.Database:
    """Its tables."""
    assert isinstance(store.db, SqliteDatabase)
    return store.db.tables
