"""The company categories of a tenant: from the names that people type to the ids that SuperOffice takes."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.core.errors import BadCommand, CrmError, CrmFailed, Problem
from bot.core.languages import every_language, in_language
from bot.core.secret import Secret
from bot.core.typed.filtertext import quoted
from bot.core.typed.spelling import comparable, nearest
from bot.services.ports import Category, Clock, Crm
from bot.singleflight import SingleFlight

__all__ = ["Categories"]

log = logging.getLogger(__name__)

#: How long a list is kept. Source: docs.superoffice.com, "Best practices": lists are to be cached.
KEEP = timedelta(days=1)
#: A list of this age is asked for again before a name is called unknown: it may have just been added. Where
#: SuperOffice does not tell it anew, nobody knows whether there is such a name.
DOUBTFUL = timedelta(minutes=1)


class Categories:
    """Remembers each tenant's list for a day, whoever asked for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lists: dict[str, tuple[datetime, Sequence[Category]]] = {}
        self._flights = SingleFlight()

    async def ids(self, crm: Crm, ticket: Secret, names: Sequence[str], locale: str) -> tuple[int, ...]:
        """The ids of the categories with these names, in whatever language and case.

        Raises :class:`BadCommand` with every unknown name, and what there is in the reader's language, and
        ``CrmError``.
        """
        if not names:
            return ()
        known = await self._list(crm, ticket)
        if any(not _found(name, known) for name in names):
            known = await self._asked(crm, ticket, DOUBTFUL)
        problems = [_unknown(name, known, locale) for name in names if not _found(name, known)]
        if problems:
            raise BadCommand(*problems)
        return tuple(dict.fromkeys(category.id for name in names for category in _found(name, known)))

    async def names(self, crm: Crm, ticket: Secret, locale: str) -> tuple[str, ...]:
        """Their names in a language, in SuperOffice's order. Raises ``CrmError``."""
        return tuple(dict.fromkeys(_names(await self._list(crm, ticket), locale)))

    async def _list(self, crm: Crm, ticket: Secret) -> Sequence[Category]:
        """The tenant's list, of a day; an older one where SuperOffice does not tell it anew."""
        try:
            return await self._asked(crm, ticket, KEEP)
        except CrmError as error:
            if crm.tenant not in self._lists:
                raise
            log.warning("no new categories: %s", error, extra={"action": "categories.old"})
            return self._lists[crm.tenant][1]

    async def _asked(self, crm: Crm, ticket: Secret, keep: timedelta) -> Sequence[Category]:
        """The tenant's list, at most so old.

        Deleted categories are left out. All who want it at once wait for one answer, or hear of one failure.
        """
        asked_at, known = self._lists.get(crm.tenant, (None, ()))
        if asked_at is not None and timedelta(0) <= self._clock.now() - asked_at < keep:
            return known
        is_anothers = crm.tenant in self._flights
        try:
            await self._flights.join(crm.tenant, partial(self._ask, crm, ticket))
        except CrmFailed:  # perhaps because of their ticket
            if not is_anothers:
                raise
            await self._ask(crm, ticket)
        return self._lists[crm.tenant][1]

    async def _ask(self, crm: Crm, ticket: Secret) -> None:
        now = self._clock.now()
        found = [category for category in await crm.categories(ticket) if not category.deleted]
        self._lists[crm.tenant] = now, found


def _found(name: str, known: Sequence[Category]) -> list[Category]:
    """Every category of that name: several may have the same."""
    return [each for each in known if comparable(name) in map(comparable, every_language(each.name))]


def _unknown(name: str, known: Sequence[Category], locale: str) -> Problem:
    names = tuple(dict.fromkeys(_names(known, locale)))
    near = nearest(name, (each for category in known for each in every_language(category.name)))
    return Problem("unknown-category", name, near and f"category:{quoted(near)}", names, part=True)


def _names(known: Sequence[Category], locale: str) -> Iterator[str]:
    for category in sorted(known, key=lambda category: category.rank):
        yield in_language(category.name, locale)
