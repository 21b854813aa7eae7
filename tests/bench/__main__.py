"""Measure what the bot does often: ``make bench``. Ratios, both sides interleaved in one run.

Figures are CPU time (reader) or wall time (acknowledgement), the median of the rounds.
"""

import argparse
import sys

from tests.bench import acknowledge, reader

ROUNDS = 9


def main() -> None:
    """Run every benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round each, to see that they run")
    quick = parser.parse_args().quick
    for bench in (reader, acknowledge):
        sys.stdout.write("\n".join((*bench.measure(1 if quick else ROUNDS), "", "")))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
