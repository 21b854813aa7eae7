"""What is stored about a user, and where: one definition for all who show it and all who delete it.

A table that is neither in :data:`PERSONAL` nor in :data:`NOBODYS` fails a test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.audit import AuditAction, Deed, Departure
from bot.core.errors import SealBroken
from bot.core.people import SlackUser
from bot.core.replies import Stored, Withheld
from bot.services.ports import Erasure
from bot.store.audit import StoredAudit
from bot.store.backups import LONGEST
from bot.store.database import Database, Statements, micros, moment, whole
from bot.store.pseudonyms import Pseudonyms
from bot.store.sealed import (
    COMPANY_NAME,
    DIGEST_FILTER,
    FILTER,
    NARROWING,
    REQUEST_LINE,
    SEALED,
    SealedColumn,
)
from bot.store.sealing import Sealer
from bot.store.told import INHERITED

__all__ = ["NOBODYS", "PERSONAL", "PersonalTable", "StoredPersonal"]

OWN = "workspace = :workspace AND user = :user"


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table with rows that are about a user."""

    name: str
    #: Which rows: SQL with ``:workspace``, ``:user`` and ``:pseudonym``.
    where: str = OWN
    #: They stay when the user is forgotten, and name the user by a pseudonym alone.
    stays: bool = False
    #: Columns with date-times whose names do not end in ``_at``.
    times: tuple[str, ...] = ()

    def child(
        self, name: str, column: str, key: str = "id", *, stays: bool = False, times: tuple[str, ...] = ()
    ) -> "PersonalTable":
        """A table whose ``column`` refers to ``key`` of this one. In :data:`PERSONAL` it comes before it."""
        where = f"{column} IN (SELECT {key} FROM {self.name} WHERE {self.where})"  # noqa: S608 - definitions
        return PersonalTable(name, where, stays, times)


SUBSCRIPTIONS = PersonalTable(
    "subscriptions", times=("since", "snoozed_until", "considered_until", "next_due")
)

#: In the order in which they are emptied: what refers to others first, the pseudonyms' keys last.
PERSONAL = (
    PersonalTable("links"),
    PersonalTable("invitations"),
    PersonalTable("muted_companies"),
    PersonalTable("saved_filters"),
    PersonalTable("told"),
    PersonalTable("participants", times=("told_until",)),
    SUBSCRIPTIONS.child("ledger", "subscription", times=("wait_until", "window_start", "window_end")),
    SUBSCRIPTIONS.child("daily_counts", "subscription"),
    SUBSCRIPTIONS.child("drop_outs", "subscription"),
    PersonalTable(
        "channel_digests",
        "subscription IN (SELECT id FROM subscriptions WHERE workspace = :workspace "
        "AND :user IN (user, guests_approved_by))",
        times=("orphaned_since",),
    ),
    SUBSCRIPTIONS,
    PersonalTable("channel_requests"),
    PersonalTable("homes"),
    PersonalTable("audit", "actor = :pseudonym OR subject = :pseudonym", stays=True, times=("at",)),
    PersonalTable("pseudonyms"),
)

#: What others need when a user is forgotten stays, without the user: a channel's digest is the channel's, and
#: says that a view of it is gone. Whom nobody knows any more has approved nothing.
RELEASED = (
    INHERITED,
    """
    INSERT INTO drop_outs (subscription, reason, dropped_at) SELECT subscription, :why, :at
    FROM participants JOIN channel_digests USING (subscription) WHERE workspace = :workspace AND user = :user
    """,
    """
    UPDATE channel_digests SET orphaned_since = coalesce(orphaned_since, :at)
    WHERE subscription IN (SELECT id FROM subscriptions WHERE workspace = :workspace AND user = :user)
    """,
    """
    UPDATE subscriptions SET user = '' WHERE workspace = :workspace AND user = :user AND target <> :user
    """,
    """
    UPDATE channel_digests SET guests_approved_by = '', guests_approved_at = NULL
    WHERE guests_approved_by = :user
    AND subscription IN (SELECT id FROM subscriptions WHERE workspace = :workspace)
    """,
    """
    UPDATE channel_requests SET decided_by = '' WHERE workspace = :workspace AND decided_by = :user
    """,
)

#: The other tables, and why no row of theirs can be anybody's.
NOBODYS = {
    "_sqlite_migrations": "the names of the steps of the schema",
    "attempts": "keyed hashes of who tried to sign in, for an hour: forgetting must not reset the count",
    "authorizations": "keyed hashes and a sealed code verifier, for an hour after a browser left",
    "deliveries": "ids of Slack's requests, for a day",
    "hash_keys": "the bot's own key",
    "rates": "workspaces, and when Slack may be asked again",
    "leases": "workspaces, and how often Slack was asked there, for an hour",
    "seats": "tenants, and how many questions a process may ask them at once",
    "processes": "the processes that run the bot",
    "installations": "workspaces and organisations, with the app's own tokens",
    "served_workspaces": "workspaces and organisations",
    "known_tokens": "a workspace, and the keyed hash of the app's own token",
    "audit_retention": "what may be deleted of the audit log, while it is",
    "proofs": "keyed hashes of link pages and browsers, for minutes",
    "tenant_troubles": "tenants",
}

