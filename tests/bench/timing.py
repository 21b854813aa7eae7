"""How the benchmarks measure, and how they say what they found."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles

__all__ = ["figure", "interleaved", "ratios", "verdict"]

#: Short turns: a noisy moment of the machine meets all cases of a round alike.
TURN_SECONDS = 0.02
#: Turns of each case in a round.
TURNS = 5


def interleaved(
    cases: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, list[float]]:
    """CPU seconds of one call of each case, turn by turn. The cases take turns."""
    repeats = {name: _repeats(call, clock) for name, call in cases.items()}
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds * TURNS):
        for name, call in cases.items():
            start = clock()
            for _ in range(repeats[name]):
                call()
            times[name].append((clock() - start) / repeats[name])
    return times


def ratios(one: Sequence[float], other: Sequence[float]) -> list[float]:
    """Round by round."""
    return [each / another for each, another in zip(one, other, strict=True)]


def figure(values: Sequence[float], digits: int = 2, scale: float = 1.0) -> str:
    """The median, and the spread: half of what lies between the quartiles, as a part of the median."""
    middle, spread = median(values), ""
    if len(values) > 1:
        low, _, high = quantiles(values, n=4, method="inclusive")
        spread = f"±{(high - low) / 2 / middle:.0%}"
    return f"{middle * scale:>8.{digits}f} {spread:4}"


def verdict(values: Sequence[float], goal: str) -> str:
    """The same against a goal for the median, such as ``>= 10`` or ``<= 3.3``; empty: it has none."""
    said = figure(values)
    if not goal:
        return said
    relation, _, bound = goal.partition(" ")
    middle = median(values)
    met = middle >= float(bound) if relation == ">=" else middle <= float(bound)
    return f"{said} ({goal}{'' if met else ', missed'})"


def _repeats(call: Callable[[], object], clock: Callable[[], float]) -> int:
    """How often to call in a turn, so that it takes long enough to be measured."""
    call()
    start = clock()
    call()
    once = max(clock() - start, 1e-6)
    return max(1, round(TURN_SECONDS / once))
