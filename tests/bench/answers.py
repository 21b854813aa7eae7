"""A signed command to its answer at ``response_url``, through the whole bot, less SuperOffice's own time."""

import asyncio
import base64
import logging
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

import uvloop

from bot import app, store
from bot.config import load
from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import Secret
from tests.bench.lean import DELAY, SIGNING_SECRET, Lean, lean
from tests.bench.timing import verdict

__all__ = ["measure"]

USERS = 64
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


def measure(rounds: int) -> Iterator[str]:
    """A table: milliseconds, by how many ask at once; the load comes from another process."""
    yield "Signed command to answer at response_url over HTTP, 20 rows, less the CRM's 50 ms (wall)"
    yield f"{'at once':>7}{'p50 ms':>9}  p99 ms"
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with lean() as server, tempfile.TemporaryDirectory() as folder:
        for at_once, goal in ((1, ""), (32, "<= 25")):
            taken = uvloop.run(_through_the_bot(server, Path(folder) / "bot.db", at_once, rounds))
            p99 = quantiles(taken, n=100)[98] * 1e3
            yield f"{at_once:>7}{median(taken) * 1e3:>9.1f}  {verdict(p99, goal) if goal else f'{p99:8.2f}'}"


async def _through_the_bot(server: Lean, database: Path, at_once: int, rounds: int) -> list[float]:
    """Seconds less the CRM's, of the round with the median p99."""
    settings = load(
        {
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": f"{server.url}/api/",
            "SUPEROFFICE_URL": f"{server.url}/remote/Services86/",
            "SUPEROFFICE_WEB_URL": "http://127.0.0.1/web",
            "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
            "BOT_DATABASE": str(database),
            "BOT_SECRET_KEY": KEY,
            "BOT_LISTEN": "127.0.0.1:0",
        }
    )
    store.migrate(database, datetime.now(UTC))
    await _link(database)
    async with app.running(settings) as bot:
        app.settle()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, server.load, bot.url, at_once, 2 * at_once)  # profiles, connections
        taken = [
            await loop.run_in_executor(None, server.load, bot.url, at_once, max(60, 25 * at_once))
            for _ in range(rounds)
        ]
    taken.sort(key=lambda seconds: quantiles(seconds, n=100)[98])
    return [max(seconds - DELAY, 0.0) for seconds in taken[len(taken) // 2]]


async def _link(database: Path) -> None:
    now = datetime.now(UTC)
    with store.opened(database, Secret(KEY)) as opened:
        for number in range(USERS):
            user = SlackUser("T1", f"U{number}")
            principal = Principal(528, 947, "Kianna Ledner", "KLED")
            await opened.links.put(Link(user, "onsite", principal, now, now, Secret(f"7T:{number}")))
