"""Measure what the bot does often: ``make bench``. Ratios, both sides interleaved in one run.

Each table says what it measures; the figures are medians of the rounds, goals stand beside them.
"""

import argparse
import sys

from tests.bench import acknowledge, answers, calls, digests, formatting, reader, tick

ROUNDS = 9
BENCHES = {
    "reader": reader,
    "calls": calls,
    "acknowledge": acknowledge,
    "answers": answers,
    "formatting": formatting,
    "digests": digests,
    "tick": tick,
}


def main() -> None:
    """Run every benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round each, to see that they run")
    parser.add_argument("bench", nargs="*", choices=[[], *BENCHES], help="all, if none is named")
    asked = parser.parse_args()
    for name in asked.bench or BENCHES:
        for line in (*BENCHES[name].measure(1 if asked.quick else ROUNDS), ""):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
