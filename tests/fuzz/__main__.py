"""Fuzz what reads other people's bytes, guided by coverage: ``make fuzz ARGS="--seconds 60 answer"``.

libFuzzer (by atheris) begins with the corpus and the seeds, and stops at the first input that raises or
takes a second of CPU. What is new is merged into the corpus, as few inputs as reach the same lines; the quick
tests run those.
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.corpora import Line, corpus, lines_of, reached_by, write
from tests.fuzz.targets import TARGETS

#: Longer inputs find nothing more, only slower.
MOST_BYTES = 8192
#: Seconds after which an input never ends: on a busy machine one may take longer than the second that it has.
ENDLESS = 60


def main() -> None:
    """Fuzz each target, and print a line of a table for each."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("targets", nargs="*")
    asked = parser.parse_args()
    columns = "target", "inputs", "the last that reached more", "minutes", "lines reached", "corpus"
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")  # noqa: T201
    for name in asked.targets or TARGETS:
        print(_fuzz(name, asked.seconds), flush=True)  # noqa: T201


def _fuzz(target: str, seconds: int) -> str:
    begun = time.monotonic()
    with TemporaryDirectory() as folder:
        new = Path(folder) / "new"
        new.mkdir()
        for number, data in enumerate((*TARGETS[target].seeds(), *corpus(target))):
            (new / f"{number:05}").write_bytes(data)
        said = _run(target, folder, f"-max_total_time={seconds}", str(new))
        kept, reached = _fewest(target, sorted((file.read_bytes() for file in new.iterdir()), key=len))
    write(target, kept)
    minutes, inputs = (time.monotonic() - begun) / 60, re.findall(r"#(\d+)\s+DONE", said)[-1]
    lines = f"{len(reached)} of {len(lines_of(target))}"
    return f"| {target} | {int(inputs):,} | {_last_growth(said):,} | {minutes:.1f} | {lines} | {len(kept)} |"


def _last_growth(log: str) -> int:
    """The number of the last input that made libFuzzer's coverage grow."""
    last = best = 0
    for number, covered in re.findall(r"^#(\d+)\s.*\bcov: (\d+)", log, re.MULTILINE):
        if int(covered) > best:
            last, best = int(number), int(covered)
    return last


def _fewest(target: str, inputs: Iterable[bytes]) -> tuple[list[bytes], set[Line]]:
    """Those that together reach as many lines as all, the shortest first; and the lines."""
    kept, reached = [], set[Line]()
    for data in inputs:
        if not (lines := reached_by(target, data)) <= reached:
            reached |= lines
            kept.append(data)
    return kept, reached


def _run(target: str, folder: str, *flags: str) -> str:
    """libFuzzer's own log. Where it found something, the input is printed, and this ends."""
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.inside",
        target,
        f"-artifact_prefix={folder}/found-",
        f"-max_len={MOST_BYTES}",
        f"-timeout={ENDLESS}",
        *flags,
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    log = done.stderr.decode("utf-8", "replace")
    found = sorted(Path(folder).glob("found-*"))
    if done.returncode or found:
        inputs = "\n".join(f"{each.name}: {each.read_bytes()!r}" for each in found)
        sys.exit(f"{done.stdout.decode('utf-8', 'replace')[-3000:]}\n{log[-3000:]}\n{inputs}")
    return log


if __name__ == "__main__":
    main()
