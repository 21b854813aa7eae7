"""A day of a million users, simulated: ``make scale`` writes docs/scale.md and its pictures anew.

``--users 1000`` simulates fewer and prints the page instead.
"""

import argparse
import sys
from pathlib import Path

from tests.bench.scale.plots import draw
from tests.bench.scale.report import page
from tests.bench.scale.scenarios import LEVERS, WORKERS, compare
from tests.bench.scale.summary import load
from tests.bench.scale.world import world

DOCS = Path(__file__).parents[3] / "docs"
USERS = 1_000_000
#: Users of a workspace, on average.
EACH = 100


def main() -> None:
    """Simulate each setup, then tell."""
    parser = argparse.ArgumentParser(prog="make scale", description=__doc__)
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    of = world(max(1, asked.users // EACH), asked.users)
    days = []
    for each in compare(of, [*LEVERS, *WORKERS], asked.processes):
        sys.stderr.write(f"{each.setup.name}: {each.late[0]:.0f} s, {each.late[3]:.0f} s\n")
        days.append(each)
    levers, workers = days[: len(LEVERS)], days[len(LEVERS) :]
    now = load(of, levers[1].sent)
    text = page(of, now, workers, levers)
    if asked.users != USERS:
        sys.stdout.write(text)
        return
    (DOCS / "scale.md").write_text(text, "utf-8")
    draw(DOCS / "images", now, workers, levers)


if __name__ == "__main__":
    main()
