"""What is kept, in an SQLite file or in PostgreSQL: secrets sealed, no row outside this package."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.core.audit import Retention
from bot.core.secret import DatabaseUrl, Secret
from bot.store.alone import alone
from bot.store.attempts import StoredAttempts
from bot.store.audit import StoredAudit
from bot.store.authorizations import StoredAuthorizations
from bot.store.backups import prune_backups
from bot.store.channelrequests import StoredChannelRequests
from bot.store.database import Database, DatabaseUnusable
from bot.store.deliveries import StoredDeliveries
from bot.store.filters import StoredFilters
from bot.store.hashing import Hasher
from bot.store.homes import StoredHomes
from bot.store.installations import StoredInstallations
from bot.store.invitations import StoredInvitations
from bot.store.ledger import StoredLedger
from bot.store.links import StoredLinks
from bot.store.migrating import Migrated, migrate
from bot.store.mutes import StoredMutes
from bot.store.overview import StoredOverviews
from bot.store.participants import StoredParticipants
from bot.store.personal import StoredPersonal
from bot.store.processes import StoredProcesses
from bot.store.proofs import StoredProofs
from bot.store.pseudonyms import Pseudonyms
from bot.store.rates import StoredRates
from bot.store.retention import prune_aged
from bot.store.sealing import BadKey, Sealer
from bot.store.seats import StoredSeats
from bot.store.signins import StoredSignIns
from bot.store.sqlite import BUSY_TIMEOUT, OPERATOR_PATIENCE, open_database
from bot.store.stewardship import StoredStewardship
from bot.store.subscriptions import StoredSubscriptions
from bot.store.told import Hashes, StoredTold

__all__ = [
    "OPERATOR_PATIENCE",
    "BadKey",
    "DatabaseUnusable",
    "Migrated",
    "Sealer",
    "Store",
    "Where",
    "alone",
    "ask",
    "connected",
    "migrate",
    "unsealed",
]

#: An SQLite file, or a PostgreSQL database.
Where = Path | DatabaseUrl
Answer = TypeVar("Answer")

#: Slack delivers again within minutes, delayed events within a day.
DELIVERIES_KEPT = timedelta(days=1)
#: What is kept for how long, where no setting says otherwise.
KEPT = Retention()


@dataclass(frozen=True, slots=True)
class Store:
    """The open database, for the thread that opened it."""

    #: The file, if it is one.
    path: Path | None
    links: StoredLinks
    invitations: StoredInvitations
    attempts: StoredAttempts
    deliveries: StoredDeliveries
    mutes: StoredMutes
    filters: StoredFilters
    sign_ins: StoredSignIns
    personal: StoredPersonal
    audit: StoredAudit
    pseudonyms: Pseudonyms
    #: To SuperOffice CRM Online, to Sign in with Slack, and to install the app.
    authorizations: StoredAuthorizations
    slack_sign_ins: StoredAuthorizations
    install_states: StoredAuthorizations
    proofs: StoredProofs
    installations: StoredInstallations
    processes: StoredProcesses
    subscriptions: StoredSubscriptions
    participants: StoredParticipants
    stewardship: StoredStewardship
    channel_requests: StoredChannelRequests
    ledger: StoredLedger
    told: StoredTold
    overviews: StoredOverviews
    homes: StoredHomes
    #: Where several processes may run: on PostgreSQL.
    rates: StoredRates | None
    seats: StoredSeats | None
    hasher: Hasher
    sealer: Sealer
    retention: Retention
    db: Database = field(repr=False)

    async def check(self) -> None:
        """Raise unless the database can be read and written."""
        await self.db.check()

    async def check_schema(self) -> None:
        """Raise :class:`DatabaseUnusable` if a newer version of the bot migrated the database meanwhile."""
        await self.db.check_schema()

    async def prune(self, now: datetime) -> int:
        """Delete what is expired or no longer needed, back-ups too; say how many rows and files.

        To be called every few minutes: it also empties the write-ahead log, where what was deleted may
        still be.
        """
        pruned = await self.invitations.prune(now) + await self.attempts.prune(now)
        pruned += await self.deliveries.prune(now - DELIVERIES_KEPT) + await self.processes.prune(now)
        pruned += await self.authorizations.prune(now) + await self.proofs.prune(now)
        pruned += await self.rates.prune() if self.rates else 0
        pruned += await self.seats.prune() if self.seats else 0
        pruned += await prune_aged(self.db, self.retention, now)
        await self.db.empty_log()
        return pruned + (prune_backups(self.path, now) if self.path else 0)


def ask(where: Where, secret_key: Secret, question: Callable[[Store], Coroutine[Any, Any, Answer]]) -> Answer:
    """Open the database, ask, close it: for an operator's commands. Raises what :func:`connected` does."""

    async def asked() -> Answer:
        async with connected(where, secret_key, patience=OPERATOR_PATIENCE) as store:
            return await question(store)

    return asyncio.run(asked())


@asynccontextmanager
async def connected(
    where: Where,
    secret_key: Secret,
    retention: Retention = KEPT,
    patience: timedelta = BUSY_TIMEOUT,
) -> AsyncIterator[Store]:
    """Open an up-to-date database, whichever it is. Raises :class:`DatabaseUnusable` and :class:`BadKey`.

    ``patience`` is how long to wait for another process's transaction.
    """
    sealer = Sealer.from_text(secret_key)
    async with unsealed(where, patience) as db:
        yield await _store(db, sealer, retention, where if isinstance(where, Path) else None)


@asynccontextmanager
async def unsealed(where: Where, patience: timedelta = BUSY_TIMEOUT) -> AsyncIterator[Database]:
    """The same without what the keys are for: not even a key of hashes is made."""
    if isinstance(where, Path):
        with closing(open_database(where, patience)) as file:
            yield file
    else:
        from bot.store.postgres import open_postgres  # whoever uses SQLite needs nothing of it

        async with open_postgres(where, patience) as db:
            yield db


async def _store(db: Database, sealer: Sealer, retention: Retention, path: Path | None) -> Store:
    hasher = await Hasher.of(db, sealer)
    links, hashes = StoredLinks(db, sealer), Hashes(hasher)
    pseudonyms = Pseudonyms(sealer)
    audit = StoredAudit(db, pseudonyms)
    return Store(
        path,
        links,
        StoredInvitations(db, sealer, hasher, links),
        StoredAttempts(db, hasher),
        StoredDeliveries(db),
        StoredMutes(db, sealer),
        StoredFilters(db, sealer),
        StoredSignIns(db, sealer),
        StoredPersonal(db, sealer, pseudonyms, audit),
        audit,
        pseudonyms,
        StoredAuthorizations(db, sealer, hasher),
        StoredAuthorizations(db, sealer, hasher, "slack sign-in"),
        StoredAuthorizations(db, sealer, hasher, "install"),
        StoredProofs(db, hasher),
        StoredInstallations(db, sealer, hasher),
        StoredProcesses(db, sealer.key_ids),
        StoredSubscriptions(db, sealer, audit),
        StoredParticipants(db, sealer),
        StoredStewardship(db),
        StoredChannelRequests(db, sealer),
        StoredLedger(db, hashes),
        StoredTold(db, hashes),
        StoredOverviews(db),
        StoredHomes(db),
        None if path else StoredRates(db),
        None if path else StoredSeats(db),
        hasher,
        sealer,
        retention,
        db,
    )
