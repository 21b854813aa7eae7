"""The company categories of a tenant: from the names that people type to the ids that SuperOffice takes."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.core.errors import BadCommand, Problem
from bot.core.filtertext import quoted
from bot.core.languages import every_language, in_language
from bot.core.secret import Secret
from bot.core.spelling import comparable, nearest
from bot.services.ports import Category, Clock, Crm

__all__ = ["Categories"]

#: How long a list is kept. Source: docs.superoffice.com, "Best practices": lists are to be cached.
KEEP = timedelta(days=1)
#: A list of this age is asked for again before a name is called unknown: it may have just been added.
DOUBTFUL = timedelta(minutes=1)


class Categories:
    """Remembers each tenant's list for a day, whoever asked for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lists: dict[str, tuple[datetime, Sequence[Category]]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ids(self, crm: Crm, ticket: Secret, names: Sequence[str], locale: str) -> tuple[int, ...]:
        """The ids of the categories with these names, in whatever language and case.

        Raises :class:`BadCommand` with every unknown name, and what there is in the reader's language, and
        ``CrmError``.
        """
        if not names:
            return ()
        known = await self._list(crm, ticket, KEEP)
        if any(not _found(name, known) for name in names):
            known = await self._list(crm, ticket, DOUBTFUL)
        problems = [_unknown(name, known, locale) for name in names if not _found(name, known)]
        if problems:
            raise BadCommand(*problems)
        return tuple(dict.fromkeys(category.id for name in names for category in _found(name, known)))

    async def _list(self, crm: Crm, ticket: Secret, keep: timedelta) -> Sequence[Category]:
        """The tenant's list, at most so old. Deleted categories are left out."""
        async with self._asking[crm.tenant]:
            asked_at, known = self._lists.get(crm.tenant, (None, ()))
            now = self._clock.now()
            if asked_at is None or not timedelta(0) <= now - asked_at < keep:
                known = [category for category in await crm.categories(ticket) if not category.deleted]
                self._lists[crm.tenant] = now, known
            return known


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
