"""What a digest, a keep-alive, a job and a look at a million subscriptions cost on PostgreSQL.

The figures of :mod:`tests.bench.scale.costs` come from here: ``python -m tests.bench.scale.measure``. CPU is
what the kernel counted for the bot's process and for PostgreSQL's backends; writes are transaction ids and
bytes of write-ahead log, which PostgreSQL counts itself.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from bot.core.secret import DatabaseUrl
from tests.bench.lean import lean
from tests.bench.whole import posted, running, subscribe
from tests.postgres import Cluster, cluster

DIGESTS = JOBS = 400
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Up to a moment: seconds of wall and CPU, transactions that wrote, bytes of log, statements."""

    wall: float
    bot: float
    database: float
    writes: int
    wal: int
    statements: int


class Meter:
    """Reads what was spent."""

    def __init__(self, url: DatabaseUrl, folder: Path) -> None:
        self._connection = psycopg.connect(url.reveal(), autocommit=True)
        self._postmaster = (folder / "data/postmaster.pid").read_text().split()[0]
        self.statements = 0

    def read(self) -> Spent:
        """So far."""
        row = self._connection.execute(
            "SELECT pg_current_xact_id()::text::bigint, pg_current_wal_insert_lsn() - '0/0'"
        ).fetchone()
        assert row
        cpu = sum(self._backends())
        return Spent(time.monotonic(), time.process_time(), cpu, int(row[0]), int(row[1]), self.statements)

    def _backends(self) -> Iterator[float]:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[1] == self._postmaster:
                yield (int(fields[11]) + int(fields[12])) / TICK

    @contextmanager
    def table(self, name: str, count: int) -> Iterator[None]:
        """Print what one of ``count`` took."""
        before = self.read()
        yield
        after = self.read()
        sys.stdout.write(
            f"{name:28}{(after.wall - before.wall) / count * 1e6:>9.0f} µs wall"
            f"{(after.bot - before.bot) / count * 1e6:>9.0f} µs bot"
            f"{(after.database - before.database) / count * 1e6:>9.0f} µs database"
            f"{(after.writes - before.writes - 1) / count:>8.2f} writes"
            f"{(after.wal - before.wal) / count:>8.0f} B log"
            f"{(after.statements - before.statements) / count:>8.2f} statements\n"
        )
        sys.stdout.flush()


@asynccontextmanager
async def counted(meter: Meter) -> AsyncIterator[None]:
    """Statements are counted."""
    real = psycopg.AsyncConnection.execute

    async def execute(self: Any, *args: Any, **named: Any) -> Any:
        meter.statements += 1
        return await real(self, *args, **named)

    with patch.object(psycopg.AsyncConnection, "execute", execute):
        yield


async def a_bot(url: DatabaseUrl, server: str, meter: Meter) -> None:
    """A whole bot's digests and keep-alives, on a SuperOffice and a Slack of nearly no cost."""
    from bot.app.wiring import Wiring

    made: list[Any] = []

    class Captured(Wiring):
        def __init__(self, *parts: Any, **named: Any) -> None:
            super().__init__(*parts, **named)
            made.append(self)

    with patch.object(sys.modules["bot.app.running"], "Wiring", Captured):
        async with running(server, url):
            duties = made[0].duties
            await subscribe(url, DIGESTS, next_due=datetime.max.replace(tzinfo=UTC))
            async with counted(meter):
                with meter.table("digest", DIGESTS):
                    Cluster.sql(url, "UPDATE subscriptions SET next_due = 1")
                    await posted(url, DIGESTS)
                with meter.table("digest with nothing new", DIGESTS):
                    await again(url)
                    await posted(url, 2 * DIGESTS)
                (tenant,) = duties.tenants
                with meter.table("tick of a tenant, nothing due", 100):
                    for _ in range(100):
                        await duties.keep_alive.tick(tenant)
                Cluster.sql(url, "UPDATE links SET keep_at = 1")
                # One who is kept alive asks who they are: the lean server answers with something else.
                from bot.services.keepalive import KeepAlive

                async def use(self: Any, tenant: str, user: Any) -> None:
                    async def ask(link: Any) -> None:
                        await self._tenants[tenant].system_info()

                    await self._sign_ins.use_unasked(user, ask)

                with patch.object(KeepAlive, "use", use), meter.table("keep-alive", DIGESTS):
                    await duties.keep_alive.tick(tenant)
                with meter.table("tick of the digests", 100):
                    for _ in range(100):
                        await duties.waves.due()


