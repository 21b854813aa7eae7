"""The playground: a small Slack in the browser, the real bot and the demo's SuperOffice behind it."""

from bot.demo.playground.server import Playground

__all__ = ["Playground"]
