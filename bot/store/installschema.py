"""The schema of installs, and of who proves what in a browser."""

from sqlite_utils import Database

__all__ = ["create_installations", "create_known_tokens", "create_proofs"]


def create_proofs(db: Database) -> None:
    """Browsers that have proved to be the Slack user's whom a link page is for, by one keyed hash of both."""
    db.execute("""
        CREATE TABLE proofs (
            proof_hash BLOB PRIMARY KEY,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
    """)


def create_installations(db: Database) -> None:
    """Where the app is installed; which workspaces the installs of whole organisations serve."""
    db.execute("""
        CREATE TABLE installations (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            organization TEXT,
            is_organization INTEGER NOT NULL,
            installed_at INTEGER NOT NULL,
            sealed_token BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("""
        CREATE TABLE served_workspaces (
            id TEXT PRIMARY KEY,
            organization TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
    """)


def create_known_tokens(db: Database) -> None:
    """Of which workspace the token in the settings is, by its keyed hash: Slack may not tell at a start."""
    db.execute("""
        CREATE TABLE known_tokens (
            token_hash BLOB PRIMARY KEY,
            id TEXT NOT NULL,
            name TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
    """)
