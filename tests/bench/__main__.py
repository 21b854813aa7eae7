"""Measure what the bot does often: ``make bench``. Ratios, both sides interleaved in one run.

Each table says what it measures; the figures are medians of the rounds with their spread, and goals stand
beside them. Each of several has a process of its own: what one leaves in memory would slow down the next.
"""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench import (
    acknowledge,
    answers,
    calls,
    digests,
    formatting,
    loglines,
    memory,
    pace,
    profiling,
    reader,
    storing,
    tick,
    waves,
    workers,
)

ROUNDS = 7
BENCHES = {
    "reader": reader,
    "calls": calls,
    "acknowledge": acknowledge,
    "waves": waves,
    "workers": workers,
    "answers": answers,
    "formatting": formatting,
    "logs": loglines,
    "store": storing,
    "digests": digests,
    "pace": pace,
    "memory": memory,
    "tick": tick,
    "profile": profiling,
}


PAGE = Path(__file__).parents[2] / "docs/performance.md"
LIBRARIES = ("aiohttp", "lxml", "orjson", "slack-bolt", "slack-sdk", "uvloop", "zeep")


def main() -> None:
    """Run every benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round each, to see that they run")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name} as well")
    parser.add_argument("bench", nargs="*", choices=[[], *BENCHES], help="all, if none is named")
    asked = parser.parse_args()
    names, parts = asked.bench or [*BENCHES], []
    for name in names:
        lines = []
        measured = _elsewhere(name, asked.quick) if len(names) > 1 else _here(name, asked.quick)
        for line in measured:
            lines.append(line)
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        sys.stdout.write("\n")
        parts.append(
            f"## {getattr(BENCHES[name], 'TITLE', name.capitalize())}\n\n```\n{chr(10).join(lines)}\n```\n"
        )
    if asked.write:
        PAGE.write_text("\n".join((_head(), *parts)), "utf-8")


def _here(name: str, quick: bool) -> Iterator[str]:
    yield from BENCHES[name].measure(1 if quick else ROUNDS)


def _elsewhere(name: str, quick: bool) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.bench", *(["--quick"] if quick else []), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield from filter(None, map(str.rstrip, process.stdout))
    if process.returncode:
        raise SystemExit(f"{name} failed")


def _head() -> str:
    used = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        "# Performance\n\n"
        f"Written by `make bench ARGS=--write` on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores "
        f"({platform.machine()}), which the servers and the load share with the bot; Python "
        f"{platform.python_version()}, {used}.\nBoth sides of a ratio are interleaved in one run. Medians of "
        f"{ROUNDS} rounds or more; ± is the spread, half of what lies between the quartiles, and without one "
        "it was one run. A goal stands beside each figure that has one, and *missed* where it was.\n"
        "What a day of a million users needs is [simulated](scale.md).\n"
    )


if __name__ == "__main__":
    main()
