"""How the benchmarks measure."""

import time
from collections.abc import Callable, Mapping
from statistics import median

__all__ = ["interleaved"]

ROUND_SECONDS = 0.1


def interleaved(cases: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median CPU seconds of one call of each case.

    The cases take turns within each round, so that a noisy moment of the machine meets all of them.
    """
    repeats = {name: _repeats(call) for name, call in cases.items()}
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, call in cases.items():
            start = time.process_time()
            for _ in range(repeats[name]):
                call()
            times[name].append((time.process_time() - start) / repeats[name])
    return {name: median(measured) for name, measured in times.items()}


def _repeats(call: Callable[[], object]) -> int:
    """How often to call in a round, so that it takes long enough to be measured."""
    call()
    start = time.process_time()
    call()
    once = max(time.process_time() - start, 1e-6)
    return max(1, round(ROUND_SECONDS / once))
