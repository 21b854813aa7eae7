"""Which requests need SuperOffice, and so may take a while."""

from bot.core.errors import BadCommand
from bot.core.requests import Ask, AskChart, AskWhyHidden, AskWhyShown, Do, Request, Share
from bot.core.typed.channelcommands import ForChannel, JoinChannel, NarrowMine, ShowMine
from bot.core.typed.commands import SaveFilter, ShowActivity, ShowChart
from bot.core.typed.digestcommands import OpenDigestForm, PreviewDigest, SetDigest, TestDigest

__all__ = ["asks_the_crm", "opens_a_form"]

COMMANDS = (
    ShowActivity,
    ShowChart,
    SaveFilter,
    SetDigest,
    PreviewDigest,
    TestDigest,
    JoinChannel,
    NarrowMine,
    ShowMine,
)


def asks_the_crm(request: Request) -> bool:
    """Whether the reply to a request needs SuperOffice, which may be slow."""
    match request.wish:
        case Ask() | Do():
            try:
                command = request.command
                return isinstance(command.command if isinstance(command, ForChannel) else command, COMMANDS)
            except BadCommand as bad:
                return bool(bad.categories)  # whether there are such
        case AskChart() | AskWhyHidden() | AskWhyShown() | Share():
            return True
        case _:
            return False


def opens_a_form(request: Request) -> bool:
    """Whether the reply is a form for which Slack or SuperOffice is asked first: it opens empty, at once."""
    if not isinstance(request.wish, Ask):
        return False
    try:
        return request.command in (ForChannel(OpenDigestForm()), NarrowMine())
    except BadCommand:
        return False
