"""What is said when there is no answer, or not yet."""

from dataclasses import dataclass

from bot.core.errors import Problem
from bot.core.requests import FIRST, Page

__all__ = ["Busy", "CannotRead", "Failed", "HelpText", "NotYours", "StillAsking"]


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong. ``code`` and ``params`` say what; ``reference`` finds it in the log."""

    code: str
    params: dict[str, object]
    reference: str
    #: The command that failed, to be tried again; ``""`` where that makes no sense.
    command: str = ""
    #: The page of its answer that was asked for.
    page: Page = FIRST


@dataclass(frozen=True, slots=True)
class Busy:
    """As many commands wait as this bot takes at once."""


@dataclass(frozen=True, slots=True)
class StillAsking:
    """SuperOffice has not answered yet; the answer is still to come."""

    #: What was typed; ``""`` where a button was pressed.
    command: str = ""
    #: The answer will take the place of the message whose button was pressed.
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class CannotRead:
    """The command makes no sense to the bot; each problem with the nearest valid form."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class HelpText:
    """What one can type; about one verb, if it is named."""

    verb: str = ""


@dataclass(frozen=True, slots=True)
class NotYours:
    """The button is somebody else's."""
