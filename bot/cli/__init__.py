"""The command line: ``python -m bot``. A module for each family of commands; what they do is elsewhere."""

from bot.cli.main import main

__all__ = ["main"]
