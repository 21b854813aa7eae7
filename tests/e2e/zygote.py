"""Real bots (`python -m bot run`) that live by the clock of a test, which says where they die.

A process of its own, ``python -m tests.e2e.zygote <shared file>``: for each line on its input it forks
a bot, which is ready at once, and says its number, then how it ended. The shared file holds the time, and
where to die: see :class:`Shared`.
"""

import asyncio
import functools
import mmap
import os
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["MARKS", "Shared"]

#: Where a bot can be told to die, in the order of a delivery: before (``<``), after (``>``) or in the middle
#: (``=``) of what is named.
MARKS = (
    "carry_out<",
    "carry_out=",
    "carry_out>",
    "take>",
    "compose>",
    "ready>",
    "attempt<",
    "note>",
    "attempt=",
    "attempt>",
    "post<",
    "post>",
    "confirm<",
    "confirm=",
    "confirm>",
    "finish<",
    "finish=",
    "finish>",
    "find<",
    "find>",
    "unsent<",
    "unsent>",
)
#: The time that bots see, and how much of it has gone by; behind them a mark, and how often it is passed.
TIMES, MARK = struct.Struct("dd"), struct.Struct("ii")


class Shared:
    """What test and bots have in common: the time, a mark, and how many times it is passed before."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(TIMES.size + MARK.size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), TIMES.size + MARK.size)

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.fromtimestamp(TIMES.unpack_from(self._memory)[0], UTC)

    def monotonic(self) -> float:
        """The seconds since some moment: wrong clocks do not change them, nor that they are put right."""
        return float(TIMES.unpack_from(self._memory)[1])

    def set(self, now: datetime, ahead: timedelta = timedelta(0)) -> None:
        """Set the time; bots' clocks are so far ahead of it."""
        TIMES.pack_into(self._memory, 0, (now + ahead).timestamp(), now.timestamp())

    def arm(self, mark: str = "", passes: int = 0) -> None:
        """Die there, when it was passed so many times; ``""``: nowhere."""
        MARK.pack_into(self._memory, TIMES.size, MARKS.index(mark) + 1 if mark else 0, passes)

    def reach(self, mark: str) -> None:
        """Die here, if it is said so."""
        armed, passes = MARK.unpack_from(self._memory, TIMES.size)
        if not armed or MARKS[armed - 1] != mark:
            return
        if not passes:
            os.kill(os.getpid(), signal.SIGKILL)
        MARK.pack_into(self._memory, TIMES.size, armed, passes - 1)


def prepare(shared: Shared) -> Callable[[], None]:
    """Everything that a bot imports, with the marks in it; what runs one."""
    from bot import cli
    from bot.app import duties, wiring
    from bot.app.digests import digests
    from bot.services.digests.composing import Composer
    from bot.slack import limits
    from bot.slack.posts import SlackPosts
    from bot.store import claiming, ledger, noting

    def marked(owner: Any, method: str, name: str = "") -> None:
        """Marks before and after a method."""
        its = getattr(owner, method)

        @functools.wraps(its)
        async def passing(*arguments: Any, **named: Any) -> Any:
            shared.reach(f"{name or method}<") if f"{name or method}<" in MARKS else None
            result = await its(*arguments, **named)
            shared.reach(f"{name or method}>")
            return result

        setattr(owner, method, passing)

    def inside(owner: Any, function: str, mark: str) -> None:
        """A mark in the middle of a transaction."""
        its = getattr(owner, function)

        @functools.wraps(its)
        def passing(*arguments: Any, **named: Any) -> Any:
            result = its(*arguments, **named)
            shared.reach(mark)
            return result

        setattr(owner, function, passing)

    for method in ("carry_out", "take", "attempt", "confirm", "finish", "unsent"):
        marked(ledger.StoredLedger, method)
    marked(ledger.StoredLedger, "_note", "note")
    ledger.AT_A_TIME = 6  # else so few rows are noted at once
    for method in ("ready", "post", "find"):
        marked(SlackPosts, method)
    marked(Composer, "compose")
    inside(claiming, "_as_found", "carry_out=")  # before each statement of it
    inside(noting, "settle", "confirm=")
    inside(ledger, "_conclude", "finish=")
    inside(noting, "insert", "attempt=")
    # Time is the test's; whatever waits for real time would wait for long.
    sys.modules["bot.app.running"].SystemClock = lambda: shared  # type: ignore[attr-defined]
    duties.DIGESTS = timedelta(seconds=0.03)  # type: ignore[attr-defined]

    def by_its_clock(**its: Any) -> Any:
        return digests(**{**its, "monotonic": shared.monotonic})

    wiring.digests = by_its_clock  # type: ignore[attr-defined]
    limits.SPACING, limits.CREDIT = 0.0, 3600.0
    return functools.partial(cli.main, ["run"], standalone_mode=False)


def say(what: object) -> None:
    """Tell the test."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def count_tasks(*_: object) -> None:
    """Write beside the shared file how many tasks the loop has: what SIGUSR1 asks a bot for."""
    with suppress(RuntimeError):  # it does not run yet, or no more
        Path(sys.argv[1]).with_name("tasks").write_text(str(len(asyncio.all_tasks())), "utf-8")


def main() -> None:
    """Fork a bot for each line."""
    run = prepare(Shared(Path(sys.argv[1])))
    say("ready")
    for _ in sys.stdin:
        if (process := os.fork()) == 0:
            signal.signal(signal.SIGUSR1, count_tasks)
            with suppress(SystemExit):
                run()
            os._exit(0)
        say(process)
        say(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


if __name__ == "__main__":
    main()
