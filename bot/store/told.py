"""Which rows were told to whom, by keyed hashes: nothing of a customer's can be read from them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.digest import Known, RowId
from bot.core.people import SlackUser
from bot.core.teamdigest import Company
from bot.services.ports import Telling, shared_turnstile
from bot.store.database import Database, micros
from bot.store.hashing import Hasher
from bot.store.noting import Noted
from bot.store.sealing import joined

__all__ = ["INHERITED", "Hashes", "StoredTold"]

#: Bytes kept of a hash: among the millions of rows of one participant no two are the same by chance.
KEPT = 16

#: Whoever leaves a channel's digest leaves what it told to another who shares: else that told it once more.
INHERITED = """
    UPDATE told SET workspace = heir.workspace, user = heir.user FROM participants AS heir
    WHERE told.workspace = :workspace AND told.user = :user AND told.state NOT IN ('silent', 'hidden')
    AND told.subscription IN (SELECT subscription FROM channel_digests)
    AND heir.subscription = told.subscription AND (heir.workspace, heir.user) = (
        SELECT other.workspace, other.user FROM participants AS other
        WHERE other.subscription = told.subscription AND (other.workspace, other.user) <> (:workspace, :user)
        ORDER BY coalesce(other.joined_at, 0), other.workspace, other.user LIMIT 1
    )
    AND NOT EXISTS (
        SELECT 1 FROM told AS its WHERE its.subscription = told.subscription
        AND its.workspace = heir.workspace AND its.user = heir.user AND its.row_hash = told.row_hash
    )
