"""Public holidays, by country or region, from the library ``holidays``.

To import it takes some 0.15 s, so that waits until somebody wants holidays left out. Where nobody may wait
for it, as in the loop, :func:`load` is called before, in a thread.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from types import ModuleType

from babel import Locale

from bot.core.slots import NO_HOLIDAYS, Holidays

__all__ = ["COUNTRIES", "holidays_in", "load"]


class _Countries(Mapping[str, str]):
    """The names of countries by their codes (``NO``), and of regions, which are not listed (``DE-BY``)."""

    def __getitem__(self, code: str) -> str:
        country, _, region = code.partition("-")
        name = _names()[country]
        if region and region not in _library().country_holidays(country).subdivisions:
            raise KeyError(code)
        return f"{name} ({region})" if region else name

    def __iter__(self) -> Iterator[str]:
        return iter(_names())

    def __len__(self) -> int:
        return len(_names())


#: The countries whose holidays are known. Lists countries alone; knows their regions when asked.
COUNTRIES: Mapping[str, str] = _Countries()


def holidays_in(code: str | None) -> Holidays:
    """The holidays of a country or region, each by its English name where there is one.

    No holidays for ``None``, and for a code that the library no longer knows: the digest comes all the same.
    """
    return _calendar(code) if code and code in COUNTRIES else NO_HOLIDAYS


def load() -> None:
    """Import the library, so that nobody has to wait for it later."""
    _names()


@cache
def _library() -> ModuleType:
    import holidays

    return holidays


@cache
def _names() -> dict[str, str]:
    territories = Locale("en").territories
    codes = sorted(names[1] for names in _library().registry.COUNTRIES.values())
    return {code: territories.get(code, code) for code in codes}


@cache
def _calendar(code: str) -> Holidays:
    country, _, region = code.partition("-")
    found = _library().country_holidays(country, subdiv=region or None, language="en_US")

    def name(day: date) -> str:
        return found.get(day) or ""

    return name
