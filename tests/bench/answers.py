"""A signed command to its answer at ``response_url``, less SuperOffice's own time.

Through the whole bot, and through a Bolt app as its documentation has it: zeep's client for asyncio,
``slack_sdk``'s models, ``respond()``. That gets its words ready made, knows one workspace by heart, and looks
up neither the user nor a ticket.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import uvloop
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.server import ASGIApp, listening, serving
from bot.slack.blocks import draw
from tests.bench.acknowledge import bolts_default
from tests.bench.formatting import READER, modelled, page
from tests.bench.lean import DELAY, Lean, lean
from tests.bench.stock import zeep_async
from tests.bench.timing import figure, verdict
from tests.bench.whole import link, running

__all__ = ["measure"]

USERS = 64
#: Serves until it is left, and yields its root.
Served = Callable[[Lean, Path], AbstractAsyncContextManager[str]]


def measure(rounds: int) -> Iterator[str]:
    """A table: milliseconds, by how many ask at once; the load comes from another process."""
    apps: dict[str, Served] = {"ours": _ours, "bare Bolt": _bare_bolt}
    yield "Signed command to answer at response_url over HTTP, 20 rows, less the CRM's 50 ms (wall)"
    yield f"{'at once':>7}{'p50 ms':>20}{'p99 ms':>13}"
    with lean() as server, tempfile.TemporaryDirectory() as folder:
        for at_once, goal in ((1, ""), (32, "<= 25")):
            for name, served in apps.items():
                database = Path(folder) / f"{name}.{at_once}.db"
                taken = uvloop.run(_taken(served, server, database, at_once, rounds))
                p99s = verdict([p99 * 1e3 for _, p99 in taken], goal if name == "ours" else "")
                p50s = figure([p50 for p50, _ in taken], 1, 1e3)
                yield f"{at_once:>7}  {name:10}{p50s}{p99s}".rstrip()


async def _taken(
    served: Served, server: Lean, database: Path, at_once: int, rounds: int
) -> list[tuple[float, float]]:
    """The p50 and the p99 of each round, in seconds less the CRM's."""
    loop = asyncio.get_running_loop()
    async with served(server, database) as url:
        await loop.run_in_executor(None, server.load, url, at_once, 2 * at_once)  # profiles, connections
        load = partial(server.load, url, at_once, max(60, 25 * at_once))
        all_taken = [await loop.run_in_executor(None, load) for _ in range(rounds)]
    return [(median(taken) - DELAY, quantiles(taken, n=100)[98] - DELAY) for taken in all_taken]


@asynccontextmanager
async def _ours(server: Lean, database: Path) -> AsyncIterator[str]:
    async with running(server.url, database) as bot:
        await link(database, USERS)
        yield bot.url


@asynccontextmanager
async def _bare_bolt(server: Lean, _: Path) -> AsyncIterator[str]:
    app, ask = bolts_default(), zeep_async(f"{server.url}/remote/Services86/")
    blocks = draw(page(), READER, "/superoffice").blocks

    @app.command("/superoffice")
    async def on_command(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await ask(0)
        await respond(text="Your companies", blocks=modelled(blocks))

    handler: ASGIApp = AsyncSlackRequestHandler(app)  # type: ignore[assignment] # Bolt's own ASGI types
    with listening("127.0.0.1", 0) as opened:
        async with serving(handler, opened):
            yield f"http://127.0.0.1:{opened.getsockname()[1]}"
