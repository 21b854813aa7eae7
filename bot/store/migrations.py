"""The schema, step by step. A step that was released is never changed: add another.

Date-times are microseconds since 1970, UTC. A sealed value is ``sealing``'s, and
its column is in ``sealed``; a keyed hash is ``hashing``'s.
"""

from sqlite_utils import Database, Migrations

from bot.store.auditschema import create_audit, keep_audit
from bot.store.channelschema import add_guarding, add_importing, create_channel_digests
from bot.store.fleetschema import (
    create_leases,
    create_seats,
    find_what_a_clock_put_off_by_one_index,
    find_whose_tickets_are_due,
    have_each_token_anew_once,
)
from bot.store.homeschema import create_homes
from bot.store.installschema import create_installations, create_known_tokens, create_proofs
from bot.store.ledgerschema import (
    create_ledger,
    find_slots_of_a_subscription,
    find_what_is_due_in_a_workspace,
    write_fewer_pages_of_what_is_told,
)

__all__ = ["migrations"]

migrations = Migrations("superoffice-slack")


@migrations()
def create_links(db: Database) -> None:
    """Who is linked to whom."""
    db.execute("""
        CREATE TABLE links (
            workspace TEXT NOT NULL,
            user TEXT NOT NULL,
            tenant TEXT NOT NULL,
            associate_id INTEGER NOT NULL,
            person_id INTEGER NOT NULL,
            full_name TEXT NOT NULL,
            login TEXT NOT NULL,
            email TEXT NOT NULL,
            role TEXT NOT NULL,
            linked_at INTEGER NOT NULL,
            used_at INTEGER NOT NULL,
            caught_up_at INTEGER,
            sealed_ticket BLOB NOT NULL,
            PRIMARY KEY (workspace, user)
        ) STRICT, WITHOUT ROWID
    """)


@migrations()
def create_invitations(db: Database) -> None:
    """The one-time link pages, one a user."""
    db.execute("""
        CREATE TABLE invitations (
            nonce_hash BLOB PRIMARY KEY,
            workspace TEXT NOT NULL,
            user TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            command TEXT NOT NULL,
            channel TEXT NOT NULL,
            sealed_response_url BLOB NOT NULL,
            UNIQUE (workspace, user)
        ) STRICT, WITHOUT ROWID
    """)


@migrations()
def create_attempts(db: Database) -> None:
    """Attempts at signing in, by the keyed hash of who or what tried."""
    db.execute("""
        CREATE TABLE attempts (
            key_hash BLOB PRIMARY KEY,
            tried INTEGER NOT NULL CHECK (tried >= 0),
            last_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
    """)


