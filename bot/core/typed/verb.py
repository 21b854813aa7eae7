"""How a verb of the command is defined."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.typed.commands import Command

__all__ = ["Verb"]


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of the command: how it is written, and how the rest of its line is read.

    What it does, in words, is ``verb.<name>``; more about it is ``verb.<name>.more``.
    """

    name: str
    #: Takes the verb as it was typed, and what follows it.
    read: Callable[[str, str], Command]
    argument: str = ""
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    #: It takes filters.
    filtered: bool = False
    #: It reads the rest of its line, filters included, itself.
    reads_filters: bool = False
    #: Its part of the hint that Slack shows, if not the name.
    hint: str = ""

    @property
    def usage(self) -> str:
        """The verb with its argument, such as ``since <when>``."""
        return f"{self.name} {self.argument}".rstrip()
