"""Until when a digest is to rest: ``until fri``, ``3d``, ``2w``, ``2026-12-24``, ``tomorrow``."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.errors import BadCommand, Problem
from bot.core.localtime import instant, local, midnight
from bot.core.period import Ago, At, DayOfYear, On, Weekday, When
from bot.core.typed.clocktext import read_clock
from bot.core.typed.spelling import normalise
from bot.core.typed.whenmeant import meant_when
from bot.core.typed.whentext import parse_when

__all__ = ["MAX_SNOOZE", "snooze_until", "until"]

#: A digest that rests for longer is better stopped.
MAX_SNOOZE = timedelta(days=366)
_LEAD = re.compile(r"(?:(?:until|till?|to|for|the|on|next|coming|in|another)(?: |$))+")
_ONE = re.compile(r"(?:an?|one) ")
_OVER = re.compile(r"yesterday\b.*|.+ ago")
_TOMORROW = re.compile(r"tomorrow(?: (?:at )?(?P<at>.+))?")


def snooze_until(
    text: str, zone: ZoneInfo, now: datetime, *, form: str = "digest snooze until {}", off: str = "digest off"
) -> datetime:
    """The instant, in UTC, that a line such as ``until fri`` means at ``now`` for a clock in ``zone``.

    A day without a time is its midnight, so that its own digest comes. Raises :class:`BadCommand`: the
    nearest that makes sense is put into ``form``; ``off`` is what to type for ever.
    """
    line = normalise(text).casefold()
    lead = _LEAD.match(line)
    words = _ONE.sub("1 ", line[lead.end() :] if lead else line, count=1)
    if not words:
        raise BadCommand(Problem("snooze-what", line, form.format("mon")))
    end = _read(words, zone, now)
    if end is None:
        near = [form.format(each) for each in _nearest(words, zone, now)]
        first, second = (*near, "", "")[:2]
        code = "two-meanings" if second else "snooze-unknown"
        raise BadCommand(Problem(code, words, first or form.format("tomorrow"), other=second))
    if end <= now:
        raise BadCommand(Problem("snooze-past", words, form.format("tomorrow")))
    if end > now + MAX_SNOOZE:
        raise BadCommand(Problem("snooze-too-long", words, form.format("365d"), other=off))
    return end


def until(when: When, zone: ZoneInfo, now: datetime) -> datetime:
    """The first such moment to come, in UTC: what :func:`bot.core.period.resolve` looks for in the past.

    A date that is over stays so: the answer may lie before ``now``.
    """
    today = local(now, zone).date()
    match when:
        case Weekday(day, _, at):
            ahead = today + timedelta(days=(day - today.weekday()) % 7)
            return _first((ahead, ahead + timedelta(days=7)), at, zone, now)
        case Ago(amount, "h"):
            return now + timedelta(hours=amount)
        case Ago(amount, "m"):
            return now + timedelta(minutes=amount)
        case Ago(amount, unit, at):
            return instant(today + timedelta(days=amount * (7 if unit == "w" else 1)), at, zone)
        case At(at):
            return _first((today + timedelta(days=n) for n in range(3)), at, zone, now)
        case On(day, at):
            return instant(day, at, zone)
        case DayOfYear(month, day, at):
            years = range(today.year, today.year + 9)  # 29 February may be eight years away
            days = (date(year, month, day) for year in years if day <= monthrange(year, month)[1])
            return _first(days, at, zone, now)


def _first(days: Iterable[date], at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """The first of these days whose moment is still to come."""
    return next(moment for day in days if (moment := instant(day, at, zone)) > now)


def _read(words: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    today = local(now, zone).date()
    if match := _TOMORROW.fullmatch(words):
        at = read_clock(match["at"]) if match["at"] else time.min
        return None if at is None else instant(today + timedelta(days=1), at, zone)
    if _OVER.fullmatch(words):
        return now
    if words == "week":
        return until(Weekday(0), zone, now)
    if words == "month":
        return midnight((today.replace(day=1) + timedelta(days=32)).replace(day=1), zone)
    when = parse_when(words)
    if when is None or (isinstance(when, Weekday) and when.last):
        return None
    return until(when, zone, now)


def _nearest(words: str, zone: ZoneInfo, now: datetime) -> list[str]:
    """What was probably meant, of what can be typed after ``since``, too, and is to come."""
    meant = (line.removeprefix("since ") for line in meant_when(words) if line.startswith("since "))
    ends = {each: _read(each, zone, now) for each in meant}
    return [each for each, end in ends.items() if end and now < end <= now + MAX_SNOOZE]
