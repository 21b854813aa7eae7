"""Who is who, in Slack and in SuperOffice."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.core.secret import Secret
from bot.core.signin import ONSITE_TICKET_LIFE, Ending

__all__ = ["Link", "LinkState", "Principal", "Profile", "SlackChannel", "SlackUser", "Whose"]


class SlackUser(NamedTuple):
    """A Slack user. The user's id alone is not unique: the workspace is part of the key."""

    workspace: str
    user: str


class SlackChannel(NamedTuple):
    """A conversation in Slack, in the workspace whose install of the bot asks about it and posts there."""

    workspace: str
    channel: str


#: Whose digest: a user's own, in their direct messages, or a channel's.
Whose = SlackUser | SlackChannel


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack tells about a user (``users.info``)."""

    user: SlackUser
    name: str
    #: IANA name, or ``None`` where Slack has none or one that this machine's zone data does not know.
    zone: str | None = None
    locale: str = "en"
    email: str | None = None
    #: ``is_restricted``, ``is_ultra_restricted``, ``is_stranger``, or of another workspace.
    is_guest: bool = False
    is_admin: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a ticket belongs to (SuperOffice's ``SoPrincipalCarrier``)."""

    associate_id: int
    person_id: int
    full_name: str
    #: The associate's login name, such as ``SAL0``.
    login: str
    email: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A Slack user linked to a SuperOffice user. Date-times are aware, in UTC."""

    user: SlackUser
    tenant: str
    principal: Principal
    linked_at: datetime
    #: When the ticket was last used; an onsite ticket dies six hours later.
    used_at: datetime
    ticket: Secret = field(repr=False)
    #: When the user last asked `catchup` here; ``None`` for never.
    caught_up_at: datetime | None = None
    #: When the user last asked for anything that needs the ticket; ``None`` for never since linking.
    asked_at: datetime | None = None
    #: Onsite: when the ticket is used next, to keep it alive.
    keep_at: datetime | None = None
    #: Online: what a new access token is had for, and when the one in ``ticket`` ends.
    refresh_token: Secret | None = field(default=None, repr=False)
    token_expires_at: datetime | None = None
    #: The sign-in is over; the user has to sign in again.
    ending: Ending | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When the sign-in ends if nothing is done about it; ``None``: not by itself."""
        return None if self.refresh_token else self.used_at + ONSITE_TICKET_LIFE


@dataclass(frozen=True, slots=True)
class LinkState:
    """How a link is doing, without its ticket: for admins. Date-times are aware, in UTC."""

    user: SlackUser
    tenant: str
    full_name: str
    linked_at: datetime
    asked_at: datetime | None
    #: When the sign-in ends if nothing is done about it; ``None``: not by itself.
    expires_at: datetime | None
    #: What the bot's last use of the ticket came to: ``ok``, an error's code, or ``""`` before the first.
    outcome: str
    checked_at: datetime | None
    ending: Ending | None
    #: Whether the user was told of it: ``told``, ``uncertain``, ``failed``, ``claimed``, ``silent`` for when
    #: they ask, or ``""``.
    told: str
    #: A digest that is on keeps the ticket alive, whoever asks for how little.
    has_digest: bool = False
