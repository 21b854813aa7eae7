"""What people type to link."""

from bot.core.errors import BadCommand, Problem
from bot.core.typed.commands import LinkMe

__all__ = ["read_link"]


def read_link(word: str, rest: str) -> LinkMe:
    """Alone, or with the id of a tenant: which there are, the settings tell. Raises :class:`BadCommand`."""
    if len(rest.split()) > 1 or ":" in rest:
        raise BadCommand(Problem("takes-nothing", f"{word} {rest}", "link"))
    return LinkMe(rest.casefold())
