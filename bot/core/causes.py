"""Why a digest comes late or covers more than usual, from what became of the slots before it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.digest import Cause, CauseKind
from bot.core.errors import BadCommand, NotLinked, SealBroken, SignInOver
from bot.core.localtime import local
from bot.core.subscription import Delivery, Outcome, Skipped

__all__ = ["LATE_AFTER", "REFUSED", "SLACK", "causes"]

#: Nobody calls a digest late that comes so soon after its time.
LATE_AFTER = timedelta(minutes=15)
#: What the reason of a failure at Slack begins with; Slack's own code for it follows.
SLACK = "slack:"
#: What it begins with for a channel that must not be told; a :class:`~bot.core.audience.Refusal` follows.
REFUSED = "refused:"

_SKIPPED = {
    Skipped.SNOOZED: CauseKind.SNOOZED,
    Skipped.LATE: CauseKind.LATE,
    Skipped.OFF: CauseKind.OFF,
}


def causes(
    before: Iterable[Delivery], current: Delivery | None, zone: ZoneInfo, now: datetime
) -> tuple[Cause, ...]:
    """The reasons, each once, with the latest local day it held for.

    ``before`` are the rows of the ledger since the last told window, in order; ``current`` is the slot that
    is being seen to.
    """
    found = dict[CauseKind, Cause]()
    for cause in _all(before, current, zone, now):
        found.pop(cause.kind, None)
        found[cause.kind] = cause
    return tuple(found.values())


def _all(
    before: Iterable[Delivery], current: Delivery | None, zone: ZoneInfo, now: datetime
) -> Iterator[Cause]:
    for row in before:
        if kind := _kind(row):
            yield Cause(kind, row.slot.day, row.reason)
    if current and now - current.due_at > LATE_AFTER:
        kind = _failed(current.reason) if current.reason else CauseKind.LATE
        yield Cause(kind, local(current.due_at, zone).date(), current.reason)


def _kind(row: Delivery) -> CauseKind | None:
    match row.outcome:
        case Outcome.FAILED:
            return _failed(row.reason)
        case Outcome.UNCERTAIN:
            return CauseKind.UNCERTAIN
        case Outcome.SKIPPED if row.reason in _SKIPPED:
            return _SKIPPED[Skipped(row.reason)]
        case _:
            return None


def _failed(reason: str) -> CauseKind:
    if reason in (NotLinked.code, SignInOver.code):
        return CauseKind.SIGN_IN
    if reason == BadCommand.code:
        return CauseKind.FILTERS
    if reason == SealBroken.code:  # it was paused
        return CauseKind.OFF
    if reason in _SKIPPED:
        return _SKIPPED[Skipped(reason)]
    if reason.startswith(REFUSED):
        return CauseKind.REFUSED
    return CauseKind.SLACK if reason.startswith(SLACK) else CauseKind.CRM
