"""What the days that a channel's digests observed look like together: figures, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

__all__ = ["Chart", "DayCounts", "Trend", "chart"]

#: Before so long was observed, there is nothing to compare with.
FIRST_WEEK = timedelta(days=7)
#: So much more or less than usual is worth a word.
MUCH = 0.2


class Trend(StrEnum):
    """How the last day stands to the others."""

    MORE = "more"
    FEWER = "fewer"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class DayCounts:
    """On how many companies something happened, day by day."""

    #: In order; a day that nobody observed is none.
    days: Mapping[date, int]

    @property
    def last(self) -> tuple[date, int]:
        """The last day."""
        return max(self.days.items())

    @property
    def most(self) -> tuple[date, int]:
        """The day with the most; of several the last."""
        return max(self.days.items(), key=lambda each: (each[1], each[0]))


@dataclass(frozen=True, slots=True)
class Chart(DayCounts):
    """The same, and what it says."""

    trend: Trend
    #: What a day has in the middle, of those before the last one on which anything happened.
    usual: float


def chart(counts: Mapping[date, int]) -> Chart | None:
    """The chart of days that are over; ``None`` within the first week."""
    days = dict(sorted(counts.items()))
    if not days or max(days) - min(days) < FIRST_WEEK:
        return None
    *before, last = days.values()
    usual = median([count for count in before if count] or [0])
    trend = Trend.USUAL
    if abs(last - usual) > usual * MUCH:
        trend = Trend.MORE if last > usual else Trend.FEWER
    return Chart(days, trend, usual)
