"""The real bot on PostgreSQL, and the commands beside it."""

import asyncio
import json

import aiohttp
import pytest
from click.testing import CliRunner, Result
from psycopg.conninfo import conninfo_to_dict

from bot import silence
from bot.cli import main
from bot.core.secret import DatabaseUrl
from bot.silence import watchful
from bot.store import DatabaseUnusable, migrate, unsealed
from bot.store.database import DatabaseFailed
from bot.store.postgres import open_postgres
from tests.conftest import NOW
from tests.e2e.conftest import Start, World, environment
from tests.e2e.test_main_job import said
from tests.postgres import Cluster, emptied

WHO = "T0DEMO/U0SELLER"


async def command(world: World, url: DatabaseUrl, *words: str) -> Result:
    """Run ``python -m bot …`` beside the bot that runs."""
    env = {
        **environment(world.crm, world.slack, world.database, socket_mode=False),
        "BOT_DATABASE": url.reveal(),
    }
    result = await asyncio.to_thread(CliRunner().invoke, main, words, env=env)
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result


async def test_the_main_job_and_every_command_beside_it(start: Start, migrated: DatabaseUrl) -> None:
    url = emptied(migrated)
    async with start(BOT_DATABASE=url.reveal()) as world:
        await world.link()
        assert "companies this week" in said(await world.ask("week"))
        assert "08:00" in said(await world.ask("digest at 08:00"))
        assert (await command(world, url, "migrate")).output == "Up to date\n"
        assert (
            "1 linked, 0 of them signed out, 1 with a digest" in (await command(world, url, "links")).output
        )
        assert "1 on, 0 off" in (await command(world, url, "digests", "status")).output
        assert "1 digests" in (await command(world, url, "digests", "list")).output
        assert "08:00" in (await command(world, url, "digests", "show", "--user", WHO)).output
        assert (await command(world, url, "preview", "--user", WHO)).exit_code == 0
        exported = json.loads((await command(world, url, "export", "--user", WHO)).output)
        assert exported["slack"]["user"] == "U0SELLER"
        assert "data.exported" in (await command(world, url, "audit")).output
        assert "Next: nothing" in (await command(world, url, "keys", "check")).output
        assert (await command(world, url, "keys", "rotate")).exit_code == 0
        assert (await command(world, url, "channels", "export")).exit_code == 0
        refused = await command(world, url, "backup", "copy.db")
        assert (refused.exit_code, "pg_dump" in refused.stderr) == (1, True)
        forgotten = await command(world, url, "forget", "--user", WHO, "--yes")
        assert "Deleted:" in forgotten.output
        assert (await command(world, url, "export", "--user", WHO)).exit_code == 1


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO schema_steps VALUES ('create_what_is_to_come', 0)",
        "DELETE FROM schema_steps WHERE name = 'create_homes'",
        "DROP TABLE schema_steps",
    ],
    ids=["newer", "older", "none"],
)
async def test_a_schema_of_another_version_is_not_ready(
    start: Start, postgres: Cluster, change: str, request: pytest.FixtureRequest
) -> None:
    url = postgres.create(f"readiness_{request.node.callspec.id}")
    async with start(BOT_DATABASE=url.reveal()) as world, aiohttp.ClientSession() as session:
        postgres.sql(url, change)
        async with session.get(f"{world.bot.url}/readyz") as response:
            told = await response.json()
    assert (response.status, told["checks"]["schema"], told["checks"]["database"]) == (503, "failed", "ok")


async def test_one_that_takes_no_writes_is_not_ready(postgres: Cluster) -> None:
    url = postgres.create("reads_only")
    migrate(url, NOW)
    async with unsealed(url) as database:
        await database.check()
    postgres.sql(url, "ALTER DATABASE reads_only SET default_transaction_read_only = on")
    async with unsealed(url) as database:
        with pytest.raises(DatabaseUnusable, match="takes no writes"):
            await database.check()


def test_what_cannot_be_used_is_said_in_a_line(postgres: Cluster) -> None:
    nowhere = DatabaseUrl("postgresql://bot:hunter2@127.0.0.1:9/bot")
    with pytest.raises(DatabaseUnusable, match="cannot be used") as said_:
        migrate(nowhere, NOW)
    assert "hunter2" not in str(said_.value)
    theirs = postgres.create("theirs")
    postgres.sql(theirs, "CREATE TABLE accounts (id INTEGER)")
    with pytest.raises(DatabaseUnusable, match="not this bot's"):
        migrate(theirs, NOW)
    newer = postgres.create("newer")
    assert len(migrate(newer, NOW).applied) > 20
    assert migrate(newer, NOW).applied == ()
    postgres.sql(newer, "INSERT INTO schema_steps VALUES ('create_what_is_to_come', 0)")
    with pytest.raises(DatabaseUnusable, match="newer version"):
        migrate(newer, NOW)


def test_silence_is_noticed_unless_the_address_says_otherwise() -> None:
    mine = conninfo_to_dict(watchful(DatabaseUrl("postgresql://bot:hunter2@db.example.com/bot")))
    assert (mine["host"], mine["password"], mine["tcp_user_timeout"]) == (
        "db.example.com",
        "hunter2",
        "20000",
    )
    theirs = "postgresql://db.example.com/bot?tcp_user_timeout=5000&keepalives_idle=3"
    assert conninfo_to_dict(watchful(DatabaseUrl(theirs)))["tcp_user_timeout"] == "5000"
    assert conninfo_to_dict(watchful(DatabaseUrl(theirs)))["keepalives_idle"] == "3"


async def test_what_nobody_ends_keeps_others_waiting_no_longer_than_that(
    migrated: DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "SILENCE", 1)
    async with open_postgres(migrated) as stuck, open_postgres(migrated) as other:

        async def silent() -> None:
            async with stuck.transaction("subscriptions") as tx:
                await tx.one("SELECT 1")
                async with other.transaction("subscriptions") as its:
                    await its.one("SELECT 1")  # which it had only once this one was given up
                await tx.one("SELECT 1")

        with pytest.raises(DatabaseFailed):
            await silent()


async def test_what_is_sent_along_fails_with_all_of_it(migrated: DatabaseUrl) -> None:
    insert = "INSERT INTO deliveries (id, seen_at) VALUES (?, ?)"
    async with open_postgres(emptied(migrated)) as db:

        async def twice() -> None:
            async with db.transaction() as tx:
                await tx.later(insert, ("one", 1))
                await tx.later(insert, ("one", 2))

        with pytest.raises(DatabaseFailed, match="UniqueViolation"):
            await twice()
        assert await db.rows("SELECT id FROM deliveries") == []
        async with db.transaction() as tx:
            await tx.later(insert, ("two", 1))
            assert await tx.execute("UPDATE deliveries SET seen_at = 3") == 1
            assert await tx.records("SELECT * FROM deliveries") == [{"id": "two", "seen_at": 3}]
            await tx.later("DELETE FROM deliveries")
        assert await db.rows("SELECT id FROM deliveries") == []
