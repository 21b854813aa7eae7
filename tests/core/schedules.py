"""Schedules for Hypothesis to try."""

from datetime import date, time
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.core.recurrence import LAST, Days, MonthDay, Monthly, NthWeekday, Weekly
from bot.core.schedule import Schedule
from bot.core.typed.zonenames import zone_names

NAMES = sorted(zone_names())
ZONES = st.sampled_from(NAMES).map(ZoneInfo)
DATES = st.dates(date(2020, 1, 1), date(2040, 12, 31))
#: To the minute.
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_WEEKDAYS = st.lists(st.integers(0, 6), min_size=1, unique=True).map(lambda days: Weekly(tuple(sorted(days))))
_NTH = st.sampled_from((1, 2, 3, 4, LAST))
_ONE = st.integers(0, 6).map(lambda day: (day,)) | st.just((0, 1, 2, 3, 4))
_ON = st.builds(MonthDay, st.integers(1, 31) | st.just(LAST)) | st.builds(NthWeekday, _NTH, _ONE)
DAYS: st.SearchStrategy[Days] = _WEEKDAYS | st.lists(_ON, min_size=1, max_size=4).map(
    lambda on: Monthly.of(*on)
)
COUNTRIES = st.sampled_from((None, "NO", "DE-BY"))


@st.composite
def schedules(draw: st.DrawFn, days: st.SearchStrategy[Days] = DAYS) -> Schedule:
    """Any schedule that nobody edited yet."""
    times = draw(st.lists(TIMES, min_size=1, max_size=5))
    zone = draw(st.none() | st.sampled_from(NAMES))
    return Schedule.at(*times, days=draw(days), zone=zone, country=draw(COUNTRIES))
