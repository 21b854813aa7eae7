"""A modal before its form is there, and one that says why there is none."""

from typing import Any

from bot.core.replies import Reader
from bot.slack.blocks.elements import Message, context
from bot.text import sentence

__all__ = ["loading_view", "notice_view"]


def loading_view(reader: Reader) -> dict[str, Any]:
    """What opens at once, while Slack or SuperOffice is asked."""
    return _view([context(sentence("form.loading", reader.locale))], reader)


def notice_view(message: Message, reader: Reader) -> dict[str, Any]:
    """A reply, buttons and all, in place of a form."""
    return _view(message.blocks, reader)


def _view(blocks: list[dict[str, Any]], reader: Reader) -> dict[str, Any]:
    titles = {"title": "form.channel.title", "close": "form.close"}
    return {
        "type": "modal",
        **{
            name: {"type": "plain_text", "text": sentence(id_, reader.locale)} for name, id_ in titles.items()
        },
        "blocks": blocks,
    }