@migrations()
def create_deliveries(db: Database) -> None:
    """Slack's deliveries that were seen."""
    db.execute("""
        CREATE TABLE deliveries (
            id TEXT PRIMARY KEY,
            seen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX deliveries_seen_at ON deliveries (seen_at)")


@migrations()
def create_muted_companies(db: Database) -> None:
    """The companies that users left out of their answers."""
    db.execute("""
        CREATE TABLE muted_companies (
            workspace TEXT NOT NULL,
            user TEXT NOT NULL,
            tenant TEXT NOT NULL,
            company_id INTEGER NOT NULL,
            sealed_name BLOB NOT NULL,
            PRIMARY KEY (workspace, user, tenant, company_id)
        ) STRICT, WITHOUT ROWID
    """)


@migrations()
def create_saved_filters(db: Database) -> None:
    """The filters that users saved, by name, as they are typed."""
    db.execute("""
        CREATE TABLE saved_filters (
            workspace TEXT NOT NULL,
            user TEXT NOT NULL,
            name TEXT NOT NULL,
            sealed_filter BLOB NOT NULL,
            PRIMARY KEY (workspace, user, name)
        ) STRICT, WITHOUT ROWID
    """)


@migrations()
def create_hash_keys(db: Database) -> None:
    """The keys of keyed hashes: one, unless the key that sealed it was lost."""
    db.execute("""
        CREATE TABLE hash_keys (
            id INTEGER NOT NULL PRIMARY KEY,
            sealed_key BLOB NOT NULL
        ) STRICT
    """)


@migrations()
def create_processes(db: Database) -> None:
    """The processes that run the bot, and the ids of the keys that each knows, newest first."""
    db.execute("""
        CREATE TABLE processes (
            id TEXT PRIMARY KEY,
            started_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,
            key_ids TEXT NOT NULL,
            pid INTEGER NOT NULL,
            host TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
    """)


@migrations()
def know_how_sign_ins_are_doing(db: Database) -> None:
    """When each ticket is used next, whether it is over, and who was told; what online sign-ins need."""
    for column in (
        "asked_at INTEGER",
        "keep_at INTEGER",
        "token_expires_at INTEGER",
        "sealed_refresh_token BLOB",
        "checked_at INTEGER",
        "outcome TEXT",
        "ended_at INTEGER",
        "ended_why TEXT",
        "told TEXT",
    ):
        db.execute(f"ALTER TABLE links ADD COLUMN {column}")
    db.execute("UPDATE links SET keep_at = used_at")
    db.execute("CREATE INDEX links_keep_at ON links (tenant, keep_at) WHERE ended_at IS NULL")
    db.execute("CREATE INDEX links_used_at ON links (tenant, used_at) WHERE ended_at IS NULL")
    db.execute("CREATE INDEX links_untold ON links (ended_at) WHERE ended_at IS NOT NULL AND told IS NULL")
    db.execute("""
        CREATE TABLE tenant_troubles (
            tenant TEXT PRIMARY KEY,
            since INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
    """)


@migrations()
def create_authorizations(db: Database) -> None:
    """Browsers on their way to SuperOffice CRM Online and back, by the keyed hash of their state."""
    db.execute("""
        CREATE TABLE authorizations (
            state_hash TEXT PRIMARY KEY,
            page BLOB NOT NULL,
            browser BLOB NOT NULL,
            expires_at INTEGER NOT NULL,
            used INTEGER NOT NULL,
            sealed_authorization BLOB NOT NULL,
            UNIQUE (page, browser)
        ) STRICT, WITHOUT ROWID
    """)


migrations()(create_audit)


@migrations()
def create_subscriptions(db: Database) -> None:
    """Who gets a digest, where and when. ``target`` is the user of a direct message, or the channel.

    ``next_due`` is when to look at it next; it is NULL while it is off or paused.
    """
    db.execute("""
        CREATE TABLE subscriptions (
            id INTEGER PRIMARY KEY,
            workspace TEXT NOT NULL,
            target TEXT NOT NULL,
            user TEXT NOT NULL,
            schedule TEXT NOT NULL,
            zone TEXT NOT NULL,
            locale TEXT NOT NULL,
            sealed_filter BLOB NOT NULL,
            when_empty TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT NOT NULL,
            since INTEGER NOT NULL,
            snoozed_until INTEGER,
            considered_until INTEGER NOT NULL,
            next_due INTEGER,
            quiet_looked_at INTEGER,
            UNIQUE (workspace, target)
        ) STRICT
    """)
    db.execute("CREATE INDEX subscriptions_due ON subscriptions (next_due) WHERE next_due IS NOT NULL")
    db.execute("CREATE INDEX subscriptions_user ON subscriptions (workspace, user)")
    db.execute("""
        CREATE TABLE participants (
            subscription INTEGER NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
            workspace TEXT NOT NULL,
            user TEXT NOT NULL,
            told_until INTEGER,
            fresh INTEGER NOT NULL,
            PRIMARY KEY (subscription, workspace, user)
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX participants_user ON participants (workspace, user)")


migrations()(create_ledger)


@migrations()
def notice_what_is_ahead_of_its_time(db: Database) -> None:
    """Find digests that a wrong clock put off; keep with a message that it tells of a look for quiet ones."""
    db.execute(
        "CREATE INDEX subscriptions_considered ON subscriptions (considered_until) WHERE next_due IS NOT NULL"
    )
    db.execute("ALTER TABLE ledger ADD COLUMN quiet_looked_at INTEGER")


@migrations()
def invite_to_a_tenant(db: Database) -> None:
    """Which tenant a link page is for. Those that are open know none: they count as expired."""
    db.execute("ALTER TABLE invitations ADD COLUMN tenant TEXT NOT NULL DEFAULT ''")


migrations()(create_channel_digests)
migrations()(add_guarding)
migrations()(create_proofs)
migrations()(create_installations)
migrations()(add_importing)
migrations()(find_slots_of_a_subscription)
migrations()(create_homes)


@migrations()
def create_rates(db: Database) -> None:
    """When the next turn of each limit is that holds for all processes together."""
    db.execute("""
        CREATE TABLE rates (
            name TEXT PRIMARY KEY,
            next_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
    """)


migrations()(keep_audit)
migrations()(create_known_tokens)
migrations()(find_what_is_due_in_a_workspace)
migrations()(find_whose_tickets_are_due)
migrations()(have_each_token_anew_once)
migrations()(create_seats)
migrations()(create_leases)
migrations()(find_what_a_clock_put_off_by_one_index)
migrations()(write_fewer_pages_of_what_is_told)
