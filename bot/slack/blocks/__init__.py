"""Replies as Slack's blocks: pure functions of the reply, its reader and the command's name."""

from bot.slack.blocks.draw import draw
from bot.slack.blocks.elements import Message
from bot.slack.blocks.share import draw_shared

__all__ = ["Message", "draw", "draw_shared"]
