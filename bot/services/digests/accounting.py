"""What the audit log says of a digest that was changed: its settings, and nothing that names anybody."""

from collections.abc import Mapping
from datetime import datetime

from bot.core.audit import AuditAction, Deed
from bot.core.people import SlackUser
from bot.core.subscription import Subscription
from bot.core.typed.filtertext import written
from bot.core.typed.scheduletext import schedule_text

__all__ = ["change", "facts", "is_changed"]


def facts(subscription: Subscription | None) -> dict[str, object]:
    """The settings, without anything that may name a person or a customer: of filters, how many of each."""
    if subscription is None:
        return {}
    filter_, until = subscription.filter, subscription.snoozed_until
    filters = {"category": filter_.categories, "by": filter_.by, "not": filter_.not_by}
    told: dict[str, object] = {
        "state": str(subscription.state),
        "schedule": schedule_text(subscription.schedule),
        "snoozed until": until.isoformat() if until else "",
        "when empty": str(subscription.when_empty),
        "style": str(filter_.style or ""),
        "filters": {name: len(values) for name, values in filters.items() if values},
        "actions": int(filter_.actions or 0),
        "top": filter_.top,
    }
    if team := subscription.team:
        told |= {
            "grouping": str(team.grouping),
            "layout": str(team.layout),
            "quorum": team.quorum,
            "guests": bool(team.guests_approved_by),
        }
    return told


def is_changed(before: Subscription | None, after: Subscription | None) -> bool:
    """Whether there is anything to write down: a filter by other names counts, though none is told."""
    return facts(before) != facts(after) or _filter(before) != _filter(after)


def change(
    at: datetime,
    action: AuditAction,
    by: SlackUser | None,
    to: SlackUser | None,
    what: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> Deed:
    """What differs, as an entry."""
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    return Deed(
        at,
        action,
        by,
        to,
        what,
        before={name: before[name] for name in sorted(changed) if name in before},
        after={name: after[name] for name in sorted(changed) if name in after},
    )


def _filter(subscription: Subscription | None) -> str:
    return written(subscription.filter) if subscription else ""
