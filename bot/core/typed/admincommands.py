"""What admins type: who is linked, how the digests are doing, and to unlink somebody."""

import re

from bot.core.errors import BadCommand, Problem
from bot.core.typed.commands import AdminCommand, ListDigests, ListLinks, UnlinkOther
from bot.core.typed.spelling import nearest

__all__ = ["read_admin"]

#: Slack puts it there for a mention.
_USER = re.compile(r"@?([UW][A-Z0-9]+)", re.ASCII)
#: What takes nothing more.
_LISTS: dict[str, ListLinks | ListDigests] = {"links": ListLinks(), "digests": ListDigests()}


def read_admin(word: str, rest: str) -> AdminCommand:
    """``links``, ``digests``, or ``unlink @user``. Raises :class:`BadCommand`."""
    what, _, whom = rest.partition(" ")
    match what.casefold() or "links":
        case "links" | "digests" as name:
            if whom:
                raise BadCommand(Problem("takes-nothing", f"{word} {rest}", f"admin {name}"))
            return _LISTS[name]
        case "unlink":
            found = _USER.fullmatch(whom.strip())
            if found is None:
                raise BadCommand(Problem("whom", whom))
            return UnlinkOther(found[1])
        case _:
            near = nearest(what, tuple(_LISTS))
            raise BadCommand(Problem("admin-what", f"{word} {rest}", near and f"admin {near}"))
