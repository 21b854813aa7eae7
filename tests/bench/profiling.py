"""Where the time of a command and of a digest goes, by a profile, and what one row costs.

The profile says in which functions the thread's CPU went; the shares are of what the same work took without.
"""

import asyncio
import cProfile
import pstats
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvloop

from tests.bench.lean import Lean, lean
from tests.bench.whole import link, posted, running, subscribe

__all__ = ["STORE", "TITLE", "TOLD", "WORDS", "measure", "shares_of_a_digest"]

TITLE = "Where a call's time goes, and what a row costs"
ROWS = 20
#: Rows of another answer: what it takes more, or less, is the rows'. A digest of more is several messages,
#: which wait for each other.
OTHER = {"A command": 100, "A digest": 5}
COUNT = 48
#: Whose function it is, by its file, or by its name where it has none: the first that fits.
PARTS = {
    "the answer's XML to rows": r"crm/soap/(reader|envelope|fields)|lxml",
    "the request to SuperOffice": r"bot/crm/|/zeep/",
    "HTTP": r"/(aiohttp|yarl|multidict|uvicorn|starlette|httptools|propcache|aiosignal|frozenlist)/",
    "Slack's libraries": r"/(slack_bolt|slack_sdk)/",
    (WORDS := "words and blocks"): r"bot/(text|slack/(blocks|markup|modals))|/babel/|gettext|orjson",
    "to and from Slack": r"bot/slack/",
    (TOLD := "what is told to whom"): r"bot/(core|services|holidays)",
    (STORE := "the store"): r"bot/store|sqlite|cryptography|hmac|hashlib|HMAC|AESGCM",
    "logs and metrics": r"bot/(logs|metrics)|/(structlog|prometheus_client|logging)/",
    (LOOP := "the loop, tasks, sockets"): r"/asyncio/|uvloop|bot/(runner|app)",
}
REST = "the rest"
Spent = dict[str, float]
Function = tuple[str, int, str]
Functions = dict[Function, tuple[int, int, float, float, dict[Function, tuple[int, int, float, float]]]]
Step = Callable[[], Awaitable[None]]


def measure(rounds: int) -> Iterator[str]:
    """Two tables: µs of each part, with so many rows, and of each row."""
    work: dict[str, Callable[[Lean, Path], Coroutine[Any, Any, Spent]]] = {
        "A command": _commands,
        "A digest": _digests,
    }
    for name, profiled in work.items():
        with TemporaryDirectory() as folder, lean(ROWS) as usual, lean(OTHER[name]) as unusual:
            base = uvloop.run(profiled(usual, Path(folder) / "usual.db"))
            other = uvloop.run(profiled(unusual, Path(folder) / "other.db"))
        yield f"{name}, by a profile (CPU of the bot's process)"
        yield f"{'':28}{f'with {ROWS} rows':>14}{'':7}{'a row':>12}"
        more = OTHER[name] - ROWS
        for part in sorted(base, key=base.__getitem__, reverse=True):
            row = max(0.0, (other[part] - base[part]) / more)
            share = base[part] / sum(base.values())
            yield f"{part:28}{base[part] * 1e6:>11.0f} µs{share:>5.0%}{row * 1e6:>12.1f} µs"
        whole, row = sum(base.values()), (sum(other.values()) - sum(base.values())) / more
        yield f"{'all':28}{whole * 1e6:>11.0f} µs{'':5}{row * 1e6:>12.1f} µs"


def shares_of_a_digest() -> Spent:
    """Which part of its CPU time goes where."""
    with TemporaryDirectory() as folder, lean(ROWS) as server:
        spent = uvloop.run(_digests(server, Path(folder) / "bot.db"))
    whole = sum(spent.values())
    return {part: seconds / whole for part, seconds in spent.items()}


async def _commands(server: Lean, database: Path) -> Spent:
    async with running(server.url, database) as bot:
        await link(database, 1)
        load = partial(server.load, bot.url, 1, COUNT)

        async def nothing() -> None:
            pass

        async def answered() -> None:
            await asyncio.get_running_loop().run_in_executor(None, load)

        return await _spent(nothing, answered)


async def _digests(server: Lean, database: Path) -> Spent:
    async with running(server.url, database):
        waves = count()

        async def due() -> None:
            await subscribe(database, COUNT, next(waves) * COUNT)

        async def all_posted() -> None:
            await posted(database, next(over) * COUNT)

        over = count(1)
        return await _spent(due, all_posted)


async def _spent(prepare: Step, do: Step) -> Spent:
    """CPU seconds of each part of one, as many are done three times: first, measured, and profiled."""
    await prepare()
    await do()
    await prepare()
    used = time.thread_time()
    await do()
    each = (time.thread_time() - used) / COUNT
    await prepare()
    profile = cProfile.Profile(time.thread_time)
    used = time.thread_time()
    with profile:
        await do()
    used = time.thread_time() - used
    found: Spent = dict.fromkeys((*PARTS, REST), 0.0)
    functions = pstats.Stats(profile).stats  # type: ignore[attr-defined] # it is documented
    for function, (_, _, seconds, _, _) in functions.items():
        _attribute(found, functions, function, seconds)
    found[LOOP] += used - sum(found.values())
    return {part: seconds / used * each for part, seconds in found.items()}


def _attribute(found: Spent, functions: Functions, function: Function, seconds: float, far: int = 6) -> None:
    """Its own time is a part's; if it is nobody's, its callers'."""
    file, _, name = function
    if part := next((part for part, pattern in PARTS.items() if re.search(pattern, f"{file} {name}")), None):
        found[part] += seconds
        return
    callers = {caller: spent for caller, (_, _, spent, _) in functions[function][4].items()}
    whole = sum(callers.values())
    if not whole or not far:
        found[REST] += seconds
        return
    for caller, spent in callers.items():
        _attribute(found, functions, caller, seconds * spent / whole, far - 1)
