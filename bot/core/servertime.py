"""The start to ask of a server that reads zone-less times, in a zone that nobody can be sure of.

SuperOffice takes ``ActivityStartTime`` without a zone, and a start in its future silently means "since the
last log-out" (reference of ``GetMyActiveContacts``). It may read the start as UTC, in the tenant's base zone
or in the zone that it names in its ``TimeZone`` header. So the start sent is early enough in each of these
readings to lose nothing, and in none of them in the server's future.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

__all__ = ["MARGIN", "ServerWarning", "may_be_future", "offsets_near", "skew", "wire_start"]

#: What is added to every overlap: a start is late by an hour where clocks change, and clocks are a bit off.
MARGIN = timedelta(hours=1)

#: The westernmost offset there is: at least as many hours can a server lie behind UTC that names no zone.
_WESTERNMOST = timedelta(hours=-12)

#: In the future in every zone (the easternmost is 14 hours ahead), even if the clock is a day slow.
_SURELY_AHEAD = timedelta(days=3)

_SECOND, _HOUR, _DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ServerWarning:
    """Something about a tenant's server that an administrator should look at; in words ``warning.<code>``."""

    #: ``clock-skew``, ``no-date`` or ``zone-mismatch``.
    code: str
    #: The seconds that the server's clock is ahead, or the location that it names.
    detail: str = ""


def skew(server_date: datetime, received: datetime) -> timedelta:
    """How far the server's clock is ahead of the bot's, in whole seconds, rather too little than too much.

    ``server_date`` is the answer's ``Date`` header, cut to a second and older than its arrival by its time
    on the way: added to the bot's clock, the difference never runs ahead of the server's own.
    """
    return (server_date - received) // _SECOND * _SECOND


def offsets_near(zones: Iterable[tzinfo], instant: datetime) -> frozenset[timedelta]:
    """Every UTC offset that the zones have within a day of ``instant``: clocks may change in between.

    It is looked at by the hour, so within up to an hour more.
    """
    return _offsets_near(tuple(zones), _hour(instant))


def _hour(instant: datetime) -> int:
    return int(instant.timestamp()) // 3600


@lru_cache(maxsize=1024)
def _offsets_near(zones: tuple[tzinfo, ...], hour: int) -> frozenset[timedelta]:
    """A country can have thirty zones, and each call asks about twice; ``hour`` is counted from 1970."""
    begins = _EPOCH + hour * _HOUR
    return frozenset(
        offset
        for zone in zones
        for moment in (begins - _DAY, begins, begins + _HOUR, begins + _HOUR + _DAY)
        if (offset := moment.astimezone(zone).utcoffset()) is not None
    )


def wire_start(
    since: datetime | None, zone: tzinfo, server_now: datetime, server_offsets: frozenset[timedelta] | None
) -> datetime:
    """The naive start to send for everything ``since`` an instant.

    Args:
        since: aware; ``None`` asks for everything since the user's last log-out, so the start sent is
            in the server's future on purpose, in every reading.
        zone: the tenant's base zone, in which the start is written.
        server_now: the server's clock, aware; rather behind than ahead of it.
        server_offsets: the UTC offsets that the server's own zone may have near ``since``; ``None`` if it
            names no zone, which is read as "any".
    """
    if since is None:
        return server_now.astimezone(UTC).replace(tzinfo=None) + _SURELY_AHEAD
    local = min(since, server_now).astimezone(zone)
    return local.replace(tzinfo=None) - _overlap(zone, _hour(local), local.utcoffset(), server_offsets)


def may_be_future(
    start: datetime, zone: tzinfo, server_now: datetime, server_offsets: frozenset[timedelta] | None
) -> bool:
    """Whether any reading puts the naive ``start`` in the server's future; ``server_now`` is aware."""
    now = server_now.astimezone(UTC).replace(tzinfo=None)
    if start - _WESTERNMOST <= now:
        return False
    return start - min(_readings(offsets_near((zone,), server_now), server_offsets)) > now


@lru_cache(maxsize=1024)
def _overlap(
    zone: tzinfo, hour: int, offset: timedelta | None, server_offsets: frozenset[timedelta] | None
) -> timedelta:
    """How much earlier to ask for a start in that hour, at this offset: nearly all ask for the same few.

    The first is what reads right in every zone. The second is longer west of Greenwich only: a server may
    take the start for its own zone, and compare that with local times as if they were UTC.
    """
    own = _offsets_near((zone,), hour)
    return MARGIN + max((offset or timedelta(0)) - min(_readings(own, server_offsets)), *map(abs, own))


def _readings(own: frozenset[timedelta], server: frozenset[timedelta] | None) -> frozenset[timedelta]:
    return own.union((timedelta(0),), (_WESTERNMOST,) if server is None else server)
