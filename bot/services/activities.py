"""What happened on my companies: ask SuperOffice, keep what was asked for, make a page of it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.activity import ALL_ACTIONS, Activity
from bot.core.activitychart import counted
from bot.core.errors import Problem
from bot.core.filters import Filter, Sifted, Style, sift, unknown_people, why_dropped
from bot.core.people import Link
from bot.core.period import MAX_LOOK_BACK, Between, LastLogout, Period, resolve
from bot.core.replies import ActivityAnswer, ActivityChart, Reader, WhyHidden, WhyShown
from bot.core.requests import FIRST, Page
from bot.core.typed.command import MAX_LINE
from bot.core.typed.commands import ShowActivity
from bot.core.typed.filtertext import read_filters, written
from bot.core.window import Judged, Mark, Window, judge, mark, place_after
from bot.services.failures import log_unexpected
from bot.services.ports import ActivityQuery, Links, Mutes, let_go, off_the_loop
from bot.services.preferences import Preferences
from bot.services.tenants import Tenant

__all__ = ["PAGE", "Activities", "Question"]

#: Companies on a page.
PAGE = 10


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the line as it was typed, what it means, and which page of its answer."""

    asked: str
    command: ShowActivity
    page: Page = FIRST


@dataclass(frozen=True, slots=True)
class _Look:
    """One question asked of SuperOffice, its answer judged and sifted."""

    period: Period
    window: Window
    as_of: datetime
    filter: Filter
    query: ActivityQuery
    judged: Judged
    sifted: Sifted
    muted: frozenset[int]

    @property
    def left(self) -> tuple[Activity, ...]:
        """What is left after the filters."""
        return self.sifted.inside + self.sifted.later


