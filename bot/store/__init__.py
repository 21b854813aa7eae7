"""What is kept: one SQLite file, secrets sealed, no row outside this package."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from bot.core.audit import Retention
from bot.core.secret import Secret
from bot.store.attempts import SqliteAttempts
from bot.store.audit import SqliteAudit
from bot.store.authorizations import SqliteAuthorizations
from bot.store.backups import prune_backups
from bot.store.channelrequests import SqliteChannelRequests
from bot.store.database import BUSY_TIMEOUT, DatabaseUnusable, empty_log, open_database
from bot.store.deliveries import SqliteDeliveries
from bot.store.filters import SqliteFilters
from bot.store.hashing import Hasher
from bot.store.homes import SqliteHomes
from bot.store.installations import SqliteInstallations
from bot.store.invitations import SqliteInvitations
from bot.store.ledger import SqliteLedger
from bot.store.links import SqliteLinks
from bot.store.migrating import Migrated, migrate
from bot.store.mutes import SqliteMutes
from bot.store.overview import SqliteOverviews
from bot.store.participants import SqliteParticipants
from bot.store.personal import SqlitePersonal
from bot.store.processes import SqliteProcesses
from bot.store.proofs import SqliteProofs
from bot.store.pseudonyms import Pseudonyms
from bot.store.retention import prune_aged
from bot.store.sealing import BadKey, Sealer
from bot.store.signins import SqliteSignIns
from bot.store.stewardship import SqliteStewardship
from bot.store.subscriptions import SqliteSubscriptions
from bot.store.told import Hashes, SqliteTold

__all__ = ["BadKey", "DatabaseUnusable", "Migrated", "Sealer", "Store", "migrate", "opened"]

#: Slack delivers again within minutes, delayed events within a day.
DELIVERIES_KEPT = timedelta(days=1)
#: What is kept for how long, where no setting says otherwise.
KEPT = Retention()


@dataclass(frozen=True, slots=True)
class Store:
    """The open database, for the thread that opened it."""

    path: Path
    links: SqliteLinks
    invitations: SqliteInvitations
    attempts: SqliteAttempts
    deliveries: SqliteDeliveries
    mutes: SqliteMutes
    filters: SqliteFilters
    sign_ins: SqliteSignIns
    personal: SqlitePersonal
    audit: SqliteAudit
    pseudonyms: Pseudonyms
    #: To SuperOffice CRM Online, to Sign in with Slack, and to install the app.
    authorizations: SqliteAuthorizations
    slack_sign_ins: SqliteAuthorizations
    install_states: SqliteAuthorizations
    proofs: SqliteProofs
    installations: SqliteInstallations
    processes: SqliteProcesses
    subscriptions: SqliteSubscriptions
    participants: SqliteParticipants
    stewardship: SqliteStewardship
    channel_requests: SqliteChannelRequests
    ledger: SqliteLedger
    told: SqliteTold
    overviews: SqliteOverviews
    homes: SqliteHomes
    hasher: Hasher
    sealer: Sealer
    retention: Retention
    db: Database = field(repr=False)

    async def check(self) -> None:
        """Raise unless the database can be read and written."""
        self.db.conn.execute("BEGIN IMMEDIATE")
        self.db.conn.execute("ROLLBACK")

    async def prune(self, now: datetime) -> int:
        """Delete what is expired or no longer needed, back-ups too; say how many rows and files.

        To be called every few minutes: it also empties the write-ahead log, where what was deleted may
        still be.
        """
        pruned = await self.invitations.prune(now) + await self.attempts.prune(now)
        pruned += await self.deliveries.prune(now - DELIVERIES_KEPT) + await self.processes.prune(now)
        pruned += await self.authorizations.prune(now) + await self.proofs.prune(now)
        pruned += prune_aged(self.db, self.retention, now)
        empty_log(self.db)
        return pruned + prune_backups(self.path, now)


@contextmanager
def opened(
    path: Path,
    secret_key: Secret,
    retention: Retention = KEPT,
    patience: timedelta = BUSY_TIMEOUT,
) -> Iterator[Store]:
    """Open an up-to-date database. Raises :class:`DatabaseUnusable` and :class:`BadKey`.

    ``patience`` is how long to wait for another process's transaction.
    """
    sealer = Sealer.from_text(secret_key)
    db = open_database(path, patience)
    try:
        hasher = Hasher.of(db, sealer)
        links, hashes = SqliteLinks(db, sealer), Hashes(hasher)
        pseudonyms = Pseudonyms(db, sealer)
        audit = SqliteAudit(db, pseudonyms)
        yield Store(
            path,
            links,
            SqliteInvitations(db, sealer, hasher, links),
            SqliteAttempts(db, hasher),
            SqliteDeliveries(db),
            SqliteMutes(db, sealer),
            SqliteFilters(db, sealer),
            SqliteSignIns(db, sealer),
            SqlitePersonal(db, sealer, pseudonyms, audit),
            audit,
            pseudonyms,
            SqliteAuthorizations(db, sealer, hasher),
            SqliteAuthorizations(db, sealer, hasher, "slack sign-in"),
            SqliteAuthorizations(db, sealer, hasher, "install"),
            SqliteProofs(db, hasher),
            SqliteInstallations(db, sealer),
            SqliteProcesses(db, sealer.key_ids),
            SqliteSubscriptions(db, sealer, audit),
            SqliteParticipants(db, sealer),
            SqliteStewardship(db),
            SqliteChannelRequests(db, sealer),
            SqliteLedger(db, hashes),
            SqliteTold(db, hashes),
            SqliteOverviews(db),
            SqliteHomes(db),
            hasher,
            sealer,
            retention,
            db,
        )
    finally:
        db.close()
