"""The doctor looks at PostgreSQL as closely as at a file, wherever there is the same to see."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app.running import session
from bot.config import load
from bot.doctor import Finding, Result
from bot.doctor import postgres as checks
from bot.doctor.examination import MOUNTS
from bot.doctor.findings import Look, Patient
from bot.doctor.slack import ask_slack
from bot.store import DatabaseUnusable, migrate
from bot.store.postgres_facts import PostgresFacts, Schema
from tests.conftest import NOW, StoppedClock
from tests.doctor.conftest import Setup
from tests.postgres import Cluster

GOOD = PostgresFacts(
    *(Schema(None), (), 15, "UTF8", False, 100, True, True),
    archived_at=NOW - timedelta(hours=1),
    fails_to_archive=False,
)


async def found(setup: Setup, of: str) -> list[Finding]:
    return [each for each in await setup.examine() if each.check.startswith(of)]


async def test_one_that_is_new_and_one_that_is_up_to_date(setup: Setup, postgres: Cluster) -> None:
    url = postgres.create("doctor")
    setup.environ["BOT_DATABASE"] = url.reveal()
    answers, written, disk, schema = await found(setup, "database")
    assert (answers.result, answers.what[:10]) == (Result.OK, "PostgreSQL")
    assert written.result is Result.OK
    assert (disk.result, disk.fix) == (Result.PROBLEM, "turn it on, or a digest may come twice")
    assert "fsync, full_page_writes, synchronous_commit off" in disk.what, "so it is for tests alone"
    assert (schema.result, "first start" in schema.what) == (Result.SKIPPED, True)
    migrate(url, NOW)
    assert [each.result for each in await found(setup, "database: schema")] == [Result.OK]
    (back_up,) = await found(setup, "back-up")
    assert (back_up.result, "pg_dump" in back_up.fix) == (Result.SKIPPED, True)


@pytest.mark.parametrize(
    ("statement", "check", "what", "fix"),
    [
        (
            "DELETE FROM schema_steps WHERE name = 'create_homes'",
            *("database: schema", "older version: 1 steps", "pg_dump"),
        ),
        (
            "INSERT INTO schema_steps VALUES ('create_what_is_to_come', 0)",
            *("database: schema", "newer version", "install that"),
        ),
        ("DROP TABLE schema_steps", "database: schema", "not this bot's", "BOT_DATABASE"),
        (
            "ALTER DATABASE doctor SET default_transaction_read_only = on",
            *("database: written", "takes no writes", "disk"),
        ),
        (
            "ALTER ROLE ALL IN DATABASE doctor SET synchronous_commit = off",
            *("database: disk", "synchronous_commit off", "turn it on"),
        ),
    ],
    ids=["older", "newer", "another program's", "read only", "lossy"],
)
async def test_what_is_wrong_is_named(
    setup: Setup, postgres: Cluster, statement: str, check: str, what: str, fix: str
) -> None:
    url = postgres.create("doctor")
    migrate(url, NOW)
    postgres.sql(url, statement)
    setup.environ["BOT_DATABASE"] = url.reveal()
    (finding,) = await found(setup, check)
    assert what in finding.what
    assert fix in finding.fix
    assert finding.result in (Result.PROBLEM, Result.WARNING)


@pytest.mark.parametrize(
    ("check", "facts", "results", "what"),
    [
        (checks.answers, GOOD, ["ok"], "PostgreSQL 15 answers"),
        (checks.answers, replace(GOOD, version=12), ["problem", "ok"], "PostgreSQL 12"),
        (checks.answers, replace(GOOD, encoding="LATIN1"), ["problem", "ok"], "LATIN1"),
        (checks.answers, replace(GOOD, connections=10), ["warning", "ok"], "10 connections"),
        (checks.answers, replace(GOOD, is_private=False), ["warning", "ok"], "read on the way"),
        (checks.kept, GOOD, ["ok"], "outlives a crash"),
        (checks.back_up, GOOD, ["ok"], "2026-"),
        (checks.back_up, replace(GOOD, archives=False), ["skipped"], "pg_dump"),
        (checks.back_up, replace(GOOD, fails_to_archive=True), ["problem"], "not archived any more"),
        (checks.back_up, replace(GOOD, archived_at=None), ["warning"], "never archived"),
        (checks.back_up, replace(GOOD, archived_at=NOW - timedelta(days=9)), ["warning"], "9 days ago"),
    ],
)
async def test_what_a_server_says_of_itself(
    setup: Setup, check: Look, facts: PostgresFacts, results: Sequence[str], what: str
) -> None:
    patient = Known(setup, facts)
    told = [finding async for finding in check(patient)]
    assert [finding.result for finding in told] == results
    assert what in told[0].what


async def test_one_that_is_silent_is_asked_once_for_all_checks(setup: Setup) -> None:
    """Each waits five seconds for it: one after the other, the last would have no time left to say so."""
    came = 0

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server, session() as web:
        port = server.sockets[0].getsockname()[1]
        settings = load(setup.environ | {"BOT_DATABASE": f"postgresql://bot@127.0.0.1:{port}/bot"})
        patient = Patient(settings, setup.clock, web, ask_slack, MOUNTS)
        heard = await asyncio.gather(*(patient.postgres() for _ in range(5)), return_exceptions=True)
    assert {type(each) for each in heard} == {DatabaseUnusable}
    assert came == 1


class Known(Patient):
    """One whose PostgreSQL said this."""

    def __init__(self, setup: Setup, facts: PostgresFacts) -> None:
        self.settings, self.clock = load(setup.environ), StoppedClock(NOW)
        self._facts = facts

    async def postgres(self) -> PostgresFacts:
        return self._facts
