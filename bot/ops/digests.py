"""``python -m bot digests``: how all digests are doing, for whoever runs the bot, while it runs or not.

It names ids, times and codes: no company, no person. All times are UTC unless a zone stands beside them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.overview import DigestStanding, Overview
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.core.subscription import Delivery
from bot.store import Store, Where, ask

__all__ = ["History", "as_json", "history", "list_digests", "listed", "show_history", "show_status", "status"]

FORM = "%Y-%m-%d %H:%M"
EVERYTHING = 2**31


class History(NamedTuple):
    """How one digest stands, and what became of its slots, the latest first."""

    digest: DigestStanding
    slots: Sequence[Delivery]


def status(where: Where, secret_key: Secret, now: datetime) -> Overview:
    """All digests together. Raises :class:`~bot.store.DatabaseUnusable` and :class:`~bot.store.BadKey`."""
    return ask(where, secret_key, lambda store: store.overviews.overview(now))


def listed(where: Where, secret_key: Secret, now: datetime) -> Sequence[DigestStanding]:
    """Each of them, those first that need somebody. Raises what :func:`status` does."""
    return ask(where, secret_key, lambda store: store.overviews.standings(None, now, 0, EVERYTHING)).page


def history(where: Where, secret_key: Secret, user: SlackUser, most: int) -> Sequence[History]:
    """A user's digests, each with its last slots. Raises what :func:`status` does."""
    return ask(where, secret_key, lambda store: _history(store, user, most))


async def _history(store: Store, user: SlackUser, most: int) -> Sequence[History]:
    standings = await store.overviews.of(user)
    return [History(standing, await store.ledger.latest(standing.id, most)) for standing in standings]


# ------------------------------------------------------------------ as text


def show_status(overview: Overview, per_minute: int) -> Iterator[str]:
    """A line for each thing worth knowing; ``per_minute``: so many messages a workspace may get."""
    yield f"{_time(overview.as_of)} UTC"
    states = ", ".join(f"{count} {state}" for state, count in overview.states.items())
    yield _line("Subscriptions", f"{states}; {overview.snoozed} of those on are snoozed")
    yield from _counted("  paused", overview.paused)
    yield _line("Due now", _since(overview.due, overview.due_since, overview.as_of))
    claimed = _since(overview.claimed, overview.claimed_since, overview.as_of)
    yield _line("Under way", f"{claimed}{f'; {overview.in_doubt} in doubt' if overview.in_doubt else ''}")
    yield from _counted("  waited for", overview.waiting)
    yield _line("Last 24 hours", f"{sum(ended.number for ended in overview.ended)} ended")
    for outcome, reason, number in overview.ended:
        yield _line("", f"{number} {outcome}{f': {reason}' if reason else ''}")
    if overview.late:
        yield _line("  late", f"{overview.late}, the latest by {_span(overview.latest)}")
    if not overview.load:
        yield _line("Next hour", "none")
    for workspace, digests, at_once, at in overview.load:
        least = timedelta(minutes=at_once / per_minute)
        yield _line(
            "Next hour",
            f"{digests} in {workspace}, at {at:%H:%M} {at_once} of them: {_span(least)} at the least",
        )


def list_digests(standings: Sequence[DigestStanding]) -> Iterator[str]:
    """A line for each, those first that need somebody."""
    yield f"{len(standings)} digests. Times are UTC, schedules in the zone beside them."
    for standing in standings:
        last = f"last: {_ended(standing.last)}" if standing.last else "none yet"
        yield f"  {_where(standing)}  {_how(standing)}  {last}"


def show_history(history: Sequence[History]) -> Iterator[str]:
    """How a user's digests stand, and what became of each slot."""
    for standing, rows in history:
        yield f"{_where(standing)}  {_how(standing)}"
        for row in rows:
            facts = [f"tries: {row.tries}"] if row.tries > 1 else []
            facts += [f"companies: {row.rows}  messages: {row.part}"] if row.part else []
            facts += [f"{row.channel} {row.ts}"] if row.ts else []
            if row.window_start and row.window_end:
                facts.append(f"covers {_time(row.window_start)} to {_time(row.window_end)}")
            yield "  " + "  ".join((f"{row.slot.day} #{row.slot.id}", _ended(row), *facts))
        if not rows:
            yield "  nothing was due yet"


def _line(name: str, text: str) -> str:
    return f"{name:<15}{text}"


def _counted(name: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield _line(name, ", ".join(f"{count} {reason or 'unknown'}" for reason, count in counts.items()))


def _since(count: int, since: datetime | None, now: datetime) -> str:
    return f"{count}, the oldest for {_span(now - since)}" if since else "none"


def _where(standing: DigestStanding) -> str:
    workspace, user = standing.owner
    if not user:  # forgotten since; a channel's digest stays
        return f"{workspace}/{standing.channel}"
    return f"{workspace}/{user}{f' for {standing.channel}' if standing.channel else ''}"


def _how(standing: DigestStanding) -> str:
    state = f"{standing.state}: {standing.reason}" if standing.reason else standing.state
    facts = [state, standing.schedule]
    if f" in {standing.zone.key}" not in standing.schedule:
        facts.append(f"({standing.zone.key})")
    facts += [f"next {_time(standing.next_due)}"] if standing.next_due else []
    facts += [f"snoozed until {_time(standing.snoozed_until)}"] if standing.snoozed_until else []
    return "  ".join(facts)


def _ended(row: Delivery) -> str:
    why = f" ({row.reason})" if row.reason else ""
    after = f" {_span(row.concluded_at - row.due_at)} later" if row.concluded_at else ""
    return f"due {_time(row.due_at)}, {row.outcome}{why}{after}"


def _time(when: datetime) -> str:
    return f"{when:{FORM}}"


def _span(span: timedelta) -> str:
    seconds = max(0, round(span.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


# ------------------------------------------------------------------ as JSON


def as_json(found: Overview | Sequence[DigestStanding | History]) -> str:
    """The same for a program; times are in ISO 8601, spans in seconds."""
    return json.dumps(_plain(found), indent=2, default=_value)


def _plain(found: object) -> object:
    match found:
        case Overview() | DigestStanding() | Delivery():
            return _plain(asdict(found))
        case tuple() if hasattr(found, "_asdict"):
            return _plain(found._asdict())
        case Mapping():
            # A row's key finds its messages: that is for the bot alone.
            return {name: _plain(value) for name, value in found.items() if name != "key"}
        case list() | tuple():
            return [_plain(each) for each in found]
        case _:
            return found


def _value(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case ZoneInfo():
            return value.key
    return str(value)
