"""Which rows were told to whom, by keyed hashes: nothing of a customer's can be read from them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.digest import Known, RowId
from bot.core.people import SlackUser
from bot.core.teamdigest import Company
from bot.services.ports import Telling, shared_turnstile
from bot.store.database import Database, micros
from bot.store.hashing import Hasher
from bot.store.noting import Noted

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
SLICE = 3 * PAGE
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


class Hashes:
    """Rows, and their companies, as they are kept: a hash is good for one subscription."""

    def __init__(self, hasher: Hasher) -> None:
        #: For one subscription and tenant.
        self._begun = lru_cache(64)(hasher.begun)
        #: A digest's rows are looked up, and then told.
        self._row = lru_cache(4096)(_row)

    def rows(self, subscription: int, tenant: str, rows: Sequence[RowId]) -> dict[RowId, bytes]:
        """What rows are known by."""
        digest = self._begun("told-row", str(subscription), tenant)
        return {row: self._row(digest, row) for row in rows}

    def companies(self, subscription: int, tenant: str, companies: Iterable[int]) -> dict[int, bytes]:
        """What companies are known by."""
        digest = self._begun("told-company", str(subscription), tenant)
        return {company: digest(str(company))[:KEPT] for company in companies}

    async def of(
        self, subscription: int, wanted: Iterable[tuple[Telling, Sequence[RowId]]]
    ) -> Sequence[Noted]:
        """Rows as they are noted, each once."""
        found = list[Noted]()
        for telling, rows in wanted:
            for few in _sliced(list(dict.fromkeys(rows))):
                await _others_first(rows)
                hashes = self.rows(subscription, telling.tenant, few)
                companies = self.companies(subscription, telling.tenant, {row.company_id for row in few})
                found += [
                    Noted(telling.user, hash_, companies[row.company_id], _day(row, telling.zone))
                    for row, hash_ in hashes.items()
                ]
        return found


def _sliced(rows: Sequence[RowId]) -> Iterator[Sequence[RowId]]:
    return (rows[start : start + SLICE] for start in range(0, len(rows), SLICE))


async def _others_first(rows: Sequence[RowId]) -> None:
    """Where they are many, others have their turn between a few of them and the next."""
    if len(rows) > SLICE:
        await shared_turnstile().passed()


def _row(digest: Callable[..., bytes], row: RowId) -> bytes:
    time = "" if row.time is None else str(micros(row.time))
    return digest(str(row.company_id), time, str(row.action_id))[:KEPT]


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
        for few in _sliced(rows):
            await _others_first(rows)
            hashes = self._hashes.rows(subscription, tenant, few)
            states = await self._states(subscription, list(hashes.values()), user, with_before=before is None)
            told |= {row for row, hash_ in hashes.items() if hash_ in states.told}
            uncertain |= {row for row, hash_ in hashes.items() if hash_ in states.uncertain}
            before = states.before if before is None else before
            if before:
                companies = self._hashes.companies(subscription, tenant, {row.company_id for row in few})
                previous |= {company for company, hash_ in companies.items() if hash_ in before}
        return Known(told, uncertain, previous)

    async def counted(self, subscription: int, day: date, companies: Sequence[Company]) -> int:
        """How many of these were told with a row of that day."""
        query = "SELECT DISTINCT company_hash FROM told WHERE subscription = ? AND day = ? AND state = 'told'"
        told = {row[0] for row in await self._db.rows(query, (subscription, day.isoformat()))}
        hashes = (
            self._hashes.companies(subscription, tenant, [company])[company] for tenant, company in companies
        )
        return sum(hash_ in told for hash_ in hashes)

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
