"""Two bots on one database: the second is refused, until the first one ends."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store import DatabaseUnusable, alone

HOLD = """
import sys, pathlib
from bot.store import alone
with alone(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "bot.db"
    with alone(path):
        assert (tmp_path / "data" / "bot.db.lock").stat().st_mode & 0o077 == 0
        refusal = r"in use by another bot \(process \d+ on .+\): stop that"
        with pytest.raises(DatabaseUnusable, match=refusal), alone(path):
            raise AssertionError
        with alone(tmp_path / "data" / "another.db"):
            pass
    with alone(path):
        pass


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(DatabaseUnusable, match=f"process {process.pid} "), alone(path):
            raise AssertionError
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        with alone(path):
            pass


def test_what_cannot_be_locked_is_said(tmp_path: Path) -> None:
    (tmp_path / "bot.db.lock").mkdir()
    with pytest.raises(DatabaseUnusable, match="cannot be locked"), alone(tmp_path / "bot.db"):
        raise AssertionError