class Activities:
    """The main job. Days are the reader's; "now" is the server's, whose clock stamps the activities.

    Every method raises :class:`~bot.core.errors.BadCommand` and :class:`~bot.core.errors.CrmError`.
    """

    def __init__(
        self,
        tenants: Mapping[str, Tenant],
        links: Links,
        mutes: Mutes,
        preferences: Preferences,
    ) -> None:
        self._tenants = tenants
        self._links = links
        self._mutes = mutes
        self._preferences = preferences

    async def answer(self, link: Link, question: Question, reader: Reader) -> ActivityAnswer:
        """One page of the latest activity per company."""
        async with let_go() as rows:
            return await self._answered(link, question, await self._look(link, question, reader, rows))

    async def chart(self, link: Link, question: Question, reader: Reader) -> ActivityChart | ActivityAnswer:
        """All of it as a picture; where nothing happened within the window, the answer that says so."""
        look = await self._look(link, question, reader, form="chart {}")
        answer = await self._answered(link, question, look)
        if not look.sifted.inside:
            return answer
        counts = counted(look.sifted.inside, look.window, look.as_of, reader.zone)
        return ActivityChart(replace(answer, rows=(), later=()), counts)

    async def _answered(self, link: Link, question: Question, look: _Look) -> ActivityAnswer:
        page = question.page
        caught_up = isinstance(look.period, LastLogout) and page.offset == 0 and page.window is None
        if caught_up and look.filter.lets_everything_through:
            await self._caught_up(link, look.as_of)
        place = place_after(page.after, look.left, look.window) if page.after else page.offset
        # Fewer companies than last time: show the last page there is rather than an empty one.
        offset = place if place < len(look.left) else max(0, (len(look.left) - 1) // PAGE * PAGE)
        border = len(look.sifted.inside)
        return ActivityAnswer(
            asked=_in_full(question, look.filter),
            period=look.period,
            window=look.window,
            as_of=look.as_of,
            principal=link.principal,
            web_url=self._tenants[link.tenant].crm.web_url,
            caught_up_at=link.caught_up_at if caught_up else None,
            count=border,
            later_count=len(look.sifted.later),
            rows=look.sifted.inside[offset : offset + PAGE],
            offset=offset,
            after=mark(look.left[offset - 1]) if offset else None,
            moved=max(0, offset - page.offset) if page.after else 0,
            later=look.left[max(offset, border) : offset + PAGE],
            filter=look.filter,
            dropped=look.sifted.dropped,
            unknown_people=tuple(unknown_people(look.filter, look.judged.inside + look.judged.later)),
            style=page.style or look.filter.style or Style.FULL,
        )

    async def still_as_shown(
        self, link: Link, question: Question, reader: Reader, shown: Sequence[Mark]
    ) -> ActivityAnswer:
        """The companies among those ``shown`` before that were not active since."""
        look = await self._look(link, question, reader)
        return ActivityAnswer(
            asked=question.asked,
            period=look.period,
            window=look.window,
            as_of=look.as_of,
            principal=link.principal,
            web_url=self._tenants[link.tenant].crm.web_url,
            count=len(look.sifted.inside),
            later_count=len(look.sifted.later),
            rows=tuple(row for row in look.sifted.inside if mark(row) in shown),
            filter=look.filter,
            dropped=look.sifted.dropped,
        )

    async def why_hidden(self, link: Link, question: Question, reader: Reader) -> WhyHidden:
        """What an answer leaves out, counted: SuperOffice is asked again, without the filters of its own."""
        look = await self._look(link, question, reader)
        of_categories, of_all = await self._wider(link, look)
        seen = _companies(look.judged)
        by_action, by_category = len(of_categories - seen), len(of_all - of_categories - seen)
        return WhyHidden(
            asked=question.asked,
            period=look.period,
            window=look.window,
            as_of=look.as_of,
            filter=look.filter,
            total=len(look.judged.inside) + len(look.judged.later) + by_action + by_category,
            shown=len(look.left),
            dropped=look.sifted.dropped,
            by_action=by_action,
            by_category=by_category,
        )

    async def why_shown(self, link: Link, question: Question, reader: Reader, company_id: int) -> WhyShown:
        """What speaks for one company, as of now."""
        look = await self._look(link, question, reader)
        everything = look.judged.inside + look.judged.later
        found = next((row for row in everything if row.company_id == company_id), None)
        return WhyShown(
            asked=question.asked,
            period=look.period,
            window=look.window,
            as_of=look.as_of,
            principal=link.principal,
            filter=look.filter,
            web_url=self._tenants[link.tenant].crm.web_url,
            activity=found,
            is_later=found in look.judged.later,
            dropped=found and why_dropped(found, look.filter, link.principal, look.muted),
        )

    async def _look(
        self,
        link: Link,
        question: Question,
        reader: Reader,
        rows: list[object] | None = None,
        form: str = "{}",
    ) -> _Look:
        """Ask; ``rows`` are handed all that come. The nearest period that can be asked fits ``form``."""
        crm = self._tenants[link.tenant].crm
        wanted, period, page = question.command.filter, question.command.period, question.page
        now = await crm.now()
        window = page.window or resolve(period, reader.zone, now)
        problems = [] if page.window else list(_problems(window, now, form))
        filter_, categories = await self._preferences.effective(link, crm, wanted, reader, problems)
        if page.window and resolve(period, reader.zone, now) != page.window:
            period = Between(page.window)  # what was "today" when the button was drawn is not today any more
        query = ActivityQuery(window.start, filter_.actions or ALL_ACTIONS, categories)
        snapshot = await crm.activities(link.ticket, query)
        muted = await self._mutes.ids(link.user, link.tenant)

        def gone_through() -> tuple[Judged, Sifted]:
            judged = judge(snapshot.activities, window)
            return judged, sift(judged, filter_, link.principal, muted)

        judged, sifted = await off_the_loop(snapshot.activities, gone_through)
        if rows is not None:
            rows += snapshot.activities
        return _Look(period, window, snapshot.as_of, filter_, query, judged, sifted, muted)

    async def _wider(self, link: Link, look: _Look) -> tuple[set[int], set[int]]:
        """The companies that SuperOffice tells of without the filter by action, and without any."""
        crm = self._tenants[link.tenant].crm

        any_action = replace(look.query, actions=ALL_ACTIONS)
        anything = replace(any_action, categories=())
        found = {look.query: _companies(look.judged)}

        async def ask(query: ActivityQuery) -> None:
            snapshot = await crm.activities(link.ticket, query)
            rows = snapshot.activities
            found[query] = _companies(await off_the_loop(rows, judge, rows, look.window))

        await asyncio.gather(*map(ask, {any_action, anything} - found.keys()))
        return found[any_action], found[anything]

    async def _caught_up(self, link: Link, at: datetime) -> None:
        """A store that cannot remember it is no reason to lose the answer."""
        try:
            await self._links.caught_up(link.user, at)
        except Exception as error:
            log_unexpected(error, "catchup.unrecorded")


def _in_full(question: Question, effective: Filter) -> str:
    """The line with its saved filter written out, where that fits: its owner may change or remove it."""
    if not question.command.filter.saved:
        return question.asked
    line = f"{read_filters(question.asked).words} {written(replace(effective, saved=''))}".strip()
    return line if len(line) <= MAX_LINE else question.asked


def _problems(window: Window, now: datetime, form: str) -> Iterator[Problem]:
    if window.start is not None and window.start > now:
        yield Problem("in-the-future", nearest=form.format("today"))
    if window.start is not None and window.start < now - MAX_LOOK_BACK:
        yield Problem("too-long-ago", nearest=form.format("since 365d"))


def _companies(judged: Judged) -> set[int]:
    return {activity.company_id for activity in judged.inside + judged.later}
