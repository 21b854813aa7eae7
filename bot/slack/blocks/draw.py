"""Each kind of reply to its drawing."""

from typing import assert_never

from bot.core.replies import (
    ActivityAnswer,
    Busy,
    CannotRead,
    Failed,
    HelpText,
    Kept,
    Linked,
    LinkOffer,
    Me,
    NotLinkedYet,
    Reader,
    Reply,
    Unlinked,
    UnlinkQuestion,
)
from bot.slack.blocks import notes
from bot.slack.blocks.answer import answer
from bot.slack.blocks.elements import Message

__all__ = ["draw"]


def draw(reply: Reply, reader: Reader, command: str) -> Message:  # noqa: C901 - one line for each kind
    """Draw a reply for its reader; ``command`` is the slash command's name, such as ``/superoffice``."""
    match reply:
        case ActivityAnswer():
            return answer(reply, reader, command)
        case Failed():
            return notes.failed(reply, reader, command)
        case Busy():
            return notes.busy(reader)
        case CannotRead():
            return notes.cannot_read(reply, reader, command)
        case HelpText():
            return notes.help_text(reply, reader, command)
        case LinkOffer():
            return notes.link_offer(reply, reader, command)
        case Linked():
            return notes.linked(reply, reader, command)
        case NotLinkedYet():
            return notes.not_linked(reply, reader, command)
        case Me():
            return notes.me(reply, reader, command)
        case UnlinkQuestion():
            return notes.unlink_question(reply, reader, command)
        case Unlinked():
            return notes.unlinked(reply, reader, command)
        case Kept():
            return notes.kept(reader)
        case _:
            assert_never(reply)
