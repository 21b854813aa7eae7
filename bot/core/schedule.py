"""Schedules: at which times of which days somebody wants a digest, and in which zone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.recurrence import WEEKDAYS, Days

__all__ = ["MAX_TIMES", "ChosenTime", "Schedule"]

#: More times a day than anybody reads a digest.
MAX_TIMES = 24


class ChosenTime(NamedTuple):
    """A time of day, to the minute, and the id that it keeps while it is edited."""

    time: time
    id: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """When somebody wants a digest.

    ``times`` are in order, each once. ``zone`` is an IANA name, ``None`` for the user's own in Slack.
    ``country`` is the code of the country (``NO``) or region (``DE-BY``) whose public holidays are left out,
    ``None`` for no such. ``next_id`` is greater than every id that was ever given out: none comes again.
    """

    times: tuple[ChosenTime, ...]
    days: Days = WEEKDAYS
    zone: str | None = None
    country: str | None = None
    next_id: int = 0

    def __post_init__(self) -> None:
        times, ids = [each.time for each in self.times], [each.id for each in self.times]
        if not 0 < len(times) <= MAX_TIMES or times != sorted(set(times)) or len(set(ids)) != len(ids):
            raise ValueError("times in order, each once, with an id of its own")
        if any(at.tzinfo or at.second or at.microsecond for at in times):
            raise ValueError("times of day, to the minute")
        object.__setattr__(self, "next_id", max(self.next_id, *(id_ + 1 for id_ in ids)))

    @classmethod
    def at(
        cls, *times: time, days: Days = WEEKDAYS, zone: str | None = None, country: str | None = None
    ) -> "Schedule":
        """A new schedule, whose times have the ids 1, 2, … in order."""
        chosen = tuple(ChosenTime(at, id_) for id_, at in enumerate(sorted(set(times)), 1))
        return cls(chosen, days, zone, country)

    def replacing(self, times: Iterable[time]) -> "Schedule":
        """With these times instead: one that stays keeps its id, the others take over the rest in order.

        What is left over is dropped, and what is more gets new ids.
        """
        wanted = set(times)
        kept = [each for each in self.times if each.time in wanted]
        free = [each.id for each in self.times if each.time not in wanted]
        new = sorted(wanted - {each.time for each in kept})
        ids = (*free, *range(self.next_id, self.next_id + len(new)))
        return self._with((*kept, *map(ChosenTime, new, ids)))

    def adding(self, times: Iterable[time]) -> "Schedule":
        """With these times as well; one that is there already stays as it is."""
        new = sorted(set(times) - {each.time for each in self.times})
        return self._with((*self.times, *map(ChosenTime, new, range(self.next_id, self.next_id + len(new)))))

    def dropping(self, times: Collection[time]) -> "Schedule":
        """Without these times. Raises :class:`ValueError` where none would be left."""
        return self._with(tuple(each for each in self.times if each.time not in times))

    def _with(self, times: tuple[ChosenTime, ...]) -> "Schedule":
        return replace(self, times=tuple(sorted(times)))

    def zone_for(self, own: ZoneInfo) -> ZoneInfo:
        """The zone that counts, for a user whose own is ``own``."""
        return ZoneInfo(self.zone) if self.zone else own
