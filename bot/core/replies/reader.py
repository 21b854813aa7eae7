"""Who reads a reply."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

__all__ = ["Reader"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a reply: in which language, and by which clock."""

    zone: ZoneInfo
    locale: str = "en"
    #: The Slack user's id: buttons are for nobody else.
    user: str = ""
    #: Slack names no zone for this reader: the tenant's is used, and the reply says so.
    zone_is_assumed: bool = False
