"""What several processes need to share their work, and what very many digests need to be found by."""

from sqlite_utils import Database

__all__ = [
    "create_leases",
    "create_seats",
    "find_what_a_clock_put_off_by_one_index",
    "find_whose_tickets_are_due",
    "have_each_token_anew_once",
]


def find_whose_tickets_are_due(db: Database) -> None:
    """Of all tenants together: else each of them is looked at every minute, whatever is due."""
    db.execute("CREATE INDEX links_due ON links (keep_at) WHERE ended_at IS NULL AND keep_at IS NOT NULL")


def have_each_token_anew_once(db: Database) -> None:
    """Until when somebody is having a user's new token: whoever else needs it waits for it."""
    db.execute("ALTER TABLE links ADD COLUMN refreshing_until INTEGER")


def create_seats(db: Database) -> None:
    """How many questions each process may ask a tenant at once, how many it could, and until when."""
    db.execute("""
        CREATE TABLE seats (
            name TEXT NOT NULL,
            holder TEXT NOT NULL,
            held INTEGER NOT NULL,
            wanted INTEGER NOT NULL,
            until INTEGER NOT NULL,
            PRIMARY KEY (name, holder)
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX seats_holder ON seats (holder)")


def create_leases(db: Database) -> None:
    """How many calls of a method somebody may make until when: all of them count as made then."""
    db.execute("""
        CREATE TABLE leases (
            name TEXT NOT NULL,
            until INTEGER NOT NULL,
            calls INTEGER NOT NULL,
            PRIMARY KEY (name, until)
        ) STRICT, WITHOUT ROWID
    """)


def find_what_a_clock_put_off_by_one_index(db: Database) -> None:
    """Every claim pays for an index. Only who had a wrong clock looks here, and then through everybody's."""
    for column in ("considered", "workspace_considered_until"):
        db.execute(f"DROP INDEX subscriptions_{column}")
    db.execute(
        "CREATE INDEX subscriptions_considered ON subscriptions (considered_until, workspace) "
        "WHERE next_due IS NOT NULL"
    )
