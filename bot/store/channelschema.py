"""The tables of channels' digests: steps of the schema, for which all holds that ``migrations`` says."""

from sqlite_utils import Database

__all__ = ["add_guarding", "add_importing", "create_channel_digests"]


def create_channel_digests(db: Database) -> None:
    """How channels' digests are set up, what their participants share, and who asked for one.

    ``told.day`` is the local day on which a row happened, where days are counted. A drop-out names nobody.
    A request's id is never given again: it is in buttons.
    """
    db.execute("ALTER TABLE participants ADD COLUMN joined_at INTEGER")
    db.execute("ALTER TABLE participants ADD COLUMN sealed_narrowing BLOB")
    db.execute("ALTER TABLE told ADD COLUMN day TEXT")
    db.execute("CREATE INDEX told_day ON told (subscription, day) WHERE day IS NOT NULL")
    db.execute("""
        CREATE TABLE channel_digests (
            subscription INTEGER PRIMARY KEY REFERENCES subscriptions (id) ON DELETE CASCADE,
            grouping TEXT NOT NULL,
            layout TEXT NOT NULL,
            quorum INTEGER NOT NULL,
            guests_approved_by TEXT NOT NULL,
            guests_approved_at INTEGER,
            managed INTEGER NOT NULL,
            orphaned_since INTEGER
        ) STRICT
    """)
    db.execute("""
        CREATE TABLE drop_outs (
            id INTEGER PRIMARY KEY,
            subscription INTEGER NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
            reason TEXT NOT NULL,
            dropped_at INTEGER NOT NULL
        ) STRICT
    """)
    db.execute("CREATE INDEX drop_outs_subscription ON drop_outs (subscription)")
    db.execute("""
        CREATE TABLE daily_counts (
            subscription INTEGER NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
            day TEXT NOT NULL,
            companies INTEGER NOT NULL,
            PRIMARY KEY (subscription, day)
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("""
        CREATE TABLE channel_requests (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            workspace TEXT NOT NULL,
            channel TEXT NOT NULL,
            user TEXT NOT NULL,
            sealed_line BLOB NOT NULL,
            asked_at INTEGER NOT NULL,
            state TEXT NOT NULL,
            decided_by TEXT NOT NULL,
            decided_at INTEGER
        ) STRICT
    """)
    db.execute("CREATE INDEX channel_requests_channel ON channel_requests (workspace, channel)")
    db.execute("CREATE INDEX channel_requests_user ON channel_requests (workspace, user)")


def add_guarding(db: Database) -> None:
    """Whether a channel was private when its digest was set up, and when a new owner was sought."""
    db.execute("ALTER TABLE channel_digests ADD COLUMN owner_sought_at INTEGER")
    db.execute("ALTER TABLE channel_digests ADD COLUMN is_private INTEGER")


def add_importing(db: Database) -> None:
    """When a file changed a digest of which its channel was not told yet."""
    db.execute("ALTER TABLE channel_digests ADD COLUMN imported_at INTEGER")
