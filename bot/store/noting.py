"""Rows that a digest is about to tell, tells, or leaves out, in the transactions of the ledger.

What its next part tells is pending until that stands in Slack, and what no part does is hidden until its end.
So either may be noted ahead, a few rows at a time; and whoever takes the digest up again forgets them.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from bot.core.people import SlackUser
from bot.core.subscription import Delivery
from bot.store.database import Given, Statements, micros

__all__ = ["HIDDEN", "PENDING", "Noted", "forget", "insert", "settle"]

PENDING, HIDDEN = "pending", "hidden"
#: What is inserted of each row.
GIVEN = {"row_hash": "BLOB", "company_hash": "BLOB", "day": "TEXT"}


class Noted(NamedTuple):
    """A row as it is noted: through whose view, what it and its company are known by, and its day."""

    user: SlackUser
    row: bytes
    company: bytes
    day: str | None


async def insert(
    tx: Statements, delivery: Delivery, rows: Sequence[Noted], state: str, now: datetime
) -> None:
    """Note these rows; not of whoever is no participant any more."""
    about = (delivery.id, delivery.part, state, micros(now))
    for user, theirs in groupby(rows, attrgetter("user")):
        await tx.execute_given(
            "INSERT INTO told (subscription, workspace, user, row_hash, company_hash, day, delivery, part, "  # noqa: S608
            "state, state_before, told_at) SELECT subscription, workspace, user, given.row_hash, "
            "given.company_hash, given.day, ?, ?, ?, '', ? FROM given, participants "
            f"WHERE subscription = ? AND workspace = ? AND user = ? {tx.dialect.keeping} "
            "ON CONFLICT (subscription, row_hash, workspace, user) DO UPDATE SET "
            "state_before = told.state, state = excluded.state, delivery = excluded.delivery, "
            "part = excluded.part, told_at = excluded.told_at",
            Given(GIVEN, [(each.row, each.company, each.day) for each in theirs]),
            (*about, delivery.subscription, *user),
        )


async def settle(tx: Statements, delivery: Delivery, noted: str, state: str) -> None:
    """What became of what was noted."""
    statement = "UPDATE told SET state = ? WHERE delivery = ? AND state = ?"
    await tx.later(statement, (state, delivery.id, noted))


async def forget(tx: Statements, delivery: Delivery, *states: str) -> None:
    """Nothing came of it: what was in doubt before is so again."""
    noted = f"WHERE delivery = ? AND state IN ({', '.join('?' * len(states))})"
    await tx.later(f"DELETE FROM told {noted} AND state_before = ''", (delivery.id, *states))  # noqa: S608
    await tx.later(f"UPDATE told SET state = state_before {noted}", (delivery.id, *states))  # noqa: S608
