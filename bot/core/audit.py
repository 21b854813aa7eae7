"""What must be accounted for later: who did what to whom, when, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.people import SlackUser

__all__ = ["AuditAction", "Deed", "Departure", "Retention"]


class AuditAction(StrEnum):
    """What was done."""

    USER_LINKED = "user.linked"
    USER_FORGOTTEN = "user.forgotten"
    #: A page of an answer was posted in a channel, or deleted there again.
    ANSWER_SHARED = "answer.shared"
    ANSWER_UNSHARED = "answer.unshared"
    #: A tenant is linked to, and not in the configuration.
    TENANT_REMOVED = "tenant.removed"
    WORKSPACE_FORGOTTEN = "workspace.forgotten"
    #: The app was installed in a workspace or an organisation, or is no longer.
    APP_INSTALLED = "app.installed"
    APP_UNINSTALLED = "app.uninstalled"
    DATA_EXPORTED = "data.exported"
    KEYS_ROTATED = "keys.rotated"
    DATABASE_BACKED_UP = "database.backed-up"
    DATABASE_RESTORED = "database.restored"
    #: Somebody set up, changed, switched off or on, or snoozed their own.
    DIGEST_CHANGED = "digest.changed"
    #: The bot stopped somebody's digest, for a reason that does not pass by itself.
    DIGEST_PAUSED = "digest.paused"
    #: A file changed a channel's digest: what it said before and says now.
    CHANNEL_IMPORTED = "channel.imported"
    #: What stopped a channel's digest was over by itself.
    DIGEST_RESUMED = "digest.resumed"
    #: Whoever runs the bot looked at what somebody's digest would tell, as that person.
    DIGEST_PREVIEWED = "digest.previewed"
    #: Somebody set up, changed, paused or removed a channel's digest; ``to``: who had asked for it.
    CHANNEL_CHANGED = "channel.changed"
    #: Some time after its channel was deleted, all about its digest was, too.
    CHANNEL_CLEARED = "channel.cleared"
    CHANNEL_REQUESTED = "channel.requested"
    CHANNEL_DECLINED = "channel.declined"
    #: People were asked to share with a channel: how many; ``to``: who wished that, if somebody else decided.
    CHANNEL_INVITED = "channel.invited"
    #: Somebody shares theirs with a channel, shares less or more of it, or nothing any more.
    CHANNEL_JOINED = "channel.joined"
    CHANNEL_NARROWED = "channel.narrowed"
    CHANNEL_LEFT = "channel.left"


class Departure(StrEnum):
    """Why all that was stored about a user is deleted."""

    ASKED = "asked"
    UNLINKED = "unlinked"
    UNLINKED_BY_ADMIN = "unlinked-by-admin"
    #: Whoever runs the bot did it, at the command line.
    OPERATOR = "operator"
    DEACTIVATED = "deactivated"
    GUEST = "guest"
    #: The user's workspace removed the app, or took its token back.
    UNINSTALLED = "uninstalled"
    TOKENS_REVOKED = "tokens-revoked"
    #: The user's SuperOffice is no longer in the configuration, or no longer for the user's workspace.
    TENANT_REMOVED = "tenant-removed"


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry of the audit log.

    Users are stored by a pseudonym, which names nobody once they are forgotten. So nothing else in here may
    name a person or a customer: ``before`` and ``after`` hold counts, times, ids of keys and settings.
    """

    #: Aware, in UTC.
    at: datetime
    action: str
    #: Who did it; ``None``: the bot by itself, or whoever runs it.
    by: SlackUser | None = None
    #: To whom.
    to: SlackUser | None = None
    #: To what else, such as a channel's or a tenant's id.
    what: str = ""
    why: str = ""
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long is kept what nobody deletes."""

    audit: timedelta = timedelta(days=365)
    #: What became of each digest.
    ledger: timedelta = timedelta(days=90)
    #: What each user was told already.
    told: timedelta = timedelta(days=90)
    #: The link to a SuperOffice that is no longer in the configuration, after its last use.
    removed_tenant: timedelta = timedelta(days=7)