#: Sealed columns with the user's own words, which are for the user to see. All others are credentials.
WORDS = (COMPANY_NAME, FILTER, DIGEST_FILTER, NARROWING, REQUEST_LINE)


class StoredPersonal:
    """Implements the port ``Personal``."""

    def __init__(
        self,
        db: Database,
        sealer: Sealer,
        pseudonyms: Pseudonyms,
        audit: StoredAudit,
        tables: Sequence[PersonalTable] = PERSONAL,
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._pseudonyms = pseudonyms
        self._audit = audit
        self._tables = tables

    @whole
    async def forget(
        self, user: SlackUser, why: Departure, at: datetime, by: SlackUser | None = None
    ) -> Erasure:
        """Delete all of it, and write down why, if there was anything; all or nothing."""
        async with self._db.transaction() as tx:
            found = await self._counts(tx, user)
            if not any(found.values()):
                return Erasure(found, {})
            for statement in RELEASED:
                await tx.execute(statement, await self._whose(tx, user, why=why, at=micros(at)))
            # The user has no channel's digest any more; but there it is.
            gone = await self._counts(tx, user) | {"channel_digests": found["channel_digests"]}
            gone = {table.name: gone[table.name] for table in self._tables if not table.stays}
            await self._audit.write(tx, Deed(at, AuditAction.USER_FORGOTTEN, by, user, why=why, before=gone))
            staying = await self._counts(tx, user)
            whose = await self._whose(tx, user)
            left = {table.name: staying[table.name] for table in self._tables if table.stays}
            for table in self._tables:
                if not table.stays:
                    await tx.execute(f"DELETE FROM {table.name} WHERE {table.where}", whose)  # noqa: S608 - definitions
            return Erasure(gone, left)

    async def export(self, user: SlackUser) -> Mapping[str, Sequence[Mapping[str, Stored]]]:
        """All of it, by table; of credentials only that they are there."""
        found, whose = {}, await self._whose(self._db, user)
        for table in self._tables:
            query = f"SELECT * FROM {table.name} WHERE {table.where}"  # noqa: S608 - definitions
            rows = await self._db.records(query, whose)
            found[table.name] = [self._shown(table, row, whose["pseudonym"]) for row in rows]
        return found

    async def users(self, workspace: str) -> Sequence[SlackUser]:
        """Everybody of a workspace about whom anything is stored."""
        own = (table.name for table in self._tables if table.where == OWN)
        query = " UNION ".join(
            f"SELECT user FROM {name} WHERE workspace = :workspace AND user <> ''"  # noqa: S608 - definitions
            for name in own
        )
        rows = await self._db.rows(query, {"workspace": workspace})
        return [SlackUser(workspace, user) for (user,) in rows]

    async def forget_channels(self, workspace: str) -> int:
        """Delete the digests of a workspace's channels; say how many."""
        statement = (
            "DELETE FROM subscriptions WHERE workspace = ? "
            "AND id IN (SELECT subscription FROM channel_digests)"
        )
        return await self._db.execute(statement, (workspace,))

    async def empty_log(self) -> bool:
        """Leave nothing of what was deleted in the write-ahead log; not while another process reads."""
        return await self._db.empty_log()

    def backups_end(self, now: datetime) -> datetime:
        """When the last back-up that may hold something of what is stored now is deleted."""
        return now + LONGEST

    async def _counts(self, tx: Statements, user: SlackUser) -> dict[str, int]:
        found, whose = {}, await self._whose(tx, user)
        for table in self._tables:
            query = f"SELECT count(*) FROM {table.name} WHERE {table.where}"  # noqa: S608 - definitions
            (found[table.name],) = await tx.only(query, whose)
        return found

    async def _whose(self, tx: Statements, user: SlackUser, **more: object) -> dict[str, object]:
        """What statements about the user's rows are given."""
        return {**user._asdict(), "pseudonym": await self._pseudonyms.known(tx, user), **more}

    def _shown(self, table: PersonalTable, row: Mapping[str, Any], pseudonym: object) -> dict[str, Stored]:
        shown = {}
        for name, value in row.items():
            shown[name.removeprefix("sealed_")] = self._value(table, name, row, pseudonym) if value else value
        return shown

    def _value(self, table: PersonalTable, name: str, row: Mapping[str, Any], pseudonym: object) -> Stored:
        value = row[name]
        sealed = next((each for each in SEALED if (each.table, each.column) == (table.name, name)), None)
        if sealed:
            return self._words(sealed, row) if sealed in WORDS else Withheld.SEALED
        if isinstance(value, bytes):
            return Withheld.YOU if value == pseudonym else Withheld.HASHED
        if name.endswith("_at") or name in table.times:
            return moment(value)
        return value  # type: ignore[no-any-return] # SQLite's own types

    def _words(self, column: SealedColumn, row: Mapping[str, Any]) -> Stored:
        try:
            return column.open(
                self._sealer, row[column.column], *(row[name] for name in column.context)
            ).reveal()
        except SealBroken:
            return Withheld.BROKEN
