"""Nothing keeps the loop, and so everybody else, for long: not even an answer of ten thousand rows."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.bench.lean import lean
from tests.bench.whole import link, running

#: Of the loop's thread, in one turn: what others wait for on a machine that has nothing else to do.
MOST_SECONDS = 0.005
#: Tried at most: with another process on the same core, CPU seconds are longer as well.
COMMANDS = 7


class Turns:
    """What the loop's turns take, in CPU seconds: a busy machine makes them later, and hardly longer."""

    def __init__(self) -> None:
        self.longest = 0.0

    def run(self, handle: asyncio.Handle) -> None:
        """Stands for :meth:`asyncio.Handle._run`."""
        began = time.thread_time()
        RUN(handle)
        self.longest = max(self.longest, time.thread_time() - began)


RUN = asyncio.Handle._run


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """The turns of every loop from now on: they are taken by this one."""
    turns = Turns()
    monkeypatch.setattr(asyncio.Handle, "_run", lambda handle: turns.run(handle))
    return turns


@pytest.mark.long
async def test_an_answer_of_ten_thousand_rows_keeps_nobody_waiting(tmp_path: Path, turns: Turns) -> None:
    longest = list[float]()
    with lean(10_000) as server:
        async with running(server.url, tmp_path / "bot.db") as bot:
            await link(tmp_path / "bot.db", 1)
            while len(longest) < COMMANDS and min(longest, default=1.0) > MOST_SECONDS:
                turns.longest = 0.0
                await asyncio.to_thread(server.load, bot.url, 1, 1)
                longest.append(turns.longest)
    # What is always there is there in the best of them.
    assert min(longest) <= MOST_SECONDS, [f"{each * 1e3:.1f} ms" for each in longest]
