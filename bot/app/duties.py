"""What the bot does by the clock."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from bot.app.clockwork import DIGESTS, HOMES, INSTALLS, ROSTER, STEWARD, SWEEP, Job
from bot.app.gauges import GAUGES, Gauges
from bot.services.digests.stewarding import Stewarding
from bot.services.digests.waves import Waves
from bot.services.home.publishing import HomeTabs
from bot.services.keepalive import KeepAlive
from bot.services.leaving import Leaving
from bot.services.notices import Notices
from bot.services.renewing import RENEWAL, Renewal
from bot.services.tenants import Tenant
from bot.slack.roster import Roster
from bot.slack.workspaces import Workspaces

__all__ = ["Duties", "Duty", "always"]


class Duty(NamedTuple):
    """What any worker may do, and for whom it is due now."""

    name: str
    every: timedelta
    due: Callable[[], Awaitable[Sequence[str]]]
    do: Callable[[str], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Duties:
    """Who does it, and how often."""

    tenants: Mapping[str, Tenant]
    keep_alive: KeepAlive
    keep_alive_every: timedelta
    renewal: Renewal
    notices: Notices
    leaving: Leaving
    roster: Roster
    stewarding: Stewarding
    waves: Waves
    gauges: Gauges
    home: HomeTabs
    workspaces: Workspaces

    def alone(self) -> Iterator[tuple[Job, timedelta]]:
        """All of it, in one process. Each tenant's is its own: none waits for another."""
        for tenant in self.tenants:
            yield partial(self.keep_alive.tick, tenant), self.keep_alive_every
        yield self.renewal.tick, RENEWAL
        yield self.leaving.sweep, SWEEP
        yield self.roster.tick, ROSTER
        yield self.stewarding.tick, STEWARD
        yield self.waves.tick, DIGESTS
        yield self.gauges.tick, GAUGES
        yield self.home.tick, HOMES

    def shared(self) -> Iterator[Duty]:
        """What several processes share: whoever takes it up does it."""
        yield Duty("keep-alive", self.keep_alive_every, self.keep_alive.due, self.keep_alive.tick)
        yield Duty("renewal", RENEWAL, self.renewal.due, self.renewal.job)
        yield Duty("notices", self.keep_alive_every, self.notices.due, lambda _: self.notices.deliver())
        yield Duty("sweep", SWEEP, always(""), lambda _: self.leaving.sweep())
        yield Duty("steward", STEWARD, always(""), lambda _: self.stewarding.tick())
        yield Duty("digests", DIGESTS, self.waves.due, self.waves.job)
        yield Duty("homes", HOMES, self.home.due, lambda _: self.home.tick())

    def each(self) -> Iterator[tuple[Job, timedelta]]:
        """What each of several processes does for itself."""
        yield self.roster.tick, ROSTER
        yield self.gauges.tick, GAUGES
        yield self.workspaces.refresh, INSTALLS


def always(*keys: str) -> Callable[[], Awaitable[Sequence[str]]]:
    """It is always due for these."""

    async def due() -> Sequence[str]:
        return keys

    return due
