"""A modal before its form is there, and one that holds something else than a form."""

from typing import Any

from bot.core.replies import Reader
from bot.slack.blocks.elements import Message, context
from bot.text import sentence

__all__ = ["loading_view", "notice_view", "unreadable_view"]


def loading_view(reader: Reader) -> dict[str, Any]:
    """What opens at once, while Slack or SuperOffice is asked."""
    return _view([context(sentence("form.loading", reader.locale))], reader, "form.channel.title")


def notice_view(message: Message, reader: Reader) -> dict[str, Any]:
    """A reply, buttons and all."""
    return _view(message.blocks, reader, "form.notice.title")


def unreadable_view(reader: Reader) -> dict[str, Any]:
    """In the place of a form that came back as none that this bot ever opened."""
    return _view([context(sentence("form.unreadable", reader.locale))], reader, "form.notice.title")


def _view(blocks: list[dict[str, Any]], reader: Reader, title: str) -> dict[str, Any]:
    titles = {"title": title, "close": "form.close"}
    return {
        "type": "modal",
        **{
            name: {"type": "plain_text", "text": sentence(id_, reader.locale)} for name, id_ in titles.items()
        },
        "blocks": blocks,
    }
