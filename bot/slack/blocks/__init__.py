"""Replies as Slack blocks: pure functions, plain dicts."""

from bot.slack.blocks.draw import draw
from bot.slack.blocks.elements import Message

__all__ = ["Message", "draw"]
