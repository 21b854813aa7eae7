"""The workspaces and users of the simulation: how many, where, and when each wants the digest.

Nobody publishes this, so it is assumed, and stated: :data:`ZONES`, :data:`TIMES` and the sizes are what to
change to ask about another internet. The day is a workday that repeats itself.
"""

from array import array
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

__all__ = ["DAY", "TIMES", "ZONES", "Workspace", "World", "world"]

DAY = 86_400
#: The day whose offsets from UTC count: in winter.
DATE = datetime(2026, 11, 26)
#: How many of a hundred workspaces are at home where.
ZONES = {
    "Europe/Oslo": 30,
    "Europe/Berlin": 20,
    "Europe/Amsterdam": 10,
    "Europe/London": 12,
    "Europe/Helsinki": 5,
    "America/New_York": 9,
    "America/Chicago": 3,
    "America/Los_Angeles": 3,
    "Asia/Kolkata": 3,
    "Asia/Singapore": 2,
    "Asia/Tokyo": 1,
    "Australia/Sydney": 2,
}
#: Of a workspace's users so many are at home where it is; the others anywhere, by the same weights.
AT_HOME = 0.85
#: How many of a hundred users chose which local time; 08:00 is what whoever chooses nothing has.
TIMES = {
    "08:00": 50,
    "07:00": 8,
    "07:30": 10,
    "08:30": 8,
    "09:00": 10,
    "12:00": 3,
    "16:00": 5,
}
#: The others: any quarter of an hour from 06:00 to 18:00.
ANY = [6 * 3600 + 900 * number for number in range(49)]
#: How much the sizes differ: sigma of their logarithm. The median is then a fifth of the mean.
SIGMA = 1.8
#: Of the tenants so many are onsite, with tickets; the others online, with tokens.
ONSITE = 0.5


@dataclass(frozen=True, slots=True)
class Workspace:
    """One, with a tenant of its own."""

    onsite: bool
    #: When its users' digests are due: seconds of the day in UTC, in order.
    due: "array[int]"


@dataclass(frozen=True, slots=True)
class World:
    """All of them."""

    workspaces: Sequence[Workspace]

    @property
    def users(self) -> int:
        """All linked users; each has one digest a day."""
        return sum(len(each.due) for each in self.workspaces)


def world(workspaces: int, users: int, seed: int = 1) -> World:
    """The same for the same seed."""
    random = Random(seed)
    offsets = [_offset(zone) for zone in ZONES]
    zones, times = list(accumulate(ZONES.values())), list(accumulate(TIMES.values()))
    chosen = [_seconds(each) for each in TIMES]

    def zone() -> int:
        return offsets[bisect(zones, random.random() * zones[-1])]

    def time() -> int:
        number = bisect(times, random.random() * 100)
        return chosen[number] if number < len(chosen) else random.choice(ANY)

    def dues(size: int) -> Iterator[int]:
        home = zone()
        for _ in range(size):
            yield (time() - (home if random.random() < AT_HOME else zone())) % DAY

    sizes = _sizes(workspaces, users, random)
    return World([Workspace(random.random() < ONSITE, array("i", sorted(dues(size)))) for size in sizes])


def _sizes(workspaces: int, users: int, random: Random) -> list[int]:
    """Log-normal, at least one each, so many together."""
    raw = sorted((random.lognormvariate(0, SIGMA) for _ in range(workspaces)), reverse=True)
    scale = (users - workspaces) / sum(raw)
    sizes = [1 + int(each * scale) for each in raw]
    sizes[0] += users - sum(sizes)
    random.shuffle(sizes)
    return sizes


def _offset(zone: str) -> int:
    offset = DATE.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset // timedelta(seconds=1)


def _seconds(time: str) -> int:
    hours, minutes = map(int, time.split(":"))
    return hours * 3600 + minutes * 60
