"""What the use cases need of the world: small protocols, async where they may wait.

Each has a real implementation in ``crm``, ``store`` or ``slack``; ``app`` puts them together.
"""

from bot.services.ports.crm import (
    ActivityQuery,
    Authorization,
    Category,
    Crm,
    Online,
    OnlineSignedIn,
    SignedIn,
    Snapshot,
    SystemInfo,
    Tokens,
)
from bot.services.ports.digests import (
    NOTHING_OBSERVED,
    ChannelRequests,
    Ledger,
    Observed,
    Overviews,
    Participants,
    Put,
    Subscriptions,
    Telling,
    Told,
)
from bot.services.ports.home import (
    Homes,
    HomeView,
)
from bot.services.ports.installs import (
    Installation,
    Installations,
    Installs,
    SlackApp,
)
from bot.services.ports.machine import (
    Clock,
    Limit,
    Rates,
    Runner,
    Seats,
)
from bot.services.ports.many import in_lane, in_steps, let_go, off_the_loop
from bot.services.ports.metrics import (
    UNCOUNTED,
    Metrics,
)
from bot.services.ports.posts import (
    Place,
    Posted,
    PostKey,
    Posts,
)
from bot.services.ports.privacy import (
    Audit,
    Erasure,
    Personal,
    Recorded,
)
from bot.services.ports.slack import (
    Admins,
    Channels,
    Messenger,
    People,
    Places,
    SlackIdentities,
    SlackIdentity,
)
from bot.services.ports.stewardship import Stewardship
from bot.services.ports.store import (
    Attempts,
    Authorizations,
    Deliveries,
    Invitation,
    Invitations,
    Links,
    Mutes,
    Proofs,
    SavedFilters,
    SignIns,
)
from bot.services.ports.turnstile import Turnstile, shared_turnstile

__all__ = [
    "NOTHING_OBSERVED",
    "UNCOUNTED",
    "ActivityQuery",
    "Admins",
    "Attempts",
    "Audit",
    "Authorization",
    "Authorizations",
    "Category",
    "ChannelRequests",
    "Channels",
    "Clock",
    "Crm",
    "Deliveries",
    "Erasure",
    "HomeView",
    "Homes",
    "Installation",
    "Installations",
    "Installs",
    "Invitation",
    "Invitations",
    "Ledger",
    "Limit",
    "Links",
    "Messenger",
    "Metrics",
    "Mutes",
    "Observed",
    "Online",
    "OnlineSignedIn",
    "Overviews",
    "Participants",
    "People",
    "Personal",
    "Place",
    "Places",
    "PostKey",
    "Posted",
    "Posts",
    "Proofs",
    "Put",
    "Rates",
    "Recorded",
    "Runner",
    "SavedFilters",
    "Seats",
    "SignIns",
    "SignedIn",
    "SlackApp",
    "SlackIdentities",
    "SlackIdentity",
    "Snapshot",
    "Stewardship",
    "Subscriptions",
    "SystemInfo",
    "Telling",
    "Tokens",
    "Told",
    "Turnstile",
    "in_lane",
    "in_steps",
    "let_go",
    "off_the_loop",
    "shared_turnstile",
]
