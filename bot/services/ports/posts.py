"""What digests need of Slack: a message posted at most once, and found again where that is in doubt."""

from datetime import datetime
from typing import NamedTuple, Protocol

from bot.core.replies import Reader, Reply

__all__ = ["Place", "PostKey", "Posted", "Posts"]


class Place(NamedTuple):
    """Where a message goes."""

    workspace: str
    #: A channel's id; or a user's, for the direct message with them.
    channel: str
    #: The ``ts`` of the message in whose thread it goes; ``""``: into the conversation itself.
    thread: str = ""


class PostKey(NamedTuple):
    """What one message is known by. It goes with the message as metadata, which people do not see."""

    #: Of the claim: the same in every attempt. Letters, digits, ``-`` and ``_``.
    key: str
    #: 0 for the message itself, then counting those in its thread.
    part: int = 0


class Posted(NamedTuple):
    """A message that stands in Slack."""

    #: The conversation's own id, also where the place named a user.
    channel: str
    ts: str


class Posts(Protocol):
    """Posts to people and channels, within Slack's limits.

    A :class:`~bot.core.errors.SlackFailed` says what became of the message. ``passing``: not posted, and may
    be later, after ``retry_after`` seconds where Slack says so. ``in_doubt``: perhaps posted. ``permanent``:
    not posted, and nothing will be until somebody mends that. None of them: not posted, by a refusal that
    this bot does not know.
    """

    async def ready(self, place: Place) -> None:
        """Return when Slack's limits allow one more message there; it is then taken as sent.

        First come, first served, among those that could go.
        """
        ...

    async def post(self, place: Place, message: Reply, reader: Reader, key: PostKey) -> Posted:
        """Post a message, once: whatever happens, nothing here tries again. :meth:`ready` comes before."""
        ...

    async def find(self, place: Place, key: PostKey, since: datetime) -> Posted | None:
        """The bot's own message of that key there, not older than ``since`` (aware).

        ``None`` is certain as of now: Slack may show a message some time after it took it, so ask no sooner
        than a minute after the attempt. Raises :class:`~bot.core.errors.MissingScope` where the bot may not
        look at all.
        """
        ...
