"""From every schema that there ever was, with data in every table: nothing is lost, and all of it opens."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.store import Sealer, migrate
from bot.store.copying import TABLES, examine_copy
from bot.store.migrations import migrations
from bot.store.sealed import SEALED
from bot.store.sqlite import connect, known
from tests.sqlite import opened
from tests.store.conftest import KEY
from tests.store.test_database import STEPS

SEALER = Sealer.from_text(KEY)
#: What a column of that name holds, so that rows refer to each other as the schema wants it; 1 and "x" else.
VALUES: dict[str, Any] = {
    "workspace": "T1",
    "user": "U1",
    "owner": "U1",
    "target": "U1",
    "tenant": "onsite",
    "state": "on",
    "outcome": "posted",
    "action": "user.forgotten",
    "schedule": "08:00 weekdays",
    "zone": "Europe/Oslo",
    "day": "2026-11-19",
    "before": "{}",
    "after": "{}",
}
BY_TYPE: dict[str, Any] = {"TEXT": "x", "INTEGER": 1, "BLOB": b"x", "REAL": 1.0}
PLACES = {(column.table, column.column): column for column in SEALED}


def fill(db: sqlite_utils.Database, table: str) -> None:
    """Put a row in, with something in each of its columns; what is to be sealed is."""
    columns = db.execute("SELECT name, type FROM pragma_table_info(?)", [table]).fetchall()
    row = {name: VALUES.get(name, BY_TYPE[kind]) for name, kind in columns}
    for name in row:
        if place := PLACES.get((table, name)):
            text = KEY if name == "sealed_key" else Secret("was sealed")
            row[name] = place.seal(SEALER, text, *(row[each] for each in place.context))
    marks = ", ".join("?" * len(row))
    db.conn.execute(f"INSERT INTO {table} ({', '.join(map(repr, row))}) VALUES ({marks})", [*row.values()])


def content(db: sqlite_utils.Database) -> dict[str, list[dict[str, Any]]]:
    """All rows, by table."""
    tables = [name for (name,) in db.execute(TABLES) if not name.startswith("_")]
    return {table: list(db[table].rows) for table in tables}


def test_the_steps_are_all_there_are() -> None:
    assert set(STEPS) == known()


@pytest.mark.parametrize("step", STEPS)
def test_an_upgrade_keeps_everything(path: Path, now: datetime, step: str) -> None:
    following = STEPS[STEPS.index(step) + 1 :]
    with closing(connect(path)) as db:
        migrations.apply(db.tables, **({"stop_before": following[0]} if following else {}))
        db.conn.execute("PRAGMA foreign_keys = OFF")
        for table in content(db.tables):
            if not content(db.tables)[table]:
                fill(db.tables, table)
        before = content(db.tables)
    done = migrate(path, now)
    assert done.applied == following
    found = examine_copy(path, SEALER)
    assert (found.damage, found.needed, found.sealed and found.sealed.unopened) == ((), (), ())
    with closing(connect(path)) as db:
        after = content(db.tables)
    for table, rows in before.items():
        assert len(after[table]) >= len(rows), table
        kept = [{name: row[name] for name in rows[0] if name in row} for row in after[table]]
        for row in rows:
            assert {name: row[name] for name in kept[0]} in kept, table
    if done.backup:
        with closing(connect(done.backup)) as db:
            assert content(db.tables) == before
    with opened(path, KEY) as store:
        assert store.path == path


async def test_a_link_of_the_first_version_still_opens(path: Path, now: datetime) -> None:
    """What the oldest schema held is what the newest code reads."""
    with closing(connect(path)) as db:
        migrations.apply(db.tables, stop_before=STEPS[1])
        fill(db.tables, "links")
    migrate(path, now)
    with opened(path, KEY) as store:
        link = await store.links.get(SlackUser("T1", "U1"))
    assert link
    assert (link.tenant, link.ticket) == ("onsite", Secret("was sealed"))
