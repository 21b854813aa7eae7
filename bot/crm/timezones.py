"""The zones that a SoTimeZoneLocationCode can mean.

It is a country's code, or one with a region: ``NO``, ``US-NY`` (SuperOffice's documentation, so-timezone).
Which regions there are is not published, so a code stands for every zone of its country.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

__all__ = ["zones_of"]

_ALIASES = {"UK": "GB"}


@lru_cache(maxsize=256)  # a server may send anything
def zones_of(code: str) -> Sequence[ZoneInfo]:
    """The zones of a location code, by tzdata's ``zone.tab``; none for a code that it does not know."""
    country = code.strip().upper().partition("-")[0]
    if country == "UTC":
        return (ZoneInfo("UTC"),)
    return tuple(ZoneInfo(name) for name in _names().get(_ALIASES.get(country, country), ()))


@cache
def _names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, name, *_ = line.split("\t")
            names.setdefault(country, []).append(name)
    return names
