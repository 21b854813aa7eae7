"""What a schedule says of one local date, and why: for those who ask where their digest was."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.core.schedule import Schedule
from bot.core.slots import NO_HOLIDAYS, Holidays, Slot, slots_on

__all__ = ["DayPlan", "plan_of"]


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A local date with its slots; where it has none, either ``holiday`` tells why, or it is not chosen."""

    day: date
    slots: tuple[Slot, ...] = ()
    #: The name of the public holiday for which the schedule leaves the date out.
    holiday: str = ""


def plan_of(schedule: Schedule, zone: ZoneInfo, day: date, holidays: Holidays = NO_HOLIDAYS) -> DayPlan:
    """What the schedule says of ``day`` in ``zone``, without regard to snoozes and the ledger."""
    slots = slots_on(schedule, zone, day, holidays)
    left_out = schedule.country and schedule.days.includes(day) and not slots
    return DayPlan(day, slots, holidays(day) if left_out else "")
