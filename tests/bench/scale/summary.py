"""What a day comes to: percentiles, what was waited for, what everything together asks of the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from tests.bench.scale.costs import COSTS, Costs
from tests.bench.scale.sign_ins import keep_alives
from tests.bench.scale.waves import CAUSES, Day, Setup
from tests.bench.scale.world import DAY, World

__all__ = ["SIZES", "Load", "Summary", "load", "percentiles", "summary"]

#: Classes of workspaces, by their users: up to so many.
SIZES = (10, 100, 1_000, 10_000, 10**9)
MINUTES = DAY // 60
#: Somebody is at it, and there it is.
REFRESH_WRITES = 2


@dataclass(frozen=True, slots=True)
class Summary:
    """A day of a setup."""

    setup: Setup
    digests: int
    over: int
    #: Seconds: p50, p90, p99, the latest; of all, and of the workspaces of each class.
    late: Sequence[float]
    by_size: Mapping[int, Sequence[float]]
    #: Seconds that a digest waited for each cause, on average.
    waited: Mapping[str, float]
    #: By minute: digests that were sent; workspaces in hand or waiting.
    sent: Sequence[int]
    busy: Sequence[int]

    @property
    def bottleneck(self) -> str:
        """What most of the time was waited for."""
        return max(self.waited, key=self.waited.__getitem__)


def summary(day: Day) -> Summary:
    """Of one."""
    classes: dict[int, list[float]] = {size: [] for size in SIZES}
    for late, users in day.lateness:
        classes[next(size for size in SIZES if users <= size)].append(late)
    return Summary(
        day.setup,
        len(day.lateness),
        day.over,
        percentiles([late for late, _ in day.lateness]),
        {size: percentiles(late) for size, late in classes.items() if late},
        {cause: each / max(1, day.due) for cause, each in zip(CAUSES, day.waited, strict=True)},
        day.sent,
        day.busy,
    )


def percentiles(seconds: Sequence[float]) -> tuple[float, float, float, float]:
    """p50, p90, p99 and the largest."""
    of = sorted(seconds)
    p50, p90, p99 = (of[int(share * (len(of) - 1))] for share in (0.5, 0.9, 0.99))
    return p50, p90, p99, of[-1]


@dataclass(frozen=True, slots=True)
class Load:
    """By minute of the day, what is done a second: digests, keep-alives, refreshes, keep-alives' jobs."""

    digests: Sequence[float]
    keep_alives: Sequence[float]
    refreshes: Sequence[float]
    jobs: Sequence[float]
    costs: Costs = COSTS

    def writes(self) -> list[float]:
        """Transactions a second that write."""
        of = self.costs
        return list(self._sum(of.digest_writes, of.keep_alive_writes, REFRESH_WRITES, of.job_writes))

    def database(self) -> list[float]:
        """Cores of PostgreSQL that are busy."""
        of = self.costs
        look = of.job_database + of.look_database
        return list(self._sum(of.digest_database, of.keep_alive_database, 0, look))

    def cpu(self) -> list[float]:
        """Cores of workers that are busy."""
        of = self.costs
        return list(self._sum(of.digest_cpu, of.keep_alive_cpu, of.keep_alive_cpu, of.job_cpu + of.look_cpu))

    def _sum(self, *each: float) -> Iterator[float]:
        for numbers in zip(self.digests, self.keep_alives, self.refreshes, self.jobs, strict=True):
            yield sum(number * cost for number, cost in zip(numbers, each, strict=True))


def load(world: World, sent: Sequence[int]) -> Load:
    """Of a day. A tenant is looked at in the minutes in which a ticket of it is due."""
    kept = [each / 60 for each in keep_alives(world)]
    onsite = [len(each.due) for each in world.workspaces if each.onsite]
    mean = sum(kept) / len(kept) * 60 / max(1, sum(onsite))  # of a user, in a minute
    jobs = sum(1 - exp(-size * mean) for size in onsite) / 60
    digests = [sum(sent[minute::MINUTES]) / 60 for minute in range(MINUTES)]
    # A token lives an hour and is had anew when it is needed: for the digest itself.
    online = 1 - sum(onsite) / world.users
    return Load(digests, kept, [each * online for each in digests], [jobs] * MINUTES)
