"""How often tickets are used so that they live, and tokens are had anew: expected numbers, minute by minute.

A digest uses its owner's ticket, so whoever is told at eight is kept alive at about ten, at twelve and so on,
each time a little less together, until the next day's digest.
"""

from collections.abc import Iterable, Sequence

from bot.core.signin import KeepAlivePolicy
from tests.bench.scale.world import DAY, World

__all__ = ["keep_alives"]

MINUTES = DAY // 60


def keep_alives(world: World, policy: KeepAlivePolicy = KeepAlivePolicy()) -> Sequence[float]:  # noqa: B008
    """How many tickets are used in each minute of the day only so that they live."""
    interval, spread = (round(each.total_seconds() / 60) for each in (policy.interval, policy.spread))
    counts = _by_minute(due for each in world.workspaces if each.onsite for due in each.due)
    used = [(minute, count) for minute, count in enumerate(counts) if count]
    total = [0.0] * MINUTES
    after: dict[int, float] = {0: 1.0}  # minutes after the digest: how likely
    while after := _later(after, interval, spread):
        for minutes, likely in after.items():
            for minute, count in used:
                total[(minute + minutes) % MINUTES] += count * likely
    return total


def _later(after: dict[int, float], interval: int, spread: int) -> dict[int, float]:
    """When it is used next, if the next day's digest does not come before."""
    found: dict[int, float] = {}
    for minutes, likely in after.items():
        for later in range(interval - spread, interval + spread + 1):
            if minutes + later < MINUTES:
                found[minutes + later] = found.get(minutes + later, 0) + likely / (2 * spread + 1)
    return found


def _by_minute(times: Iterable[int]) -> list[float]:
    counts = [0.0] * MINUTES
    for time in times:
        counts[time // 60] += 1
    return counts
