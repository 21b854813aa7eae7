"""What is said of muted companies and saved filters."""

from dataclasses import dataclass

from bot.core.filters import Filter, MutedCompany, SavedFilter

__all__ = ["FilterList", "FilterRemoved", "FilterSaved", "Muted", "MutedList"]


@dataclass(frozen=True, slots=True)
class Muted:
    """A company is muted now."""

    company: MutedCompany


@dataclass(frozen=True, slots=True)
class MutedList:
    """The companies that are muted: one page of them."""

    companies: tuple[MutedCompany, ...]
    total: int
    offset: int = 0
    #: The one that has just been let back in.
    unmuted: MutedCompany | None = None


@dataclass(frozen=True, slots=True)
class FilterList:
    """The saved filters."""

    filters: tuple[SavedFilter, ...]


@dataclass(frozen=True, slots=True)
class FilterSaved:
    """A filter is saved; what had the name before."""

    saved: SavedFilter
    before: Filter | None = None


@dataclass(frozen=True, slots=True)
class FilterRemoved:
    """A saved filter is gone."""

    removed: SavedFilter
    #: The user's digest filters by it, and comes to nothing without it.
    is_in_digest: bool = False
