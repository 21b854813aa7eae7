"""A tenant's clock and zone, learnt from its answers, and what is wrong with them."""

import logging
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from bot.core.servertime import ServerWarning, may_be_future, offsets_near, skew, wire_start
from bot.crm.settings import ActionTimeZone, TenantSettings
from bot.crm.timezones import zones_of
from bot.services.ports import Clock

__all__ = ["ServerClock"]

log = logging.getLogger(__name__)

_TOLERATED = timedelta(minutes=2)
_HALF_A_YEAR = timedelta(days=182)

#: How far the bot's clock is trusted not to be ahead of a server that does not tell the time.
_UNTOLD = timedelta(days=1)


class ServerClock:
    """What one tenant's server says of its time.

    The clock is the bot's, put right by the last answer's ``Date``. Where the server sends none, starts are
    clamped to a day ago, so that they are in the server's past unless the bot is more than a day ahead.
    """

    def __init__(self, settings: TenantSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._answered = False
        self._skew: timedelta | None = None
        self._location = ""
        self._warnings: tuple[ServerWarning, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the server answered before, with or without telling the time."""
        return self._answered

    @property
    def warnings(self) -> tuple[ServerWarning, ...]:
        """What is wrong as of the last answer."""
        return self._warnings

    def now(self) -> datetime:
        """The server's clock, in UTC: the bot's own as long as the server did not tell."""
        return self._clock.now().astimezone(UTC) + (self._skew or timedelta(0))

    def start(self, since: datetime | None) -> datetime:
        """The naive start to send for everything ``since`` an instant, or since the last log-out."""
        near = self._earliest_now() if since is None else since
        return wire_start(since, self._settings.zone, self._earliest_now(), self._offsets(near))

    def may_be_future(self, start: datetime) -> bool:
        """Whether the server may take the naive ``start`` for one in its future, as far as is known now."""
        now = self._earliest_now()
        return may_be_future(start, self._settings.zone, now, self._offsets(now))

    def reading_zone(self) -> tzinfo:
        """The zone to read zone-less times in.

        It is the one set, unless the server's own contradicts it: then the westernmost of those that the
        server may mean. Times are rather late than early so, and nothing falls out of its window.
        """
        if self._settings.action_time_zone is ActionTimeZone.UTC:
            return UTC
        if not self._is_elsewhere():
            return self._settings.zone
        now = self.now()
        return min(
            zones_of(self._location), key=lambda zone: now.astimezone(zone).utcoffset() or timedelta(0)
        )

    def note(self, date: datetime | None, received: datetime, location: str) -> None:
        """Learn from an answer: its ``Date``, when it was received by the bot's clock, and its location."""
        self._answered = True
        self._skew = self._skew if date is None else skew(date, received)
        self._location = location or self._location
        before, self._warnings = self._warnings, tuple(self._judge())
        for warning in self._warnings:
            if not any(_repeats(warning, old) for old in before):
                log.warning(
                    "look at the time of tenant %s: %s %r",
                    *(self._settings.id, warning.code, warning.detail),
                    extra={"action": f"crm.{warning.code}"},
                )

    def _judge(self) -> list[ServerWarning]:
        warnings = []
        if self._skew is None:
            warnings.append(ServerWarning("no-date"))
        elif abs(self._skew) > _TOLERATED:
            warnings.append(ServerWarning("clock-skew", f"{self._skew.total_seconds():+.0f}"))
        if self._is_elsewhere():
            warnings.append(ServerWarning("zone-mismatch", self._location[:20]))
        return warnings

    def _is_elsewhere(self) -> bool:
        """Whether the zone set has, all year round, the offsets of none that the server may mean."""
        zones = zones_of(self._location)
        return bool(zones) and _year_round(self._settings.zone, today := self.now().date()) not in (
            _year_round(zone, today) for zone in zones
        )

    def _offsets(self, near: datetime) -> frozenset[timedelta] | None:
        zones = zones_of(self._location)
        return offsets_near(zones, near) if zones else None

    def _earliest_now(self) -> datetime:
        return self.now() if self._skew is not None else self.now() - _UNTOLD


@lru_cache(maxsize=1024)
def _year_round(zone: tzinfo, day: date) -> tuple[timedelta | None, ...]:
    """Its offsets on that day and half a year later, by UTC."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return tuple(each.astimezone(zone).utcoffset() for each in (moment, moment + _HALF_A_YEAR))


def _repeats(warning: ServerWarning, old: ServerWarning) -> bool:
    """Whether it is no news after ``old``. A skew changes a little with every answer."""
    return warning == old or warning.code == old.code == "clock-skew"