async def again(url: DatabaseUrl) -> None:
    """Everybody is due once more, as on another day."""
    Cluster.sql(url, "UPDATE ledger SET day = '2020-01-01', due_at = due_at - 86400000000")
    Cluster.sql(
        url, "UPDATE subscriptions SET considered_until = considered_until - 3600000000, next_due = 1"
    )


async def jobs(url: DatabaseUrl, meter: Meter) -> None:
    """Jobs of nothing, handed out and done."""
    from bot.jobs import Jobs

    done = asyncio.Event()
    count = 0

    async def do(key: str) -> None:
        nonlocal count
        count += 1
        if count == JOBS:
            done.set()

    keys = [f"T{number}" for number in range(JOBS)]
    async with Jobs(url, {"digests": do}).opened() as handing:
        with meter.table("job, handed out", JOBS):
            await handing.hand_out("digests", keys)
        with meter.table("job that is already there", JOBS):
            await handing.hand_out("digests", keys)
        with meter.table("job, done", JOBS):
            async with handing.working({"digests": 8}):
                await done.wait()


MANY = """
    INSERT INTO subscriptions (id, workspace, target, "user", schedule, zone, locale, sealed_filter,
        when_empty, state, reason, since, considered_until, next_due)
    SELECT n, 'T' || (power(random(), 4) * 10000)::int, 'U' || n, 'U' || n, '', 'Europe/Oslo', '', '',
        'say', 'on', '', 0, 0, CASE WHEN n % 3 = 0 THEN 100 ELSE 4000000000000000 END
    FROM generate_series(1000000, 1999999) AS n
"""


def looks(url: DatabaseUrl) -> None:
    """What is asked at a tick, of a million subscriptions, a third of which are due."""
    with psycopg.connect(url.reveal(), autocommit=True) as connection:
        connection.execute(MANY)
        connection.execute("VACUUM ANALYZE subscriptions")
        columns = "*"
        now = int(datetime.now(UTC).timestamp() * 1e6)
        largest = connection.execute(
            "SELECT workspace FROM subscriptions GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        ).fetchone()
        small = ("T9000",)
        ahead = f"next_due IS NOT NULL AND considered_until > {now}"
        queries = {
            "which workspaces are due": f"SELECT workspace FROM subscriptions WHERE next_due <= {now} "
            f"UNION SELECT workspace FROM subscriptions WHERE {ahead}",
            "how many are due": f"SELECT count(*) FROM subscriptions WHERE next_due <= {now}",
        }
        for name, workspace in (("the largest", largest), ("a small one", small)):
            assert workspace
            queries[f"20 that are due of {name}"] = (
                f"SELECT {columns} FROM subscriptions LEFT JOIN channel_digests ON subscription = id WHERE "
                f"next_due <= {now} AND workspace = '{workspace[0]}' ORDER BY next_due LIMIT 20"
            )
        for name, query in queries.items():
            plan = [
                row[0] for row in connection.execute(f"EXPLAIN (ANALYZE, BUFFERS OFF) {query}").fetchall()
            ]
            kinds = [line.strip() for line in plan if "Scan" in line]
            sys.stdout.write(f"{name:34}{plan[-1]}: {kinds}\n")
            sys.stdout.flush()


def main() -> None:
    """Measure, and print."""
    import uvloop

    from bot import store
    from bot.jobs import prepare

    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    with cluster() as one, lean(rows=10) as server:
        assert one, "no PostgreSQL here"
        url = one.create("scale")
        store.migrate(url, datetime.now(UTC))
        prepare(url)
        meter = Meter(url, one._folder)
        uvloop.run(a_bot(url, server.url, meter))
        uvloop.run(jobs(url, meter))
        looks(url)


if __name__ == "__main__":
    main()
