"""What of one participant's a channel would see, and what they keep back of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.core.activity import ALL_ACTIONS
from bot.core.channeldigest import ChannelSettings, Layout, Narrowing
from bot.core.digest import LONGEST_LOOK_BACK
from bot.core.errors import BadCommand, Problem
from bot.core.filters import EVERYTHING
from bot.core.people import Link
from bot.core.replies import Reader
from bot.core.replies.teamdigests import TeamPart, team_parts
from bot.core.subscription import Participant, Subscription
from bot.core.teamdigest import merge
from bot.core.typed.channelcommands import TypedShare
from bot.core.typed.filtertext import quoted
from bot.core.typed.spelling import comparable, nearest
from bot.services.digests.asking import Asking
from bot.services.digests.teams import view_of
from bot.services.ports import ActivityQuery
from bot.services.preferences import Preferences
from bot.services.tenants import Tenant

__all__ = ["Own"]

#: How far back a preview looks.
PREVIEW = timedelta(days=7)
#: How many companies it shows.
SHOWN = 10


class Own:
    """Asks SuperOffice as the participant. Every method raises ``BadCommand`` and ``CrmError``."""

    def __init__(self, tenants: Mapping[str, Tenant], preferences: Preferences, asking: Asking) -> None:
        self._tenants = tenants
        self._preferences = preferences
        self._asking = asking

    async def preview(self, link: Link, subscription: Subscription, narrowing: Narrowing) -> TeamPart:
        """What the channel would see of them, were a digest of the last days sent now: as it would see it."""
        now = await self._tenants[link.tenant].crm.now()
        participant = Participant(0, link.user, now - PREVIEW, narrowing=narrowing, joined_at=now)
        settings = replace(subscription.team or ChannelSettings(), layout=Layout.FLAT)
        draft = replace(subscription, id=0, team=settings)  # as if nothing had been told by others
        answer = await self._asking.asked(link, draft, participant)
        view = view_of(participant, answer)
        digest = merge((view,), filter_=answer.filter, settings=settings, zone=subscription.zone)
        (first, *_) = team_parts(digest, 0)
        return replace(first, entries=first.entries[:SHOWN], of=1, rest=max(0, len(digest.entries) - SHOWN))

    async def narrowing(self, link: Link, share: TypedShare, reader: Reader) -> Narrowing:
        """What a line means: categories that there are, companies that the user sees."""
        problems, never = list[Problem](), set[int]()
        try:
            await self._categories(link, share.only.categories, reader)
        except BadCommand as bad:
            problems += bad.problems
        if share.never:
            companies = await self.companies(link)
            for name in share.never:
                found = _found(name, companies)
                never |= found
                problems += [] if found else [_unknown(name, companies)]
        if problems:
            raise BadCommand(*problems)
        return Narrowing(share.only, frozenset(never))

    async def companies(self, link: Link) -> Mapping[int, str]:
        """The names of the companies on which something happened lately, by their ids, the newest first."""
        crm = self._tenants[link.tenant].crm
        since = await crm.now() - LONGEST_LOOK_BACK
        snapshot = await crm.activities(link.ticket, ActivityQuery(since, ALL_ACTIONS, ()))
        return {row.company_id: row.company for row in snapshot.activities}

    async def known_categories(self, link: Link, reader: Reader) -> tuple[str, ...]:
        """The names of all categories, in the reader's language."""
        return await self._preferences.categories(link, self._tenants[link.tenant].crm, reader)

    async def _categories(self, link: Link, names: tuple[str, ...], reader: Reader) -> tuple[int, ...]:
        only = replace(EVERYTHING, categories=names)
        _, ids = await self._preferences.effective(link, self._tenants[link.tenant].crm, only, reader)
        return ids


def _found(name: str, companies: Mapping[int, str]) -> set[int]:
    """Every company of that name, or the one of that id, seen lately or not."""
    if name.isascii() and name.isdigit():
        return {int(name)}
    return {id_ for id_, each in companies.items() if comparable(each) == comparable(name)}


def _unknown(name: str, companies: Mapping[int, str]) -> Problem:
    near = nearest(name, companies.values())
    return Problem("unknown-company", name, near and f"never:{quoted(near)}", part=True)
