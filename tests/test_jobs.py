"""Jobs on a real PostgreSQL: handed out once, whoever hands them out."""

import asyncio
import logging
from collections import Counter

import psycopg
import pytest

from bot import jobs
from bot.core.secret import DatabaseUrl
from bot.jobs import BATCH, Jobs, prepare
from tests.postgres import emptied

Waiting = list[tuple[str, str]]


@pytest.fixture
def url(migrated: DatabaseUrl) -> DatabaseUrl:
    prepare(migrated)
    return emptied(migrated)


async def nothing(_: str) -> None:
    """Do nothing."""


def waiting(url: DatabaseUrl) -> Waiting:
    """Which jobs there are, and under which lock."""
    with psycopg.connect(url.reveal()) as connection:
        return connection.execute("SELECT args->>'key', lock FROM procrastinate_jobs ORDER BY id").fetchall()


async def test_what_is_handed_out_twice_is_there_once(url: DatabaseUrl) -> None:
    keys = [f"T{number}" for number in range(BATCH + 10)]
    async with (
        Jobs(url, {"digests": nothing}).opened() as one,
        Jobs(url, {"digests": nothing}).opened() as two,
    ):
        await one.hand_out("digests", keys)
        await two.hand_out("digests", [*keys, "T-new"])
        await one.hand_out("digests", [])
    assert waiting(url) == [(key, f"digests {key}") for key in [*keys, "T-new"]]


async def test_two_clocks_at_the_same_moment(url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither knows of the other's: what the other has, PostgreSQL refuses, and the rest is handed out."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)

    async def nobody(self: Jobs, duty: str) -> set[str]:
        return set()

    monkeypatch.setattr(jobs.Jobs, "_busy", nobody)
    async with (
        Jobs(url, {"digests": nothing}).opened() as one,
        Jobs(url, {"digests": nothing}).opened() as two,
    ):
        await one.hand_out("digests", ["T3", "T7"])
        await asyncio.gather(*(each.hand_out("digests", [f"T{n}" for n in range(9)]) for each in (one, two)))
    assert sorted(key for key, _ in waiting(url)) == [f"T{number}" for number in range(9)]


async def test_each_is_done_once_and_then_gone(url: DatabaseUrl) -> None:
    done, enough = Counter[str](), asyncio.Event()

    async def do(key: str) -> None:
        done[key] += 1
        if done.total() == 5:
            enough.set()

    async with Jobs(url, {"digests": do}).opened() as worker, worker.working({"digests": 2}):
        await worker.hand_out("digests", list("abcde"))
        await asyncio.wait_for(enough.wait(), 20)
    assert done == Counter("abcde")
    assert waiting(url) == []
