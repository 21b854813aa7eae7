"""What users set for themselves: saved filters and muted companies."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.core.errors import BadCommand, Problem, SealBroken
from bot.core.filters import Filter, MutedCompany, SavedFilter, clashes
from bot.core.people import Link, SlackUser
from bot.core.replies import FilterList, FilterRemoved, FilterSaved, Muted, MutedList, Reader
from bot.core.subscription import State
from bot.core.typed.command import MAX_LINE
from bot.core.typed.commands import SaveFilter
from bot.core.typed.filtertext import quoted, written
from bot.core.typed.spelling import nearest
from bot.services.categories import Categories
from bot.services.ports import Crm, Mutes, SavedFilters
from bot.services.ports.digests import Subscriptions

__all__ = ["MAX_SAVED", "Preferences"]

log = logging.getLogger(__name__)

#: The most saved filters that a user may have: what one can still choose from a list.
MAX_SAVED = 50
#: How long a line that makes no sense anyway waits to hear which of its categories do not exist.
PATIENCE_SECONDS = 2
#: Muted companies on a page.
LISTED = 20


class Preferences:
    """Keeps them, and says what a filter that names a saved one or categories means."""

    def __init__(
        self, filters: SavedFilters, mutes: Mutes, categories: Categories, subscriptions: Subscriptions
    ) -> None:
        self._filters = filters
        self._mutes = mutes
        self._categories = categories
        self._subscriptions = subscriptions

    async def effective(
        self, link: Link, crm: Crm, wanted: Filter, reader: Reader, problems: Sequence[Problem] = ()
    ) -> tuple[Filter, tuple[int, ...]]:
        """A filter with the saved one that it starts from worked in, and the ids of its categories.

        Raises :class:`BadCommand` for a saved filter or a category that there is none of, together with the
        ``problems`` that the line has anyway, and ``CrmError``.
        """
        found = list(problems)
        filter_ = wanted
        ids: tuple[int, ...] = ()
        try:
            filter_ = await self._with_saved(link.user, wanted)
        except BadCommand as bad:
            found += bad.problems
        try:
            ids = await self._categories.ids(crm, link.ticket, filter_.categories, reader.locale)
        except BadCommand as bad:
            found += bad.problems
        if found:
            raise BadCommand(*found)
        return filter_, ids

    async def categories(self, link: Link, crm: Crm, reader: Reader) -> tuple[str, ...]:
        """The names of all categories, in the reader's language. Raises ``CrmError``."""
        return await self._categories.names(crm, link.ticket, reader.locale)

    async def filters(self, user: SlackUser) -> FilterList:
        """The user's saved filters."""
        return FilterList(tuple(await self._filters.of(user)))

    async def save(self, user: SlackUser, command: SaveFilter) -> FilterSaved:
        """Save a filter; one that it starts from is copied. Raises :class:`BadCommand`."""
        filter_ = await self._with_saved(user, command.filter)
        saved = SavedFilter(command.name, replace(filter_, saved=""))
        length = len(f"filter save {saved.name} {written(saved.filter)}")
        if length > MAX_LINE:  # it could not be typed again
            raise BadCommand(Problem("filter-too-long", str(length)))
        known = {each.name: each.filter for each in await self._filters.of(user)}
        if command.name not in known and len(known) >= MAX_SAVED:
            raise BadCommand(Problem("too-many-filters", str(MAX_SAVED), "filter list"))
        await self._filters.put(user, saved)
        return FilterSaved(saved, known.get(command.name))

    async def remove(self, user: SlackUser, name: str) -> FilterRemoved | FilterList:
        """Forget a saved filter, or say that there is none. Raises :class:`BadCommand`."""
        if not name:
            names = tuple(saved.name for saved in await self._filters.of(user))
            if names:
                raise BadCommand(Problem("which-filter", known=names))
            return FilterList(())
        removed = await self._filters.remove(user, name)
        if removed is None:
            raise BadCommand(await self._unknown(user, name, "filter remove {}"))
        return FilterRemoved(removed, await self._is_in_digest(user, removed.name))

    async def _is_in_digest(self, user: SlackUser, name: str) -> bool:
        try:
            digest = await self._subscriptions.of(user)
        except SealBroken:  # nobody can tell what it filters by
            return False
        return digest is not None and digest.state is not State.OFF and digest.filter.saved == name

    async def mute(self, link: Link, company: MutedCompany) -> Muted:
        """Leave a company out of the user's answers."""
        await self._mutes.add(link.user, link.tenant, company)
        return Muted(company)

    async def unmute(self, link: Link, company_id: int) -> MutedList:
        """Let a company back in; what is still muted."""
        unmuted = await self._mutes.remove(link.user, link.tenant, company_id)
        return replace(await self.muted(link, 0), unmuted=unmuted)

    async def muted(self, link: Link, offset: int) -> MutedList:
        """The user's muted companies, from ``offset`` on."""
        companies = await self._mutes.of(link.user, link.tenant)
        offset = min(offset, max(0, (len(companies) - 1) // LISTED * LISTED))
        return MutedList(tuple(companies[offset : offset + LISTED]), len(companies), offset)

    async def _with_saved(self, user: SlackUser, wanted: Filter) -> Filter:
        if not wanted.saved:
            return wanted
        saved = await self._filters.get(user, wanted.saved)
        if saved is None:
            raise BadCommand(await self._unknown(user, wanted.saved, "filter:{}"))
        filter_ = wanted.over(saved.filter)
        if problems := clashes(filter_):
            raise BadCommand(*problems)
        return filter_

    async def with_unknown_saved(self, user: SlackUser, bad: BadCommand) -> BadCommand:
        """What is wrong with a line, and that there is no saved filter of the name that it uses."""
        if not bad.saved or await self._filters.get(user, bad.saved):
            return bad
        unknown = await self._unknown(user, bad.saved, "filter:{}")
        return BadCommand(*bad.problems, unknown, categories=bad.categories)

    async def with_unknown_categories(
        self, link: Link, crm: Crm, bad: BadCommand, reader: Reader
    ) -> BadCommand:
        """What is wrong with a line, and with its categories, if SuperOffice tells soon."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.effective(link, crm, Filter(categories=bad.categories), reader, bad.problems)
        except BadCommand as both:
            return both
        except Exception as error:
            log.info("no categories: %s", type(error).__name__, extra={"action": "command.categories"})
        return bad

    async def _unknown(self, user: SlackUser, name: str, form: str) -> Problem:
        known = tuple(saved.name for saved in await self._filters.of(user))
        near = nearest(name, known)
        part = form.startswith("filter:")
        return Problem("unknown-saved", name, near and form.format(quoted(near)), known, part)
