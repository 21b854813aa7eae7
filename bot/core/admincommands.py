"""What admins type: who is linked, and to unlink somebody."""

import re

from bot.core.commands import ListLinks, UnlinkOther
from bot.core.errors import BadCommand, Problem
from bot.core.spelling import nearest

__all__ = ["read_admin"]

#: Slack puts it there for a mention.
_USER = re.compile(r"@?([UW][A-Z0-9]+)", re.ASCII)
_LINKS = "admin links"


def read_admin(word: str, rest: str) -> ListLinks | UnlinkOther:
    """``links``, or ``unlink @user``. Raises :class:`BadCommand`."""
    what, _, whom = rest.partition(" ")
    match what.casefold():
        case "" | "links":
            if whom:
                raise BadCommand(Problem("takes-nothing", f"{word} {rest}", _LINKS))
            return ListLinks()
        case "unlink":
            found = _USER.fullmatch(whom.strip())
            if found is None:
                raise BadCommand(Problem("whom", whom))
            return UnlinkOther(found[1])
        case _:
            near = nearest(what, ("links",))
            raise BadCommand(Problem("admin-what", f"{word} {rest}", near and _LINKS))
