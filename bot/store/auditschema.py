"""The schema of the audit log, and of what keeps it as it was written."""

from sqlite_utils import Database

__all__ = ["create_audit", "keep_audit"]


def create_audit(db: Database) -> None:
    """What was done to whom, and the keys of the pseudonyms that say so: one a user, gone with the user."""
    db.execute("""
        CREATE TABLE pseudonyms (
            workspace TEXT NOT NULL,
            user TEXT NOT NULL,
            sealed_key BLOB NOT NULL,
            PRIMARY KEY (workspace, user)
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("""
        CREATE TABLE audit (
            id INTEGER NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL,
            action TEXT NOT NULL,
            actor BLOB,
            subject BLOB,
            what TEXT NOT NULL,
            why TEXT NOT NULL,
            before TEXT NOT NULL,
            after TEXT NOT NULL
        ) STRICT
    """)
    db.execute("CREATE INDEX audit_at ON audit (at)")
    db.execute("CREATE INDEX audit_actor ON audit (actor)")
    db.execute("CREATE INDEX audit_subject ON audit (subject)")


def keep_audit(db: Database) -> None:
    """Nothing in the audit log is changed, by whomever; deleted is only what its retention lets go of.

    ``audit_retention`` has a row within the transaction that prunes, and none at any other time. Forgetting
    somebody touches no entry: it destroys the key of their pseudonym.
    """
    db.execute("""
        CREATE TABLE audit_retention (
            ends_at INTEGER NOT NULL PRIMARY KEY
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("""
        CREATE TRIGGER audit_unchanged AFTER UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is not changed') WHERE OLD.id IS NOT NULL; END
    """)
    db.execute("""
        CREATE TRIGGER audit_kept AFTER DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is kept for its time')
        WHERE NOT EXISTS (SELECT 1 FROM audit_retention WHERE OLD.at < ends_at); END
    """)
