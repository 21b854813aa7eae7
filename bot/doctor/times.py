"""Zone data, and what other servers' clocks say."""

import re
import zoneinfo
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import tzdata

from bot.doctor.findings import Check, Finding, Patient, good, problem, warning

__all__ = ["TIMES", "http_date", "zone_data"]


def http_date(text: object) -> datetime | None:
    """The time in a ``Date`` header, in UTC; ``None`` where it is none."""
    try:
        return parsedate_to_datetime(str(text)).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def zone_data() -> tuple[str, str]:
    """The version of the zone data in use, such as ``2026b`` (``""``: unknown), and where it is from."""
    for folder in map(Path, zoneinfo.TZPATH):
        for name in ("tzdata.zi", "+VERSION"):
            file = folder / name
            if file.is_file():
                found = re.search(r"\d{4}[a-z]", file.read_text("utf-8", "replace")[:100])
                return (found[0] if found else "", str(folder))
        if (folder / "Europe/Oslo").is_file():
            return "", str(folder)
    return tzdata.IANA_VERSION, "the package tzdata"


async def _zones(patient: Patient) -> AsyncIterator[Finding]:
    unknown = sorted(zone for zone in await _in_use(patient) if not _is_known(zone))
    if unknown:
        yield problem(
            f"digests use zones that this machine does not know: {', '.join(unknown)}",
            "bring the zone data up to date: tzdata",
        )
    version, place = zone_data()
    if version and int(version[:4]) < patient.now.year - 1:
        yield warning(
            f"the zone data is of {version} ({place}): clock changes since are missing",
            "bring it up to date: tzdata",
        )
    else:
        yield good(f"zone data {version or 'of an unknown version'} ({place})")


async def _in_use(patient: Patient) -> list[str]:
    query = "SELECT DISTINCT zone FROM subscriptions"
    return [zone for (zone,) in await patient.stored(lambda store: store.db.rows(query))]


def _is_known(zone: str) -> bool:
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


TIMES = (Check("zones", _zones),)
