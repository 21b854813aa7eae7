"""Who somebody is to a channel, and what that lets them do with its digest.

Slack is asked for all of it in every handler; nothing that a payload says of its sender counts.
"""

from enum import StrEnum

from bot.core.audience import Channel
from bot.core.people import Profile

__all__ = ["Denied", "Standing", "standing"]


class Standing(StrEnum):
    """The first that fits counts."""

    #: Deactivated, a guest, or of another organisation.
    GUEST = "guest"
    #: Not in the channel, and nobody who may decide about it from outside.
    OUTSIDER = "outsider"
    #: Named by this bot's settings.
    APP_ADMIN = "app-admin"
    #: An owner or admin of the workspace.
    ADMIN = "admin"
    CREATOR = "creator"
    MEMBER = "member"

    @property
    def may_look(self) -> bool:
        """May see how the channel's digest stands, join it and ask for changes."""
        return self not in (Standing.GUEST, Standing.OUTSIDER)

    @property
    def may_approve_guests(self) -> bool:
        """May let guests read along: whoever answers for the workspace, not for the channel alone."""
        return self in (Standing.APP_ADMIN, Standing.ADMIN)

    @property
    def may_configure(self) -> bool:
        """May set it up, change and remove it, and decide about what others ask for."""
        return self in (Standing.APP_ADMIN, Standing.ADMIN, Standing.CREATOR)


class Denied(StrEnum):
    """Why somebody may not do that; its words are ``denied.<code>``."""

    GUEST = "guest"
    OUTSIDER = "outsider"
    #: It is for admins: somebody else is asked.
    NOT_ADMIN = "not-admin"
    #: It is for admins of the workspace and of this bot; nobody can be asked for it.
    NO_GUESTS = "no-guests"
    #: The channel's settings come from a file.
    MANAGED = "managed"
    #: Who is to share must be in the channel.
    NOT_IN_CHANNEL = "not-in-channel"
    #: It is for admins and those who share.
    NOT_SHARING = "not-sharing"
    #: The bot must be in the channel, or Slack does not tell it who is.
    NOT_INVITED = "not-invited"
    #: What somebody asked an admin for is asked for no more, or anew.
    NO_REQUEST = "no-request"
    #: Not a channel at all: a direct message.
    NO_CHANNEL = "no-channel"


def standing(profile: Profile, channel: Channel, *, is_in: bool, is_app_admin: bool) -> Standing:
    """Who a user is to a channel. To those outside it, a private one is as if there were none."""
    if profile.is_guest or profile.is_deleted:
        return Standing.GUEST
    if not is_in and (channel.is_private or not channel.is_member):
        return Standing.OUTSIDER
    if is_app_admin:
        return Standing.APP_ADMIN
    if profile.is_admin:
        return Standing.ADMIN
    if not is_in:
        return Standing.OUTSIDER
    return Standing.CREATOR if profile.user.user == channel.creator else Standing.MEMBER
