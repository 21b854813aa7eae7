"""Time zones as they are typed: ``Europe/Oslo`` in any case, or the city alone."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.core.typed.spelling import comparable, nearest

__all__ = ["nearest_zones", "zone_named", "zone_names"]

#: Files that some systems keep beside the zones.
_NO_ZONES = {"localtime", "posixrules", "Factory"}
#: In these areas the last part of a name is no city: ``Etc/GMT+1`` is an hour *behind* Greenwich.
_NO_CITIES = ("Etc/", "US/", "Canada/", "Mexico/", "Brazil/", "Chile/")
#: Countries of one zone, which people name for it. They are understood as suggestions alone.
_COUNTRIES = {
    "norway": "Europe/Oslo",
    "sweden": "Europe/Stockholm",
    "denmark": "Europe/Copenhagen",
    "finland": "Europe/Helsinki",
    "germany": "Europe/Berlin",
    "netherlands": "Europe/Amsterdam",
    "belgium": "Europe/Brussels",
    "switzerland": "Europe/Zurich",
    "austria": "Europe/Vienna",
    "france": "Europe/Paris",
    "uk": "Europe/London",
    "england": "Europe/London",
    "ireland": "Europe/Dublin",
    "italy": "Europe/Rome",
    "india": "Asia/Kolkata",
}


@cache
def zone_names() -> frozenset[str]:
    """The IANA names of all zones."""
    return frozenset(available_timezones()) - _NO_ZONES


def zone_named(text: str) -> str:
    """The IANA name of the zone, or of the only zone with such a city; ``""`` where there is none."""
    name = _letters(text)
    if exact := _by_name().get(name):
        return exact
    cities = _by_city().get(name, ())
    return max(cities, key=len) if cities and _alike(cities) else ""


def nearest_zones(text: str) -> tuple[str, ...]:
    """The zones, two at most, that were probably meant."""
    name = _letters(text)
    if cities := _by_city().get(name):
        return cities[:2]
    if country := _COUNTRIES.get(name):
        return (country,)
    if ahead := re.fullmatch(r"(?:utc|gmt)?([+-])0?(\d{1,2})(?::?00)?", name.replace("_", "")):
        turned = "-" if ahead[1] == "+" else "+"  # POSIX counts westwards
        return tuple(zone for zone in (f"Etc/GMT{turned}{ahead[2]}",) if zone in zone_names())
    near = nearest(name, [name for name in (*_by_name(), *_by_city()) if not name.startswith("etc/")], 0.7)
    found = _by_name().get(near) or zone_named(near)
    return (found,) if found else ()


def _letters(text: str) -> str:
    return comparable(text).replace(" ", "_")


@cache
def _by_name() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(zone_names())}


@cache
def _by_city() -> dict[str, tuple[str, ...]]:
    cities: dict[str, tuple[str, ...]] = {}
    for name in sorted(zone_names()):
        if "/" in name and not name.startswith(_NO_CITIES):
            city = name.rpartition("/")[2].casefold()
            cities[city] = (*cities.get(city, ()), name)
    return cities


def _alike(names: tuple[str, ...]) -> bool:
    """Whether the zones are one under several names, as far as clocks show."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(days=7 * week) for week in range(1100)] if len(names) > 1 else []
    zones = [ZoneInfo(name) for name in names]
    return all(len({moment.astimezone(zone).utcoffset() for zone in zones}) == 1 for moment in moments)
