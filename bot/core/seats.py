"""Who of several gets how many of a limited number of seats."""

from collections import deque
from collections.abc import Mapping

__all__ = ["shares"]


def shares(total: int, wishes: Mapping[str, int], turn: int) -> Mapping[str, int]:
    """Dealt one by one, so as even as the wishes are; whose turn it is comes first, and gets what is over."""
    given = dict.fromkeys(wishes, 0)
    line = deque(sorted(name for name, wish in wishes.items() if wish > 0))
    line.rotate(-turn)
    for _ in range(total):
        if not line:
            break
        name = line.popleft()
        given[name] += 1
        if given[name] < wishes[name]:
            line.append(name)
    return given
