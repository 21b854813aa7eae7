"""When digests come, in words: each slot with its offset from UTC, and why it is not when the clock says."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.slots import Shift, Slot
from bot.text import sentence
from bot.text.dates import moment, time_of_day

__all__ = ["slot", "utc_offset"]

_SHIFTED = {Shift.GAP: "slot.gap", Shift.FOLD: "slot.fold", Shift.JOURNEY: "slot.journey"}


def slot(which: Slot, zone: ZoneInfo, locale: str, now: datetime | None = None) -> str:
    """Such as ``Mon 16 Nov 08:00 (UTC+01:00)``; where clocks change, with the reason for its time."""
    when = sentence(
        "slot", locale, moment=moment(which.at, zone, locale, now), offset=utc_offset(which.offset)
    )
    if which.shift is Shift.NONE:
        return when
    return sentence(_SHIFTED[which.shift], locale, slot=when, time=time_of_day(which.time, locale))


def utc_offset(offset: timedelta) -> str:
    """Such as ``+05:45``."""
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"
