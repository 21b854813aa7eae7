"""What the use cases need of Slack."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.audience import Channel, Crowd
from bot.core.people import Profile, SlackChannel, SlackUser
from bot.core.replies import MyData, Reader, Reply, SharedPage
from bot.core.requests import Conversation
from bot.core.secret import Secret
from bot.services.ports.crm import Authorization

__all__ = ["Admins", "Channels", "Messenger", "People", "Places", "SlackIdentities", "SlackIdentity"]


class People(Protocol):
    """What Slack tells about its users."""

    async def profile(self, user: SlackUser) -> Profile:
        """The user's profile, at most minutes old."""
        ...

    def known(self, user: SlackUser) -> Profile | None:
        """What was told of the user last, if that is at hand: nobody is asked."""
        ...


class Messenger(Protocol):
    """Tells people things in Slack."""

    async def reply(self, to: Conversation, reply: Reply, reader: Reader, *, replace: bool = False) -> None:
        """Show a reply to the one who asked; as a direct message where the conversation takes no more.

        ``replace`` puts it in the place of the message whose button was pressed.
        """
        ...

    async def open(self, to: Conversation, reader: Reader) -> str:
        """Open a form that is still empty, to show the reply in; its id, ``""`` where it did not open."""
        ...

    async def tell(self, user: SlackUser, notice: Reply, reader: Reader) -> None:
        """Tell a user something unasked, as a direct message; never twice.

        Raises :class:`~bot.core.errors.SlackFailed`, which says whether it may have arrived all the same.
        """
        ...

    async def hand_over(self, data: MyData, reader: Reader) -> None:
        """Send a user what is stored about them, as a file in a direct message.

        Raises :class:`~bot.core.errors.SlackFailed`.
        """
        ...


class Admins(Protocol):
    """Who runs the bot."""

    async def of(self, tenant: str) -> Sequence[SlackUser]:
        """Those to tell of what only they can mend, in every workspace that may use the tenant."""
        ...

    async def of_workspace(self, workspace: str) -> Sequence[SlackUser]:
        """Those of one workspace."""
        ...


@dataclass(frozen=True, slots=True)
class SlackIdentity:
    """Who is signed in to Slack in a browser, as Slack's ``id_token`` says."""

    user: SlackUser
    #: The organisation on Enterprise Grid whose user it is: the same user in all of its workspaces.
    organization: str | None = None


class SlackIdentities(Protocol):
    """Sign in with Slack."""

    def address(
        self, authorization: Authorization, state: Secret, redirect_uri: str, workspace: str
    ) -> Secret:
        """Where to send the browser, to sign in to that workspace."""
        ...

    async def redeem(self, code: Secret, authorization: Authorization, redirect_uri: str) -> SlackIdentity:
        """Trade a code for who signed in.

        Raises :class:`~bot.core.onlineerrors.WrongCode`,
        :class:`~bot.core.onlineerrors.IdentityRefused` and :class:`~bot.core.errors.SlackFailed`.
        """
        ...


class Places(Protocol):
    """The workspaces that the bot is installed in."""

    @property
    def own(self) -> str | None:
        """The workspace that the settings name the token of, as far as it is known."""
        ...

    def organization(self, workspace: str) -> str | None:
        """The organisation by whose install the bot serves a workspace, if it does."""
        ...


class Channels(Protocol):
    """Slack's conversations: what they are, who is in them, and what the bot posts there.

    Every method raises :class:`~bot.core.errors.SlackFailed`.
    """

    async def look(self, place: SlackChannel) -> Channel:
        """What the conversation is, asked of Slack each time.

        A private one that the bot is not in looks like none; then ``is_member`` is false.
        """
        ...

    async def crowd(self, place: SlackChannel) -> Crowd:
        """Who is in it, asked of Slack each time, and how many of them are guests."""
        ...

    async def is_in(self, place: SlackChannel, user: SlackUser) -> bool:
        """Whether a user is in it, asked of Slack each time."""
        ...

    async def post(self, place: SlackChannel, page: SharedPage, reader: Reader) -> str:
        """Post a page for everybody there; return the message's ``ts``."""
        ...

    async def delete(self, place: SlackChannel, ts: str) -> None:
        """Delete a message of the bot's own. One that is gone already counts as deleted."""
        ...
