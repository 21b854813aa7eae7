"""What a digest would tell right now. Sending, previewing and testing all ask this."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.activity import ALL_ACTIONS
from bot.core.causes import causes
from bot.core.digest import (
    LONGEST_LOOK_BACK,
    QUIET_LOOK_BACK,
    Cause,
    CauseKind,
    Digest,
    Entry,
    Quiet,
    build,
    first_start,
    gone_quiet,
    row_id,
)
from bot.core.errors import CrmError
from bot.core.people import Link
from bot.core.replies import Reader
from bot.core.slots import NO_HOLIDAYS, Holidays, previous_fire
from bot.core.subscription import Delivery, Outcome, Participant, Subscription
from bot.core.window import Window
from bot.services.ports import ActivityQuery, Mutes
from bot.services.ports.digests import Ledger, Telling, Told
from bot.services.preferences import Preferences
from bot.services.signins import SignIns
from bot.services.tenants import Tenant

__all__ = ["Composed", "Composer", "reader_of"]

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Composed:
    """A digest, and whose rows it tells."""

    digest: Digest
    link: Link

    @property
    def end(self) -> datetime:
        """Where it ends: the moment SuperOffice was asked, by its clock."""
        end = self.digest.window.end
        if end is None:
            raise ValueError("the window of a digest has an end")
        return end

    @property
    def quiet_looked_at(self) -> datetime | None:
        """When the weekly look for quiet companies was had, if it was had for it."""
        return self.end if self.digest.quiet else None

    def telling(self, entries: Iterable[Entry]) -> Telling:
        """These rows, told to the participant; and what counts as told without being in a message."""
        rows = tuple(row_id(entry.activity) for entry in entries)
        return Telling(self.link.user, self.link.tenant, self.end, rows, self.digest.silent)


def reader_of(subscription: Subscription) -> Reader:
    """Who reads a subscription's digests: its zone and language."""
    return Reader(subscription.zone, subscription.locale, subscription.owner.user)


class Composer:
    """Asks SuperOffice, and builds. It changes nothing: what is told is for whoever posts to note."""

    def __init__(
        self,
        *,
        tenants: Mapping[str, Tenant],
        sign_ins: SignIns,
        mutes: Mutes,
        preferences: Preferences,
        ledger: Ledger,
        told: Told,
        holidays: Callable[[str | None], Holidays] = lambda _: NO_HOLIDAYS,
    ) -> None:
        self._tenants = tenants
        self._sign_ins = sign_ins
        self._mutes = mutes
        self._preferences = preferences
        self._ledger = ledger
        self._told = told
        self._holidays = holidays

    async def compose(
        self, subscription: Subscription, participant: Participant, delivery: Delivery | None = None
    ) -> Composed:
        """The digest as of now; ``delivery`` is the slot that it is for.

        Raises :class:`~bot.core.errors.NotLinked`, :class:`~bot.core.errors.SignInOver`,
        :class:`~bot.core.errors.SealBroken`, :class:`~bot.core.errors.BadCommand` where its filter names
        what is no more, and :class:`~bot.core.errors.CrmError`.
        """

        async def ask(link: Link) -> Composed:
            return await self._asked(link, subscription, participant, delivery)

        return await self._sign_ins.use_unasked(participant.user, ask)

    async def _asked(
        self, link: Link, subscription: Subscription, participant: Participant, delivery: Delivery | None
    ) -> Composed:
        tenant = self._tenants[link.tenant]
        reader = reader_of(subscription)
        now = await tenant.crm.now()
        start, is_capped = self._start(subscription, participant, now)
        filter_, categories = await self._preferences.effective(link, tenant.crm, subscription.filter, reader)
        if filter_.top and delivery:  # some of them may stand in its first message already
            filter_ = replace(filter_, top=max(0, filter_.top - delivery.rows))
        query = ActivityQuery(start, filter_.actions or ALL_ACTIONS, categories)
        snapshot = await tenant.crm.activities(link.ticket, query)
        rows = [row_id(row) for row in snapshot.activities]
        digest = build(
            snapshot.activities,
            window=Window(start, snapshot.as_of),
            overlap=_overlap(tenant.zone, start),
            known=await self._told.known(subscription.id, link.tenant, rows),
            filter_=filter_,
            principal=link.principal,
            muted=await self._mutes.ids(link.user, link.tenant),
            is_first=participant.is_fresh or is_capped,
        )
        is_begun = delivery is not None and delivery.part > 0  # its first message says what is quiet
        quiet = None if is_begun else await self._quiet(link, tenant, subscription, query, now)
        why = await self._causes(subscription, participant, delivery, is_capped, now)
        digest = replace(digest, web_url=tenant.crm.web_url, causes=why, quiet=quiet)
        return Composed(digest, link)

    def _start(
        self, subscription: Subscription, participant: Participant, now: datetime
    ) -> tuple[datetime, bool]:
        """Where the window begins, and whether that is later than what is owed."""
        start = participant.told_until
        if start is None:
            began = subscription.since or now
            holidays = self._holidays(subscription.schedule.country)
            previous = previous_fire(subscription.schedule, subscription.zone, began, holidays)
            start = first_start(previous.at if previous else None, began)
        earliest = now - LONGEST_LOOK_BACK
        # A clock that was put right must not ask for the future: that means something else (FACTS 2).
        return max(min(start, now), earliest), start < earliest

    async def _quiet(
        self, link: Link, tenant: Tenant, subscription: Subscription, query: ActivityQuery, now: datetime
    ) -> Quiet | None:
        """The weekly look. Where it fails, there is another next time: the digest does not wait for it."""
        last = subscription.quiet_looked_at
        if last is not None and now - last < WEEK - HOUR:
            return None
        year = replace(query, since=now - QUIET_LOOK_BACK, actions=ALL_ACTIONS)
        try:
            snapshot = await tenant.crm.activities(link.ticket, year)
        except CrmError as error:
            log.warning("no look for quiet companies: %s", error.code, extra={"action": "digest.quiet"})
            return None
        muted = await self._mutes.ids(link.user, link.tenant)
        return gone_quiet((row for row in snapshot.activities if row.company_id not in muted), now, last)

    async def _causes(
        self,
        subscription: Subscription,
        participant: Participant,
        delivery: Delivery | None,
        is_capped: bool,
        now: datetime,
    ) -> tuple[Cause, ...]:
        rows = await self._ledger.since(subscription.id, participant.told_until)
        before = [row for row in rows if row.outcome is not Outcome.CLAIMED]
        is_first = participant.told_until is None and not before
        first = (Cause(CauseKind.FIRST),) if is_first else ()
        capped = (Cause(CauseKind.CAPPED),) if is_capped else ()
        return first + capped + causes(before, delivery, subscription.zone, now)


def _overlap(zone: ZoneInfo, start: datetime) -> timedelta:
    """How much earlier than it was a row may seem to have been: stamped in UTC, read in the tenant's zone."""
    return abs(start.astimezone(zone).utcoffset() or timedelta(0)) + HOUR
