"""Which requests need SuperOffice, and so may take a while."""

from bot.core.command import SaveFilter, ShowActivity, parse
from bot.core.digestcommands import PreviewDigest, SetDigest, TestDigest
from bot.core.errors import BadCommand
from bot.core.requests import Ask, AskWhyHidden, AskWhyShown, Request, Share

__all__ = ["asks_the_crm"]

COMMANDS = (ShowActivity, SaveFilter, SetDigest, PreviewDigest, TestDigest)


def asks_the_crm(request: Request) -> bool:
    """Whether the reply to a request needs SuperOffice, which may be slow."""
    match request.wish:
        case Ask(text):
            try:
                return isinstance(parse(text), COMMANDS)
            except BadCommand as bad:
                return bool(bad.categories)  # whether there are such
        case AskWhyHidden() | AskWhyShown() | Share():
            return True
        case _:
            return False
