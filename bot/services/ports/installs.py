"""What the use cases need of Slack's installs of the app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.core.secret import Secret

__all__ = ["Installation", "Installations", "Installs", "SlackApp"]


@dataclass(frozen=True, slots=True)
class Installation:
    """The app in a workspace, or by one token in all workspaces of an organisation on Enterprise Grid."""

    #: Of the workspace, or of the organisation.
    id: str
    name: str
    #: The organisation that a workspace is of, or that it is itself; ``None`` for a workspace of its own.
    organization: str | None
    is_organization: bool
    installed_at: datetime
    token: Secret = field(repr=False)


class Installations(Protocol):
    """The installs, their tokens sealed; and which workspaces those of organisations serve."""

    async def put(self, installation: Installation) -> None:
        """Keep one; an older one of the same workspace or organisation is replaced."""
        ...

    async def all(self) -> Sequence[Installation]:
        """All whose tokens open."""
        ...

    async def remove(self, id_: str) -> bool:
        """Delete one, and which workspaces it serves; whether there was one."""
        ...

    async def serve(self, workspace: str, organization: str) -> None:
        """Remember that a workspace is served by the install of its organisation."""
        ...

    async def unserve(self, workspace: str) -> None:
        """It is no longer."""
        ...

    async def served(self) -> Mapping[str, str]:
        """The organisations by whose installs workspaces are served."""
        ...

    async def remember(self, token: Secret, id_: str, name: str) -> None:
        """Of which workspace the token in the settings is; any other's is forgotten."""
        ...

    async def recall(self, token: Secret) -> tuple[str, str] | None:
        """The id and the name of the workspace that a token was last seen to be of."""
        ...

    async def forget(self) -> None:
        """Slack no longer takes the token in the settings."""
        ...


class Installs(Protocol):
    """The installs in use."""

    async def add(self, installation: Installation) -> None:
        """Use one from now on."""
        ...

    async def is_over(self, id_: str, at: datetime) -> bool:
        """Whether the install of a workspace or organisation is no longer good, of which Slack told ``at``.

        Not where the app has been installed anew since, or Slack takes the token all the same.
        """
        ...

    async def drop(self, id_: str) -> Sequence[str]:
        """Use it no more; the workspaces that the bot is then no longer in. It may be gone already."""
        ...


class SlackApp(Protocol):
    """The app itself, as Slack knows it."""

    def address(self, state: Secret, redirect_uri: str) -> Secret:
        """Where to send the browser of who installs it."""
        ...

    async def redeem(self, code: Secret, redirect_uri: str, now: datetime) -> Installation:
        """Trade a code for an install.

        Raises :class:`~bot.core.onlineerrors.WrongCode`, :class:`~bot.core.onlineerrors.InstallRotates` and
        :class:`~bot.core.errors.SlackFailed`.
        """
        ...

    async def withdraw(self, installation: Installation) -> None:
        """Uninstall it again. Raises :class:`~bot.core.errors.SlackFailed`."""
        ...
