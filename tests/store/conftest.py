"""A real database, its keys, and a link and an invitation to put in."""

import base64
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from bot.core.audit import Departure
from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import DatabaseUrl, Secret
from bot.services.ports import Erasure, Invitation
from bot.store import Store, connected
from bot.store.postgres_schema import translated
from tests.conftest import NOW

KEY = Secret(base64.urlsafe_b64encode(bytes(range(32))).decode())
USER = SlackUser("T1", "U1")
TICKET = "7T:ticket-in-clear=="
RESPONSE_URL = "https://hooks.slack.example/commands/response-url-in-clear"


@pytest.fixture
def key() -> Secret:
    return KEY


@pytest.fixture
async def store(database: Path | DatabaseUrl) -> AsyncIterator[Store]:
    async with connected(database, KEY) as store:
        yield store


@pytest.fixture
def link(now: datetime) -> Link:
    principal = Principal(528, 419, "Kianna Ledner", "KL", "kianna@example.com", "Sales")
    return Link(USER, "onsite", principal, now, now + timedelta(microseconds=1), Secret(TICKET))


@pytest.fixture
def invitation(now: datetime) -> Invitation:
    return Invitation(USER, now + timedelta(minutes=10), "since monday", "C1", Secret(RESPONSE_URL), "onsite")


@pytest.fixture
def sql(store: Store, database: Path | DatabaseUrl) -> Callable[..., list[tuple[object, ...]]]:
    """Run a statement on a connection of its own, as somebody else would."""

    def run(statement: str, *params: object) -> list[tuple[object, ...]]:
        if isinstance(database, Path):
            with closing(sqlite3.connect(database, isolation_level=None)) as connection:
                return list(connection.execute(statement, params))
        with psycopg.connect(database.reveal(), autocommit=True) as other:
            found = other.execute(translated(re.sub("x'([0-9a-f]*)'", r"'\\x\1'::bytea", statement)), params)
            return found.fetchall() if found.description else []

    return run


async def forget(store: Store, user: SlackUser) -> Erasure:
    """Forget a user, as if they had asked for it, and leave nothing in the log."""
    erasure = await store.personal.forget(user, Departure.ASKED, NOW, user)
    assert await store.personal.empty_log()
    return erasure
