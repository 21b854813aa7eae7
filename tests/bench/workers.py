"""What two workers do beside one, each a process of its own, on PostgreSQL.

Each has eight digests in hand, of one workspace, and SuperOffice takes 200 ms. Slack's limits are out of the
way: a worker that waits for them has time for other workspaces. Some digests come before, for a process that
does something for the first time takes longer: two would have that twice.
"""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bot import store
from bot.app import clockwork, duties, slackparts
from bot.cli import main
from bot.core.secret import DatabaseUrl, Secret
from bot.services.ports import Installation
from bot.slack.limits import PostLimits
from tests.bench.lean import SIGNING_SECRET, Lean, lean
from tests.bench.timing import figure, ratios, verdict
from tests.bench.whole import KEY, NO_LIMIT, TICK, opened, subscribe, until_posted
from tests.conftest import IN_MEMORY
from tests.postgres import MISSING, Cluster, cluster

__all__ = ["measure", "one_and_two"]

TITLE = "Workers"
ROOT = Path(__file__).parents[2]
#: Seconds that SuperOffice takes.
DELAY = 0.2
AT_ONCE = 8
#: Digests of each workspace: first some that do not count, so that each worker has done what it does once.
WORKSPACES, WARM_UP, EACH = ("T1", "T2"), 16, 160
#: When all that count are due, after they are there.
SOON = timedelta(seconds=2)
CPU = os.sysconf("SC_CLK_TCK")


class Rate(NamedTuple):
    """Digests a second, and the seconds of the workers' CPU that each takes."""

    digests: float
    cpu: float


def measure(rounds: int) -> Iterator[str]:
    """A table: digests a second, and CPU of each."""
    with cluster(IN_MEMORY) as database, lean(delay=DELAY) as server:
        if database is None:
            yield MISSING
            return
        pairs = [one_and_two(database, server) for _ in range(rounds)]
    yield f"Workers on PostgreSQL, {DELAY * 1000:.0f} ms server, {AT_ONCE} in flight each (wall; their CPU)"
    for number, rates in enumerate(zip(*pairs, strict=True), 1):
        digests, cpu = zip(*rates, strict=True)
        yield f"{number:>3}{figure(digests, 1)} digests a second{figure(cpu, scale=1e3)} ms a digest"
    (slower, cheaper), (faster, dearer) = (zip(*rates, strict=True) for rates in zip(*pairs, strict=True))
    yield f"2 ÷ 1, digests a second {verdict(ratios(faster, slower), '>= 1.8')}"
    yield f"2 ÷ 1, CPU of a digest  {verdict(ratios(dearer, cheaper), '<= 1.1')}"


def one_and_two(database: Cluster, server: Lean) -> tuple[Rate, Rate]:
    """What one does, and what two do."""
    return _rate(database, server, 1), _rate(database, server, 2)


def _rate(database: Cluster, server: Lean, workers: int) -> Rate:
    url = database.create("workers")
    store.migrate(url, datetime.now(UTC))
    with TemporaryDirectory() as folder, ExitStack() as stack:
        config = Path(folder) / "bot.toml"
        # As many seats at SuperOffice as all of them can use: half are for digests.
        config.write_text(f"[digests]\nworkspaces_at_once = 1\n[commands]\nworkers = {4 * AT_ONCE}\n")
        start = partial(_started, _environ(server, url, config))
        pids = [stack.enter_context(start("worker")) for _ in range(workers)]
        asyncio.run(_install(url))
        asyncio.run(_subscribe(url, WARM_UP))
        stack.enter_context(start("clock"))
        asyncio.run(_posted(url, WARM_UP))
        before = sum(map(_cpu, pids))
        asyncio.run(_subscribe(url, EACH, WARM_UP))
        digests = asyncio.run(_posted(url, EACH, WARM_UP))
        return Rate(digests, (sum(map(_cpu, pids)) - before) / (len(WORKSPACES) * EACH))


def _environ(server: Lean, url: DatabaseUrl, config: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "0" * 32,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": f"{server.url}/api/",
        "SUPEROFFICE_URL": f"{server.url}/remote/Services86/",
        "SUPEROFFICE_WEB_URL": "https://127.0.0.1/web",
        "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
        "BOT_DATABASE": url.reveal(),
        "BOT_SECRET_KEY": KEY,
        "BOT_LISTEN": "127.0.0.1:0",
        "BOT_CONFIG": str(config),
    }


@contextmanager
def _started(environ: dict[str, str], role: str) -> Iterator[int]:
    """Start a process, and wait until it is there; its id."""
    command = [sys.executable, "-m", "tests.bench.workers", "run", "--role", role]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            said = ""
            while not re.search("Listening on http", said):
                line = process.stderr.readline()
                assert line, said
                said += line
            yield process.pid
        finally:
            process.kill()


async def _install(url: DatabaseUrl) -> None:
    async with opened(url) as tables:
        for workspace in WORKSPACES:
            token = Secret(f"xoxb-{workspace}")
            install = Installation(workspace, "", None, False, datetime.now(UTC), token)
            await tables.installations.put(install)


async def _subscribe(url: DatabaseUrl, count: int, first: int = 0) -> None:
    """All of them are due in the same moment."""
    soon = datetime.now(UTC) + SOON
    for workspace in WORKSPACES:
        await subscribe(url, count, first, soon, workspace)


async def _posted(url: DatabaseUrl, count: int, before: int = 0) -> float:
    """So many a second, without the first and the last of them, when not all have all they can in hand."""
    count, before = len(WORKSPACES) * count, len(WORKSPACES) * before
    async with opened(url) as tables:
        await until_posted(tables, before + count, before)
        rows = await tables.db.rows("SELECT concluded_at FROM ledger ORDER BY concluded_at")
    tenth = count // 10
    (first,), (last,) = rows[before + tenth], rows[-tenth]
    return float((count - 2 * tenth) / (last - first) * 1e6)


def _cpu(pid: int) -> float:
    """Seconds that a process used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CPU


def _process() -> None:
    for module in (clockwork, duties):
        module.DIGESTS = timedelta(seconds=TICK)  # type: ignore[attr-defined]
    slackparts.PostLimits = _unlimited  # type: ignore[assignment, attr-defined]
    main()


def _unlimited(_: int, *parts: Any, **named: Any) -> PostLimits:
    return PostLimits(NO_LIMIT, *parts, **named)


if __name__ == "__main__":
    _process()
