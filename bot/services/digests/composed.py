"""What is about to be told, and through whose views: who posts it need not know whether it is a team's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.core.digest import Digest, Entry, RowId, row_id
from bot.core.people import Link, SlackUser
from bot.core.replies import Reader
from bot.core.replies.digests import DigestPart, parts
from bot.core.replies.teamdigests import TeamPart, team_parts
from bot.core.signin import Why
from bot.core.subscription import Subscription
from bot.core.teamdigest import TeamDigest, TeamEntry, View, observed_days
from bot.core.window import Window
from bot.services.ports import NOTHING_OBSERVED, Observed, Telling

__all__ = ["Composed", "Part", "PersonalComposed", "TeamComposed", "reader_of"]

Part = DigestPart | TeamPart


class Composed(Protocol):
    """A digest as of now."""

    @property
    def window(self) -> Window:
        """What it covers."""
        ...

    @property
    def count(self) -> int:
        """How many companies it tells."""
        ...

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that anybody has to read."""
        ...

    @property
    def quiet_looked_at(self) -> datetime | None:
        """When the weekly look for quiet companies was had, if it was had for it."""
        ...

    @property
    def observed(self) -> Observed:
        """What else it settles."""
        ...

    def parts(self, *, is_test: bool = False, told: int = 0) -> tuple[Part, ...]:
        """Its messages, less those that stand in Slack already."""
        ...

    def telling(self, part: Part) -> Sequence[Telling]:
        """What one of its messages tells, through each view."""
        ...

    def ending(self) -> Sequence[Telling]:
        """What ends when all of them are told: each window, and what counts as told without a message."""
        ...


@dataclass(frozen=True, slots=True)
class PersonalComposed:
    """A person's digest."""

    digest: Digest
    link: Link

    @property
    def window(self) -> Window:
        """What it covers."""
        return self.digest.window

    @property
    def count(self) -> int:
        """How many companies it tells."""
        return len(self.digest.entries)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return self.digest.is_empty

    @property
    def quiet_looked_at(self) -> datetime | None:
        """When the look for quiet companies was had."""
        return self.window.end if self.digest.quiet else None

    @property
    def observed(self) -> Observed:
        """Nothing is counted for it."""
        return NOTHING_OBSERVED

    def parts(self, *, is_test: bool = False, told: int = 0) -> tuple[Part, ...]:
        """Its messages."""
        return parts(self.digest, is_test=is_test, told=told)

    def telling(self, part: Part) -> Sequence[Telling]:
        """The rows of one of them; the last one says how to ask for the rest."""
        told: tuple[Entry, ...] = part.entries
        if part.rest:
            told += self.digest.entries[-part.rest :]
        return [self._telling(tuple(row_id(entry.activity) for entry in told))]

    def ending(self) -> Sequence[Telling]:
        """The one window."""
        return [self._telling()]

    def _telling(self, rows: tuple[RowId, ...] = ()) -> Telling:
        if self.window.end is None:
            raise ValueError("the window of a digest has an end")
        return Telling(self.link.user, self.link.tenant, self.window.end, rows, self.digest.silent)


@dataclass(frozen=True, slots=True)
class TeamComposed:
    """A team's digest, of the views that were had."""

    digest: TeamDigest
    views: tuple[View, ...]
    subscription: int
    #: Whose sign-in is over, and why. That is the caller's to conclude.
    over: tuple[tuple[SlackUser, Why], ...] = ()

    @property
    def window(self) -> Window:
        """What it covers."""
        return self.digest.window

    @property
    def count(self) -> int:
        """How many companies it tells."""
        return len(self.digest.entries)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read; that nobody shares any more has to be."""
        is_abandoned = not self.views and not self.digest.missing and bool(self.digest.drop_outs)
        return self.digest.is_empty and not is_abandoned

    @property
    def is_enough(self) -> bool:
        """Whether so many views were had as its channel wants."""
        had, all_ = len(self.views), len(self.views) + len(self.digest.missing)
        return had * 100 >= self.digest.settings.quorum * all_

    @property
    def quiet_looked_at(self) -> datetime | None:
        """A channel is not told of quiet companies."""
        return None

    @property
    def observed(self) -> Observed:
        """The days to be counted, and who was said to have dropped out."""
        drop_outs = [each.at for each in self.digest.drop_outs]
        return Observed(observed_days(self.digest) if self.views else (), max(drop_outs, default=None))

    def parts(self, *, is_test: bool = False, told: int = 0) -> tuple[Part, ...]:
        """Its messages."""
        return team_parts(self.digest, self.subscription, is_test=is_test, told=told)

    def telling(self, part: Part) -> Sequence[Telling]:
        """The rows of one of them, through the views that keep them; the last one counts the rest."""
        told = [entry for entry in part.entries if isinstance(entry, TeamEntry)]
        if part.rest:
            told += self.digest.entries[-part.rest :]
        return [
            replace(telling, rows=rows)
            for telling in self._tellings()
            if (rows := tuple(row_id(entry.activity) for entry in told if telling.user in entry.tellers))
        ]

    def ending(self) -> Sequence[Telling]:
        """All windows."""
        return self._tellings()

    def _tellings(self) -> list[Telling]:
        silent, zone = self.digest.silent, self.digest.zone
        return [
            Telling(view.user, view.tenant, view.end, (), silent.get(view.user, ()), zone)
            for view in self.views
        ]


def reader_of(subscription: Subscription) -> Reader:
    """Who reads a subscription's digests: its zone and language."""
    return Reader(subscription.zone, subscription.locale, subscription.owner.user)
