"""Ten minutes of a thousand commands each, in a seventh of the time, with faults and a restart amid them."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.load import Load, one_in_ten
from tests.faults.trouble import Trouble, trouble

#: A thousand a minute for ten minutes.
COMMANDS = 10_000
#: Seconds in all, if the machine can: seven and a half times as fast.
SECONDS = 80
#: So many may wait for their answers: a machine that is slow makes it take longer, and nothing else.
MOST = 150


async def restart(it: Trouble) -> None:
    """Stop it by SIGTERM, and start the next one; people go on typing."""
    assert await it.world.process.stop() == "0"
    await it.start()


@pytest.mark.long
async def test_every_command_is_answered_or_told_why(
    memory: Path, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(8)
    loop = asyncio.get_running_loop()
    async with trouble(memory) as it:
        it.world.crm.faults.take = one_in_ten(chance)  # type: ignore[assignment,method-assign]
        await it.start()
        load, began, typed = Load(it.world.slack, chance), loop.time(), 0
        restarting: asyncio.Task[None] | None = None
        while typed < COMMANDS and loop.time() - began < SECONDS:
            if load.under_way < MOST:
                load.type()
                typed += 1
            if restarting is None and typed >= COMMANDS // 2:
                restarting = asyncio.create_task(restart(it))
            ahead = began + typed * SECONDS / COMMANDS - loop.time()
            await asyncio.sleep(max(ahead, 0.001 if load.under_way >= MOST else 0))
        await (restarting or restart(it))
        await load.done()
        record_property("commands", typed)
        record_property("outcomes", str(dict(load.outcomes)))
        record_property("times as fast", round(typed / 1000 * 60 / (loop.time() - began), 1))
        assert load.unexplained == []
        assert load.outcomes["answered"] > typed * 0.7
