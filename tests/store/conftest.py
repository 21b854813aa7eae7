"""A real database, its keys, and a link and an invitation to put in."""

import base64
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.audit import Departure
from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import Secret
from bot.services.ports import Erasure, Invitation
from bot.store import Store, migrate, opened
from tests.conftest import NOW

KEY = Secret(base64.urlsafe_b64encode(bytes(range(32))).decode())
USER = SlackUser("T1", "U1")
TICKET = "7T:ticket-in-clear=="
RESPONSE_URL = "https://hooks.slack.example/commands/response-url-in-clear"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.db"


@pytest.fixture
def key() -> Secret:
    return KEY


@pytest.fixture
def store(path: Path, now: datetime) -> Iterator[Store]:
    migrate(path, now)
    with opened(path, KEY) as store:
        yield store


@pytest.fixture
def link(now: datetime) -> Link:
    principal = Principal(528, 419, "Kianna Ledner", "KL", "kianna@example.com", "Sales")
    return Link(USER, "onsite", principal, now, now + timedelta(microseconds=1), Secret(TICKET))


@pytest.fixture
def invitation(now: datetime) -> Invitation:
    return Invitation(USER, now + timedelta(minutes=10), "since monday", "C1", Secret(RESPONSE_URL), "onsite")


@pytest.fixture
def sql(store: Store, path: Path) -> Callable[..., list[tuple[object, ...]]]:
    """Run a statement on a connection of its own, as somebody else would."""

    def run(statement: str, *params: object) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            return list(connection.execute(statement, params))
        finally:
            connection.close()

    return run


async def forget(store: Store, user: SlackUser) -> Erasure:
    """Forget a user, as if they had asked for it, and leave nothing in the log."""
    erasure = await store.personal.forget(user, Departure.ASKED, NOW, user)
    assert await store.personal.empty_log()
    return erasure