"""

#: Rows that are looked up at a time.
PAGE = 32
#: Rows that are hashed, and looked up, before others have their turn.
SLICE = 2 * PAGE
#: What a row and its company are known by.
Hashed = tuple[bytes, bytes]
STATES = (
    "SELECT row_hash, state FROM told WHERE subscription = ? "  # noqa: S608 - a constant
    f"AND row_hash IN ({', '.join('?' * PAGE)}) AND (state <> 'silent' OR (workspace, user) = (?, ?))"
)
#: Those that the last digest told which was posted.
AND_BEFORE = (
    "UNION ALL SELECT company_hash, 'before' FROM told WHERE delivery = (SELECT id FROM ledger "
    "WHERE subscription = ? AND outcome = 'posted' AND rows > 0 ORDER BY due_at DESC, id DESC LIMIT 1) "
    "AND state = 'told'"
)


class _Place:
    """A subscription and a tenant: what is known there by a hash is known by another elsewhere."""

    def __init__(self, hasher: Hasher, subscription: int, tenant: str) -> None:
        self._row = hasher.begun("told-row", str(subscription), tenant)
        self._company = hasher.begun("told-company", str(subscription), tenant)

    def hashed(self, row: RowId) -> Hashed:
        """What a row and its company are known by."""
        company, time = joined((str(row.company_id),)), "" if row.time is None else str(micros(row.time))
        hash_ = self._row(company + joined((time, str(row.action_id))))
        return hash_[:KEPT], self._company(company)[:KEPT]

    def company(self, id_: int) -> bytes:
        """What a company is known by."""
        return self._company(joined((str(id_),)))[:KEPT]


class Hashes:
    """Rows, and their companies, as they are kept."""

    def __init__(self, hasher: Hasher) -> None:
        self._place = lru_cache(64)(partial(_Place, hasher))
        #: A digest's rows are looked up, and then told.
        self._hashed = lru_cache(4096)(_Place.hashed)

    def rows(self, subscription: int, tenant: str, rows: Sequence[RowId]) -> dict[RowId, Hashed]:
        """What rows and their companies are known by."""
        place = self._place(subscription, tenant)
        return {row: self._hashed(place, row) for row in rows}

    async def sliced(
        self, subscription: int, tenant: str, rows: Sequence[RowId]
    ) -> AsyncIterator[dict[RowId, Hashed]]:
        """The same of rows that may be very many: then others have their turn between a few and the next.

        Of those nothing is remembered. Thousands at once would only push each other out; and whenever the
        garbage collector came by, it would look through all that were new.
        """
        if len(rows) <= SLICE:
            yield self.rows(subscription, tenant, rows)
            return
        place = self._place(subscription, tenant)
        for start in range(0, len(rows), SLICE):
            await shared_turnstile().passed()
            yield {row: place.hashed(row) for row in rows[start : start + SLICE]}

    def company(self, subscription: int, tenant: str, company: int) -> bytes:
        """What a company is known by."""
        return self._place(subscription, tenant).company(company)

    async def of(
        self, subscription: int, wanted: Iterable[tuple[Telling, Sequence[RowId]]]
    ) -> Sequence[Noted]:
        """Rows as they are noted, each once."""
        found = list[Noted]()
        for telling, rows in wanted:
            async for hashes in self.sliced(subscription, telling.tenant, list(dict.fromkeys(rows))):
                found += [Noted(telling.user, *each, _day(row, telling.zone)) for row, each in hashes.items()]
        return found


def _day(row: RowId, zone: ZoneInfo | None) -> str | None:
    """The local day on which it happened, where days are counted and it is known."""
    if zone is None or row.time is None:
        return None
    return row.time.astimezone(zone).date().isoformat()


class StoredTold:
    """Implements the port ``Told``."""

    def __init__(self, db: Database, hashes: Hashes) -> None:
        self._db = db
        self._hashes = hashes

    async def known(self, subscription: int, tenant: str, rows: Sequence[RowId], user: SlackUser) -> Known:
        """What is known of these rows, and which of their companies the digest before told."""
        told, uncertain, previous = set[RowId](), set[RowId](), set[int]()
        before: set[bytes] | None = None
        async for hashes in self._hashes.sliced(subscription, tenant, rows):
            asked = [hash_ for hash_, _ in hashes.values()]
            states = await self._states(subscription, asked, user, with_before=before is None)
            told |= {row for row, (hash_, _) in hashes.items() if hash_ in states.told}
            uncertain |= {row for row, (hash_, _) in hashes.items() if hash_ in states.uncertain}
            before = states.before if before is None else before
            previous |= {row.company_id for row, (_, company) in hashes.items() if company in before}
        return Known(told, uncertain, previous)

    async def counted(self, subscription: int, day: date, companies: Sequence[Company]) -> int:
        """How many of these were told with a row of that day."""
        query = "SELECT DISTINCT company_hash FROM told WHERE subscription = ? AND day = ? AND state = 'told'"
        told = {row[0] for row in await self._db.rows(query, (subscription, day.isoformat()))}
        return sum(self._hashes.company(subscription, *company) in told for company in companies)

    async def _states(
        self, subscription: int, hashes: Sequence[bytes], user: SlackUser, *, with_before: bool
    ) -> "_States":
        """Which of them are told, and which in doubt alone.

        What was told through one participant is told; what is silent is so for that one.
        """
        found: dict[str, set[bytes]] = {"told": set(), "silent": set(), "uncertain": set(), "before": set()}
        for start in range(0, len(hashes), PAGE):
            page = list(hashes[start : start + PAGE])
            page += page[:1] * (PAGE - len(page))  # one statement, however many there are
            first = with_before and not start
            query, more = (f"{STATES} {AND_BEFORE}", (subscription,)) if first else (STATES, ())
            for hash_, state in await self._db.rows(query, (subscription, *page, *user, *more)):
                found.setdefault(state, set()).add(hash_)
        told = found["told"] | found["silent"]
        return _States(told, found["uncertain"] - told, found["before"])


class _States(NamedTuple):
    """Hashes of rows; and of companies that the last digest told which was posted, where asked for."""

    told: set[bytes]
    uncertain: set[bytes]
    before: set[bytes]
