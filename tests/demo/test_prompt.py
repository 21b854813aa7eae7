"""The prompt in a real terminal: how one gets in and out."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

#: A demo with no bot in it; some like their loop by uvloop.
CHILD = """
import asyncio, contextlib, sys, types
from bot.demo.play import play

@contextlib.asynccontextmanager
async def nobody(environ, clock):
    yield types.SimpleNamespace(url="http://127.0.0.1:9")

run = asyncio.run
if sys.argv[1] == "uvloop":
    import uvloop
    run = uvloop.run
sys.exit(run(play(nobody, interactive=True, out=sys.stdout)))
"""


class Terminal:
    """A terminal with the demo in it."""

    def __init__(self, loop: str) -> None:
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, loop],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=root,
            env=os.environ | {"TERM": "xterm", "PYTHONPATH": str(root), "COLUMNS": "100"},
        )
        self.slave = slave
        self.seen = ""

    def until(self, wanted: str) -> str:
        """Read until something shows; what was shown."""
        deadline = time.monotonic() + 10
        while wanted not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"no {wanted!r} in {self.seen!r}"
            self.seen += os.read(self.master, 4096).decode(errors="replace")
        shown, _, self.seen = self.seen.partition(wanted)
        return shown

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        os.close(self.slave)
        os.close(self.master)


@pytest.fixture(params=["asyncio", "uvloop"])
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    terminal = Terminal(request.param)
    yield terminal
    terminal.close()


def by_quitting(terminal: Terminal) -> None:
    terminal.type("quit\r")


def by_ctrl_d(terminal: Terminal) -> None:
    terminal.type("\x04")


def by_ctrl_c(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGINT)


@pytest.mark.parametrize("leave", [by_quitting, by_ctrl_d, by_ctrl_c])
def test_one_leaves_cleanly_and_the_terminal_is_as_before(
    terminal: Terminal, leave: Callable[[Terminal], None]
) -> None:
    terminal.until("kianna> ")
    terminal.type("as ida\r")
    terminal.until("ida> ")
    terminal.type("today\r")
    assert "dispatch_failed" in terminal.until("ida> ")
    leave(terminal)
    assert terminal.process.wait(10) == 0
    assert termios.tcgetattr(terminal.slave) == terminal.before
    rest = b""
    while select.select([terminal.master], [], [], 0)[0]:
        rest += os.read(terminal.master, 4096)
    assert b"Traceback" not in rest
