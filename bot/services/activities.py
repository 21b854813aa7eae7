"""What happened on my companies: ask SuperOffice, keep what was asked for, make a page of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.errors import BadCommand, Problem
from bot.core.people import Link
from bot.core.period import MAX_LOOK_BACK, Between, LastLogout, Period, resolve
from bot.core.replies import ActivityAnswer, Reader
from bot.core.requests import FIRST, Page
from bot.core.window import Window, judge
from bot.services.failures import log_unexpected
from bot.services.ports import ActivityQuery, Clock, Crm, Links

__all__ = ["PAGE", "Activities", "Tenant"]

#: Companies on a page.
PAGE = 10


@dataclass(frozen=True, slots=True)
class Tenant:
    """A SuperOffice installation and what this bot knows of it."""

    crm: Crm
    #: The root of the web client, for links; ``""`` where it is not configured.
    web_url: str
    zone: ZoneInfo


class Activities:
    """The main job."""

    def __init__(self, tenants: Mapping[str, Tenant], links: Links, clock: Clock) -> None:
        self._tenants = tenants
        self._links = links
        self._clock = clock

    async def answer(
        self, link: Link, asked: str, period: Period, reader: Reader, page: Page
    ) -> ActivityAnswer:
        """One page of the latest activity per company. Raises :class:`BadCommand` and ``CrmError``.

        Days are the reader's; "now" is the server's, whose clock stamps the activities.
        """
        tenant = self._tenants[link.tenant]
        now = await tenant.crm.now()
        window = page.window or self._window(period, reader.zone, now)
        if page.window and resolve(period, reader.zone, now) != page.window:
            period = Between(page.window)  # what was "today" when the button was drawn is not today any more
        snapshot = await tenant.crm.activities(link.ticket, ActivityQuery(window.start))
        caught_up = isinstance(period, LastLogout) and page == FIRST
        await self._remember(link, snapshot.as_of if caught_up else None)
        judged = judge(snapshot.activities, window)
        everything = judged.inside + judged.later
        # Fewer companies than last time: show the last page there is rather than an empty one.
        offset = min(page.offset, max(0, (len(everything) - 1) // PAGE * PAGE))
        border = len(judged.inside)
        return ActivityAnswer(
            asked=asked,
            period=period,
            window=window,
            as_of=snapshot.as_of,
            principal=link.principal,
            web_url=tenant.web_url,
            caught_up_at=link.caught_up_at if caught_up else None,
            count=border,
            later_count=len(judged.later),
            rows=judged.inside[offset : offset + PAGE],
            offset=offset,
            later=everything[max(offset, border) : offset + PAGE],
        )

    async def _remember(self, link: Link, caught_up_at: datetime | None) -> None:
        """Remember that the ticket was used. A store that cannot is no reason to lose the answer."""
        try:
            await self._links.touch(link.user, self._clock.now())
            if caught_up_at is not None:
                await self._links.caught_up(link.user, caught_up_at)
        except Exception as error:
            log_unexpected(error, "link.untouched", "")

    @staticmethod
    def _window(period: Period, zone: ZoneInfo, now: datetime) -> Window:
        window = resolve(period, zone, now)
        if window.start is not None and window.start > now:
            raise BadCommand(Problem("in-the-future", nearest="today"))
        if window.start is not None and window.start < now - MAX_LOOK_BACK:
            raise BadCommand(Problem("too-long-ago", nearest="since 365d"))
        return window
