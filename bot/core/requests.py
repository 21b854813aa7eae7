"""What people ask of the bot, however it reached it."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from bot.core.filters import Style
from bot.core.people import SlackChannel, SlackUser
from bot.core.secret import Secret
from bot.core.typed.command import MAX_DONE, MAX_LINE, parse
from bot.core.typed.commands import Command
from bot.core.typed.spelling import normalise
from bot.core.window import Mark, Window

__all__ = [
    "FIRST",
    "Ask",
    "AskAdmin",
    "AskChart",
    "AskWhyHidden",
    "AskWhyShown",
    "Confirm",
    "Conversation",
    "Decide",
    "Decline",
    "Do",
    "Forget",
    "LinkAgain",
    "LinkTo",
    "Mute",
    "Page",
    "PressAnothers",
    "Request",
    "Share",
    "Unmute",
    "Unshare",
    "Wish",
]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a reply goes: back to where it was asked, seen by the one who asked."""

    user: SlackUser
    channel: str
    #: Slack takes up to five replies there, within half an hour.
    response_url: Secret = field(repr=False)
    #: Opens one form there, within three seconds.
    trigger: Secret = field(default_factory=lambda: Secret(""), repr=False)
    #: The id of the modal that the reply is shown in, if one is open.
    view: str = ""
    #: It was pressed in the app's Home tab, where Slack takes no reply by ``response_url``.
    at_home: bool = False

    @property
    def place(self) -> SlackChannel:
        """Where it is, with its workspace."""
        return SlackChannel(self.user.workspace, self.channel)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of an answer to show, and how. A later page carries the window of the first."""

    #: How many companies came before it when it was offered.
    offset: int = 0
    window: Window | None = None
    #: Other than the command says.
    style: Style | None = None
    #: The last company before it.
    after: Mark | None = None


FIRST = Page()


@dataclass(frozen=True, slots=True)
class Ask:
    """A typed command, or a button that asks for another page of its answer."""

    text: str
    page: Page = FIRST


@dataclass(frozen=True, slots=True)
class Do:
    """What a form or a button of this bot's says: a command, which may be longer than what can be typed."""

    text: str
    #: Who is asked to share with the channel as well, by their ids.
    invited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskAdmin:
    """*Request*: let an admin decide about a command that I may not give myself."""

    text: str


@dataclass(frozen=True, slots=True)
class Decide:
    """*Approve* or *Decline*, of somebody's request."""

    id: int
    approve: bool


@dataclass(frozen=True, slots=True)
class AskChart:
    """*Show Chart*: the answer as a picture."""

    text: str
    page: Page = FIRST


@dataclass(frozen=True, slots=True)
class AskWhyHidden:
    """*Why?*: what SuperOffice would tell without filters, and what was left out."""

    text: str
    page: Page


@dataclass(frozen=True, slots=True)
class AskWhyShown:
    """*Why Am I Seeing This?*, of one company."""

    text: str
    page: Page
    company_id: int


@dataclass(frozen=True, slots=True)
class Mute:
    """Leave a company out of my answers. Its name, as it was shown, goes into what is said about it."""

    company_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Unmute:
    """Let a company back into my answers."""

    company_id: int


@dataclass(frozen=True, slots=True)
class Share:
    """Show a page of an answer to everybody in the channel: of the companies that were shown, no other."""

    text: str
    page: Page
    shown: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Unshare:
    """Delete what I shared."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class LinkAgain:
    """The button that leads to the one-time page, however old it is."""


@dataclass(frozen=True, slots=True)
class LinkTo:
    """The button that leads to the one-time page of one tenant."""

    tenant: str
    #: What is answered once linked; ``""`` for nothing.
    text: str = ""


@dataclass(frozen=True, slots=True)
class Forget:
    """The button that deletes all that is stored about me."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """The button that unlinks."""


@dataclass(frozen=True, slots=True)
class Decline:
    """The button that does not."""


@dataclass(frozen=True, slots=True)
class PressAnothers:
    """A button that was drawn for somebody else."""


Wish = (
    Ask
    | Do
    | AskAdmin
    | Decide
    | AskChart
    | AskWhyHidden
    | AskWhyShown
    | Mute
    | Unmute
    | Share
    | Unshare
    | LinkAgain
    | LinkTo
    | Forget
    | Confirm
    | Decline
    | PressAnothers
)


@dataclass(frozen=True)
class Request:
    """One delivery of Slack's."""

    #: What tells this delivery from every other: the trigger id.
    delivery: str
    conversation: Conversation
    wish: Wish
    #: A button or a menu was pressed: the acknowledgement can say nothing.
    pressed: bool = False
    #: The reply takes the place of the message whose button was pressed.
    replace: bool = False
    received_at: datetime | None = field(default=None, compare=False)
    #: What finds its lines in the log; it is told with whatever fails.
    reference: str = field(default="", compare=False)

    @property
    def asked(self) -> str:
        """What was typed, less what a phone or a copy added: it goes into buttons, which hold little."""
        return normalise(getattr(self.wish, "text", ""))

    @cached_property
    def command(self) -> Command:
        """What was typed, read. Raises :class:`BadCommand` with every problem."""
        return parse(self.asked, MAX_DONE if isinstance(self.wish, Do) else MAX_LINE)

    @property
    def page(self) -> Page:
        """The page that is asked for."""
        page = getattr(self.wish, "page", FIRST)
        return page if isinstance(page, Page) else FIRST
