"""What SuperOffice tells of one participant's companies since they were told last. It changes nothing."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.activity import ALL_ACTIONS, Activity
from bot.core.digest import (
    LONGEST_LOOK_BACK,
    QUIET_LOOK_BACK,
    Known,
    Quiet,
    first_start,
    gone_quiet,
    row_id,
)
from bot.core.errors import BadCommand, CrmError
from bot.core.filters import EVERYTHING, Filter
from bot.core.people import Link
from bot.core.replies import Reader
from bot.core.slots import NO_HOLIDAYS, Holidays, previous_fire
from bot.core.subscription import Delivery, Participant, Subscription
from bot.core.window import Window
from bot.services.digests.composed import reader_of
from bot.services.ports import ActivityQuery, Mutes
from bot.services.ports.digests import Told
from bot.services.preferences import Preferences
from bot.services.signins import SignIns
from bot.services.tenants import Tenant

__all__ = ["Answer", "Asking"]

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What SuperOffice told, and what is known of it."""

    link: Link
    rows: Sequence[Activity]
    #: From the end of the last told window to the moment of asking.
    window: Window
    #: How much earlier than it was a row may seem to have been.
    overlap: timedelta
    known: Known
    #: With the saved one that it starts from worked in.
    filter: Filter
    #: Nothing from before the window is late.
    is_first: bool
    #: More is owed than the window covers.
    is_capped: bool
    web_url: str
    quiet: Quiet | None = None


class Asking:
    """The use case. ``holidays`` knows a country's."""

    def __init__(
        self,
        *,
        tenants: Mapping[str, Tenant],
        sign_ins: SignIns,
        mutes: Mutes,
        preferences: Preferences,
        told: Told,
        holidays: Callable[[str | None], Holidays] = lambda _: NO_HOLIDAYS,
    ) -> None:
        self._tenants = tenants
        self._sign_ins = sign_ins
        self._mutes = mutes
        self._preferences = preferences
        self._told = told
        self._holidays = holidays

    async def ask(
        self,
        subscription: Subscription,
        participant: Participant,
        delivery: Delivery | None,
        *,
        for_quiet: bool,
    ) -> Answer:
        """Ask as the participant; ``for_quiet``: have the weekly look for quiet companies, too, if it is due.

        Raises what :meth:`~bot.services.digests.composing.Composer.compose` does.
        """

        async def ask(link: Link) -> Answer:
            return await self.asked(link, subscription, participant, delivery, for_quiet=for_quiet)

        return await self._sign_ins.use_unasked(participant.user, ask)

    async def asked(
        self,
        link: Link,
        subscription: Subscription,
        participant: Participant,
        delivery: Delivery | None = None,
        *,
        for_quiet: bool = False,
    ) -> Answer:
        """The same by a link of the participant's that is in use."""
        tenant = self._tenants[link.tenant]
        now = await tenant.crm.now()
        start, is_capped = self._start(subscription, participant, now)
        filter_, query = await self._query(link, tenant, subscription, participant, start)
        rows, end = await self._rows(link, tenant, query, now)
        return Answer(
            link,
            rows,
            Window(start, end),
            _overlap(tenant.zone, start),
            await self._told.known(subscription.id, link.tenant, [row_id(row) for row in rows], link.user),
            _less(filter_, delivery),
            participant.is_fresh or is_capped,
            is_capped,
            tenant.crm.web_url,
            await self._quiet(link, tenant, subscription, query, now) if for_quiet and query else None,
        )

    async def _query(
        self,
        link: Link,
        tenant: Tenant,
        subscription: Subscription,
        participant: Participant,
        start: datetime,
    ) -> tuple[Filter, ActivityQuery | None]:
        """What to ask for: nothing that the participant does not share, so perhaps nothing at all."""
        reader, only = reader_of(subscription), participant.narrowing.only
        filter_, ids = await self._preferences.effective(link, tenant.crm, subscription.filter, reader)
        actions = filter_.actions or ALL_ACTIONS
        if only != EVERYTHING:
            only, shared = await self._shared(link, tenant, only, reader)
            actions &= only.actions or ALL_ACTIONS
            both = tuple(each for each in ids if each in shared) if ids and shared else ids or shared
            if not actions or (ids and not both):
                return filter_, None
            ids = both
        return filter_, ActivityQuery(start, actions, ids)

    async def _shared(
        self, link: Link, tenant: Tenant, only: Filter, reader: Reader
    ) -> tuple[Filter, tuple[int, ...]]:
        try:
            return await self._preferences.effective(link, tenant.crm, only, reader)
        except BadCommand as bad:
            bad.is_a_participants = True
            raise

    async def _rows(
        self, link: Link, tenant: Tenant, query: ActivityQuery | None, now: datetime
    ) -> tuple[Sequence[Activity], datetime]:
        if query is None:
            return (), now
        snapshot = await tenant.crm.activities(link.ticket, query)
        return snapshot.activities, snapshot.as_of

    def _start(
        self, subscription: Subscription, participant: Participant, now: datetime
    ) -> tuple[datetime, bool]:
        """Where the window begins, and whether that is later than what is owed."""
        start = participant.told_until
        if start is None:
            since = participant.joined_at if subscription.team else subscription.since
            began = since or now
            holidays = self._holidays(subscription.schedule.country)
            previous = previous_fire(subscription.schedule, subscription.zone, began, holidays)
            start = first_start(previous.at if previous else None, began)
        earliest = now - LONGEST_LOOK_BACK
        # A clock that was put right must not ask for the future: SuperOffice takes that for "since log-out".
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


def _less(filter_: Filter, delivery: Delivery | None) -> Filter:
    """Of the newest so many, some may stand in its first message already."""
    if filter_.top and delivery:
        return replace(filter_, top=max(0, filter_.top - delivery.rows))
    return filter_


def _overlap(zone: ZoneInfo, start: datetime) -> timedelta:
    """How much earlier than it was a row may seem to have been: stamped in UTC, read in the tenant's zone."""
    return abs(start.astimezone(zone).utcoffset() or timedelta(0)) + HOUR
