"""The tables of what became of each slot, and of what is due: steps of the schema, as in ``migrations``."""

from sqlite_utils import Database

__all__ = [
    "create_ledger",
    "find_slots_of_a_subscription",
    "find_what_is_due_in_a_workspace",
    "write_fewer_pages_of_what_is_told",
]


def create_ledger(db: Database) -> None:
    """What became of each slot, and which rows were told to whom, by keyed hashes.

    A ledger row names nobody: once its subscription is deleted, nobody knows whose it was.
    """
    db.execute("""
        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY,
            subscription INTEGER NOT NULL,
            workspace TEXT NOT NULL,
            day TEXT NOT NULL,
            slot INTEGER NOT NULL,
            due_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            reason TEXT NOT NULL,
            key TEXT NOT NULL,
            tries INTEGER NOT NULL,
            wait_until INTEGER NOT NULL,
            attempted_at INTEGER,
            part INTEGER NOT NULL,
            channel TEXT NOT NULL,
            ts TEXT NOT NULL,
            window_start INTEGER,
            window_end INTEGER,
            rows INTEGER NOT NULL,
            concluded_at INTEGER,
            UNIQUE (subscription, day, slot)
        ) STRICT
    """)
    db.execute("CREATE INDEX ledger_claimed ON ledger (workspace, wait_until) WHERE outcome = 'claimed'")
    db.execute("CREATE INDEX ledger_due_at ON ledger (due_at)")
    db.execute("""
        CREATE TABLE told (
            subscription INTEGER NOT NULL,
            workspace TEXT NOT NULL,
            user TEXT NOT NULL,
            row_hash BLOB NOT NULL,
            company_hash BLOB NOT NULL,
            delivery INTEGER NOT NULL,
            part INTEGER NOT NULL,
            state TEXT NOT NULL,
            state_before TEXT NOT NULL,
            told_at INTEGER NOT NULL,
            PRIMARY KEY (subscription, workspace, user, row_hash),
            FOREIGN KEY (subscription, workspace, user)
                REFERENCES participants (subscription, workspace, user) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX told_row ON told (subscription, row_hash)")
    db.execute("CREATE INDEX told_delivery ON told (delivery)")
    db.execute("CREATE INDEX told_at ON told (told_at)")


def find_slots_of_a_subscription(db: Database) -> None:
    """After a year each has more than a thousand; looked for are the last few, and those still open."""
    db.execute("CREATE INDEX ledger_subscription ON ledger (subscription, due_at)")
    db.execute("CREATE INDEX ledger_open ON ledger (subscription, due_at) WHERE outcome = 'claimed'")


def find_what_is_due_in_a_workspace(db: Database) -> None:
    """A batch at a time: else each of them looks through everybody's in it."""
    for column in ("next_due", "considered_until"):
        db.execute(
            f"CREATE INDEX subscriptions_workspace_{column} ON subscriptions (workspace, {column}) "
            "WHERE next_due IS NOT NULL"
        )


def write_fewer_pages_of_what_is_told(db: Database) -> None:
    """Half as many pages for each digest, which are written, and then written again at a checkpoint.

    One key finds a row both by whom it was told through and by itself; and an index names rows by numbers
    that grow, not by keys of four columns, so that a digest's entries stand at its end.
    """
    db.execute("""
        CREATE TABLE told_anew (
            subscription INTEGER NOT NULL,
            workspace TEXT NOT NULL,
            user TEXT NOT NULL,
            row_hash BLOB NOT NULL,
            company_hash BLOB NOT NULL,
            delivery INTEGER NOT NULL,
            part INTEGER NOT NULL,
            state TEXT NOT NULL,
            state_before TEXT NOT NULL,
            told_at INTEGER NOT NULL,
            day TEXT,
            PRIMARY KEY (subscription, row_hash, workspace, user),
            FOREIGN KEY (subscription, workspace, user)
                REFERENCES participants (subscription, workspace, user) ON DELETE CASCADE
        ) STRICT
    """)
    db.execute(
        "INSERT INTO told_anew SELECT subscription, workspace, user, row_hash, company_hash, delivery, part, "
        "state, state_before, told_at, day FROM told ORDER BY told_at"
    )
    db.execute("DROP TABLE told")
    db.execute("ALTER TABLE told_anew RENAME TO told")
    db.execute("CREATE INDEX told_delivery ON told (delivery)")
    db.execute("CREATE INDEX told_at ON told (told_at)")
    db.execute("CREATE INDEX told_day ON told (subscription, day) WHERE day IS NOT NULL")
