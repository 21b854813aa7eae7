"""What plans begin: rows of the ledger, by a few statements for as many plans as are alike."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from bot.core.plan import Plan, Planned
from bot.core.subscription import Delivery, Outcome
from bot.store.database import Statements, maybe_micros, micros

__all__ = ["LEASE", "carry_out"]

#: Who took a row up has so long for each step; then they are taken for dead. Longer than any step can take.
LEASE = timedelta(minutes=5)
#: Characters of a row's key, by which its messages are found again in Slack.
KEY = 16
#: Rows of one statement, at most.
PAGE = 100
COLUMNS = (
    "subscription, workspace, key, day, slot, due_at, ends_at, outcome, reason, tries, wait_until, part, "
    "channel, ts, rows, concluded_at"
)
ROW = f"({', '.join('?' for _ in COLUMNS.split(','))})"


async def carry_out(tx: Statements, plans: Sequence[Plan], now: datetime) -> list[Delivery]:
    """Begin the rows of those plans whose subscriptions nobody changed meanwhile; those that are new."""
    alike = defaultdict[object, list[Plan]](list)
    # In the same order everywhere, so that hardly ever two wait for each other.
    for plan in sorted(plans, key=attrgetter("subscription")):
        alike[plan[2:]].append(plan)
    done = dict[int, list[Delivery]]()
    for each in alike.values():
        for start in range(0, len(each), PAGE):
            mine = await _considered(tx, each[start : start + PAGE])
            rows = [(plan, row) for plan in mine for row in plan.rows]
            for first in range(0, len(rows), PAGE):
                for row in await _inserted(tx, rows[first : first + PAGE], now):
                    done.setdefault(row.subscription, []).append(row)
    return [row for plan in plans for row in done.get(plan.subscription, ())]


async def _considered(tx: Statements, plans: Sequence[Plan]) -> list[Plan]:
    """Note for each up to when its slots were seen to; those that were as their plans found them."""
    first = plans[0]
    statement = (
        "UPDATE subscriptions SET considered_until = ?, next_due = ? WHERE id IN (SELECT id FROM "  # noqa: S608 - constants
        f"subscriptions WHERE id IN ({', '.join('?' * len(plans))}) AND considered_until = ? "
        f"AND state = 'on' ORDER BY id {tx.dialect.changing}) RETURNING id"
    )
    until = micros(first.considered_until), maybe_micros(first.next_due)
    before = maybe_micros(first.considered_before)
    ids = [plan.subscription for plan in plans]
    mine = {id_ for (id_,) in await tx.rows(statement, (*until, *ids, before))}
    return [plan for plan in plans if plan.subscription in mine]


async def _inserted(tx: Statements, rows: Sequence[tuple[Plan, Planned]], now: datetime) -> list[Delivery]:
    """Those of the rows that were not there yet."""
    keys = secrets.token_hex(KEY // 2 * len(rows))
    new = {keys[n * KEY : (n + 1) * KEY]: row for n, row in enumerate(rows)}
    ends = {row: _end(row, now) for row in {row for _, row in rows}}
    values = list[object]()
    for key, (plan, row) in new.items():
        values += (plan.subscription, plan.workspace, key, *ends[row])
    statement = (
        f"INSERT INTO ledger ({COLUMNS}) VALUES {', '.join([ROW] * len(rows))} "  # noqa: S608 - constants
        "ON CONFLICT DO NOTHING RETURNING id, key"
    )
    ids = {key: id_ for id_, key in await tx.rows(statement, values)}
    return [_delivery(ids[key], key, *new[key], now) for key in new if key in ids]


def _end(row: Planned, now: datetime) -> tuple[object, ...]:
    """What all rows have in common that are planned so."""
    ended = None if row.outcome is Outcome.CLAIMED else micros(now)
    slot = row.slot.day.isoformat(), row.slot.id
    times = micros(row.due_at), micros(row.ends_at)
    return (*slot, *times, row.outcome, row.reason, 1, micros(now + LEASE), 0, "", "", 0, ended)


def _delivery(id_: int, key: str, plan: Plan, row: Planned, now: datetime) -> Delivery:
    return Delivery(
        *(id_, plan.subscription, plan.workspace, *row, key),
        tries=1,
        concluded_at=None if row.outcome is Outcome.CLAIMED else now,
    )
