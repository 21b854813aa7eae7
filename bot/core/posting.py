"""Why Slack takes no message there, today or tomorrow."""

from enum import StrEnum

__all__ = ["Unpostable"]


class Unpostable(StrEnum):
    """What somebody has to mend before anything can be posted there again."""

    #: The user is deactivated, or unknown.
    USER_GONE = "user-gone"
    #: The channel is deleted; or private, and the bot is not in it: Slack tells the two apart to nobody.
    CHANNEL_GONE = "channel-gone"
    ARCHIVED = "archived"
    #: The bot is not in the channel.
    NOT_IN_CHANNEL = "not-in-channel"
    #: The workspace's or the channel's own rules: who may post, threads only, no Messages tab.
    NOT_ALLOWED = "not-allowed"
    #: The bot's token is no good any more, or not good for this workspace: removed, revoked, expired.
    APP_REMOVED = "app-removed"
    #: The token lacks a scope.
    MISSING_SCOPE = "missing-scope"
    #: The message itself: its blocks, its size, its metadata.
    UNSENDABLE = "unsendable"
