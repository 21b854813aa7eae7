"""How the benchmarks measure."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

__all__ = ["Measured", "interleaved", "verdict"]

#: Short turns: a noisy moment of the machine meets all cases of a round alike.
TURN_SECONDS = 0.02
#: Turns of each case in a round.
TURNS = 5


@dataclass(frozen=True)
class Measured:
    """Seconds of one call, by case, turn by turn."""

    seconds: Mapping[str, list[float]]

    def median(self, case: str) -> float:
        """The median of a case."""
        return median(self.seconds[case])

    def ratio(self, case: str, other: str) -> float:
        """How many times as long as ``other`` a case takes: the median of the ratios of the same turn."""
        turns = zip(self.seconds[case], self.seconds[other], strict=True)
        return median(one / another for one, another in turns)


def interleaved(
    cases: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> Measured:
    """CPU seconds of one call of each case. The cases take turns."""
    repeats = {name: _repeats(call, clock) for name, call in cases.items()}
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds * TURNS):
        for name, call in cases.items():
            start = clock()
            for _ in range(repeats[name]):
                call()
            times[name].append((clock() - start) / repeats[name])
    return Measured(times)


def verdict(value: float, goal: str) -> str:
    """``value`` against a goal such as ``>= 10`` or ``<= 3.3``."""
    relation, _, bound = goal.partition(" ")
    met = value >= float(bound) if relation == ">=" else value <= float(bound)
    return f"{value:>8.2f} ({goal}{'' if met else ', missed'})"


def _repeats(call: Callable[[], object], clock: Callable[[], float]) -> int:
    """How often to call in a turn, so that it takes long enough to be measured."""
    call()
    start = clock()
    call()
    once = max(clock() - start, 1e-6)
    return max(1, round(TURN_SECONDS / once))
