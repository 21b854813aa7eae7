"""The benchmarks run: a short round each, so that they do not rot."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import BENCHES


@pytest.mark.long
@pytest.mark.parametrize("name", BENCHES)
def test_they_run(name: str) -> None:
    """In a process of their own: they have servers and loops of their own."""
    command = [sys.executable, "-m", "tests.bench", "--quick", name]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("\n") > 3
