"""Who looks at the app's Home tab, and what makes it stale: triggers, so that nothing that changes is missed.

Whatever writes, a command, the clock, another process, marks in the same transaction whose Home tab no longer
says what is. Nobody but them is marked, so whoever never opened theirs costs a look at an index.
"""

from collections.abc import Iterator

from sqlite_utils import Database

__all__ = ["create_homes"]

#: How stale a Home tab is: somebody else changed something at a glance, or its owner's own did.
GLANCE, OWN = 1, 2

#: What a Home tab shows of a digest.
_SUBSCRIPTION = (
    *("user", "target", "schedule", "zone", "sealed_filter", "when_empty", "state", "reason"),
    "snoozed_until",
)
_ADMINS = f"UPDATE homes SET stale = {GLANCE} WHERE is_admin = 1 AND stale < {GLANCE}"  # noqa: S608 - constants
_IN_WORKSPACE = f"{_ADMINS} AND workspace = {{row}}.workspace"


def create_homes(db: Database) -> None:
    """One row for each Home tab that was opened; ``stale`` is 0 while it says what is."""
    db.execute("""
        CREATE TABLE homes (
            workspace TEXT NOT NULL,
            user TEXT NOT NULL,
            is_admin INTEGER NOT NULL,
            opened_at INTEGER NOT NULL,
            published_at INTEGER NOT NULL,
            stale INTEGER NOT NULL,
            PRIMARY KEY (workspace, user)
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX homes_stale ON homes (workspace) WHERE stale > 0")
    db.execute("CREATE INDEX homes_admins ON homes (workspace) WHERE is_admin = 1")
    for number, (event, table, when, statements) in enumerate(_triggers()):
        body = " ".join(f"{statement};" for statement in statements)
        db.execute(f"CREATE TRIGGER home_{table}_{number} AFTER {event} ON {table} {when} BEGIN {body} END")


def _triggers() -> Iterator[tuple[str, str, str, list[str]]]:
    """Event, table, condition, and what it does."""
    for table in ("links", "saved_filters", "participants"):
        yield "INSERT", table, "", [_own("NEW"), _IN_WORKSPACE.format(row="NEW")]
        yield "DELETE", table, "", [_own("OLD"), _IN_WORKSPACE.format(row="OLD")]
    yield "UPDATE OF sealed_filter", "saved_filters", "", [_own("NEW")]
    yield "UPDATE OF ended_at", "links", "", [_own("NEW"), _IN_WORKSPACE.format(row="NEW")]
    differs = "WHEN OLD.outcome IS NOT NEW.outcome"
    yield "UPDATE OF outcome", "links", differs, [_IN_WORKSPACE.format(row="NEW")]
    # Until when a ticket is good is not worth hurrying for.
    yield "UPDATE OF used_at", "links", "", [_own("NEW", GLANCE)]
    old, new = (", ".join(f"{row}.{column}" for column in _SUBSCRIPTION) for row in ("OLD", "NEW"))
    changed = f"UPDATE OF {', '.join(_SUBSCRIPTION)}"
    for event, row, when in (
        ("INSERT", "NEW", ""),
        ("DELETE", "OLD", ""),
        (changed, "NEW", f"WHEN ({old}) IS NOT ({new})"),
    ):
        yield (
            event,
            "subscriptions",
            when,
            [*(_own(row), _shared(f"{row}.id"), _IN_WORKSPACE.format(row=row))],
        )
    ended = [_owner("NEW.subscription"), _shared("NEW.subscription"), _IN_WORKSPACE.format(row="NEW")]
    for event in ("INSERT", "UPDATE OF outcome"):
        yield event, "ledger", "WHEN NEW.outcome <> 'claimed'", ended
    for event in ("INSERT", "DELETE"):
        yield event, "tenant_troubles", "", [_ADMINS]


def _own(row: str, stale: int = OWN) -> str:
    whose = f"workspace = {row}.workspace AND user = {row}.user"
    return f"UPDATE homes SET stale = {stale} WHERE {whose} AND stale < {stale}"  # noqa: S608 - constants


def _shared(subscription: str) -> str:
    """Of everybody who shares with a channel's digest."""
    return _of(f"SELECT workspace, user FROM participants WHERE subscription = {subscription}")  # noqa: S608


def _owner(subscription: str) -> str:
    return _of(f"SELECT workspace, user FROM subscriptions WHERE id = {subscription}")  # noqa: S608


def _of(whose: str) -> str:
    return f"UPDATE homes SET stale = {OWN} WHERE stale < {OWN} AND (workspace, user) IN ({whose})"  # noqa: S608
