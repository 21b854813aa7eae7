"""Everything moves to PostgreSQL as it was, as often as one likes, and never over what a bot wrote there."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.core.audit import AuditAction, Deed
from bot.core.channeldigest import ChannelSettings
from bot.core.filters import Filter, MutedCompany, SavedFilter
from bot.core.people import Link, SlackUser
from bot.core.secret import DatabaseUrl, Secret
from bot.services.ports import Invitation
from bot.store import Store, alone, connected, migrate, moving
from bot.store.moving import MovingRefused, move
from bot.store.sqlite import at_once
from tests.conftest import NOW
from tests.postgres import Cluster
from tests.sqlite import opened
from tests.store.conftest import KEY, USER
from tests.store.test_homes import OTHER, conclude, digest

#: In it there is everything that only one of them takes as it is.
HOSTILE = "Ø\x00'\\N\t\n\ue000"


@pytest.fixture
def source(path: Path, link: Link, invitation: Invitation) -> Path:
    """A database in use."""
    migrate(path, NOW)
    with opened(path, KEY) as store:
        at_once(fill(store, link, invitation))
    return path


@pytest.fixture
def target(postgres: Cluster) -> DatabaseUrl:
    return postgres.create("moved")


async def fill(store: Store, link: Link, invitation: Invitation) -> None:
    await store.links.put(link)
    await store.links.put(replace(link, user=OTHER, refresh_token=Secret("r")))
    await store.invitations.create(Secret("nonce"), invitation)
    await store.filters.put(USER, SavedFilter(HOSTILE, Filter(by=("me",))))
    await store.mutes.add(USER, "onsite", MutedCompany(31, HOSTILE))
    await store.subscriptions.put(digest(), NOW)
    await store.subscriptions.put(digest(channel="C1", owner=OTHER, team=ChannelSettings()), NOW)
    await store.subscriptions.put(digest(owner=SlackUser("T9", "U9")), NOW)
    await store.subscriptions.remove(3)
    await store.participants.join(2, USER, NOW)
    await conclude(store, 1, "posted")  # type: ignore[arg-type] # as it is stored
    await store.channel_requests.ask(USER, "C1", HOSTILE, NOW)
    await store.homes.opened(USER, NOW)
    await store.homes.published(USER, NOW)
    await store.audit.record(Deed(NOW, AuditAction.DATA_EXPORTED, to=USER))
    await store.processes.beat(NOW)


async def test_everything_is_there_and_opens(source: Path, target: DatabaseUrl, link: Link) -> None:
    counts = move(source, target, NOW).rows
    assert {"links": 2, "ledger": 1, "saved_filters": 1, "channel_digests": 1}.items() <= counts.items()
    assert "processes" not in counts
    async with connected(target, KEY) as store:
        assert await store.links.get(USER) == link
        assert await store.filters.of(USER) == [SavedFilter(HOSTILE, Filter(by=("me",)))]
        assert await store.mutes.of(USER, "onsite") == [MutedCompany(31, HOSTILE)]
        assert await store.invitations.get(Secret("nonce"), NOW), "hashes are recognised"
        assert await store.homes.stale(NOW + timedelta(minutes=1)) == [], "nothing became stale by moving"
        assert (await store.audit.all())[-1].deed.to == USER
        new = await store.subscriptions.put(digest(owner=SlackUser("T9", "U8")), NOW)
        assert new.id == 3, "no id is given that was not in the ledger"


def test_again_it_moves_what_changed_and_only_that_is_there(
    source: Path, target: DatabaseUrl, link: Link
) -> None:
    before = move(source, target, NOW).rows
    assert move(source, target, NOW).rows == before
    with opened(source, KEY) as store:
        at_once(store.links.put(replace(link, user=SlackUser("T1", "U3"))))
        at_once(store.filters.remove(USER, HOSTILE))
    assert move(source, target, NOW).rows == {**before, "links": 3, "saved_filters": 0}


async def test_what_a_bot_wrote_since_is_not_overwritten(
    source: Path, target: DatabaseUrl, link: Link
) -> None:
    move(source, target, NOW)
    async with connected(target, KEY) as store:
        await store.links.put(replace(link, user=SlackUser("T1", "U4")))
        await store.processes.beat(NOW)
        with pytest.raises(MovingRefused, match="A bot runs"):
            move(source, target, NOW)
        await store.processes.leave()
        with pytest.raises(MovingRefused, match="what no move put there"):
            move(source, target, NOW)
        assert await store.links.get(SlackUser("T1", "U4"))


def test_a_row_that_arrives_otherwise_undoes_all_of_it(
    source: Path, target: DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_ = moving._fill

    def spoiled(file: sqlite3.Connection, connection: psycopg.Connection, tables: Any) -> None:
        fill_(file, connection, tables)
        connection.execute("UPDATE ledger SET reason = 'spoiled'")

    before = move(source, target, NOW)
    monkeypatch.setattr(moving, "_fill", spoiled)
    with pytest.raises(MovingRefused, match="A row of ledger did not arrive as it was"):
        move(source, target, NOW)
    monkeypatch.undo()
    assert move(source, target, NOW) == before, "what was there before is there yet"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["move", *words])


def test_the_command_says_what_comes_next(source: Path, target: DatabaseUrl, tmp_path: Path) -> None:
    with alone(source):
        beside = run(f"sqlite:{source}", target.reveal())
    assert beside.exit_code == 0, beside.output
    assert "stop it and run this again" in beside.output
    done = run(str(source), target.reveal())
    assert "each was compared" in done.output
    assert "BOT_DATABASE set to that address" in done.output, "not to a part of it, without the user"
    for words, why in (
        ((target.reveal(), str(source)), "Name an SQLite file first"),
        ((str(tmp_path / "none.db"), target.reveal()), "There is no database at"),
        ((str(source), "postgresql://bot@127.0.0.1:9/bot"), "cannot be used"),
        ((str(source), "postgresql://bot:hunter2@127.0.0.1:9/bot"), "PGPASSWORD"),
        ((str(source), "postgresql://bot@127.0.0.1:9/bot?password=hunter2"), "PGPASSWORD"),
        ((str(source), "postgresql://bot@127.0.0.1:9/bot?sslpassword=hunter2"), "PGPASSWORD"),
    ):
        refused = run(*words)
        assert refused.exit_code == 1
        assert why in refused.stderr
        assert "hunter2" not in refused.output
