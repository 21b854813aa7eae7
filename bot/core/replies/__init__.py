"""What the bot says, before anybody draws it."""

from dataclasses import dataclass

from bot.core.replies.administration import DigestList, LinkList, UnlinkedByAdmin, UnlinkedOther
from bot.core.replies.answers import (
    ActivityAnswer,
    ActivityChart,
    NotShared,
    Shared,
    SharedPage,
    Unshared,
    WhyHidden,
    WhyShown,
)
from bot.core.replies.channels import (
    ChannelAnnouncement,
    ChannelAsked,
    ChannelDecided,
    ChannelDenied,
    ChannelInvitation,
    ChannelInvited,
    ChannelList,
    ChannelRefused,
    ChannelRemoved,
    ChannelRequested,
    Consent,
    RemoveQuestion,
    ShareForm,
)
from bot.core.replies.digests import (
    Changed,
    DigestForm,
    DigestNone,
    DigestPart,
    DigestPaused,
    DigestProof,
    DigestSent,
    DigestState,
    History,
    ProofRow,
    TeamForm,
    TeamState,
)
from bot.core.replies.linking import (
    Kept,
    Linked,
    LinkOffer,
    Me,
    NotLinkedYet,
    SignInEnded,
    TenantChoice,
    TenantTrouble,
    Unlinked,
    UnlinkQuestion,
)
from bot.core.replies.notes import Busy, CannotRead, Failed, HelpText, NotYours, StillAsking
from bot.core.replies.preferences import FilterList, FilterRemoved, FilterSaved, Muted, MutedList
from bot.core.replies.privacy import (
    ForgetQuestion,
    Forgotten,
    MyData,
    MyDataSent,
    Stored,
    Withheld,
)
from bot.core.replies.reader import Reader
from bot.core.replies.stewardship import ChannelImported, DigestResumed, OwnerSought
from bot.core.replies.teamdigests import TeamPart

__all__ = [
    "ActivityAnswer",
    "ActivityChart",
    "Busy",
    "CannotRead",
    "Changed",
    "ChannelAnnouncement",
    "ChannelAsked",
    "ChannelDecided",
    "ChannelDenied",
    "ChannelImported",
    "ChannelInvitation",
    "ChannelInvited",
    "ChannelList",
    "ChannelRefused",
    "ChannelRemoved",
    "ChannelRequested",
    "Consent",
    "DigestForm",
    "DigestList",
    "DigestNone",
    "DigestPart",
    "DigestPaused",
    "DigestProof",
    "DigestResumed",
    "DigestSent",
    "DigestState",
    "Failed",
    "FilterList",
    "FilterRemoved",
    "FilterSaved",
    "ForgetQuestion",
    "Forgotten",
    "HelpText",
    "History",
    "Kept",
    "LinkList",
    "LinkOffer",
    "Linked",
    "Me",
    "Muted",
    "MutedList",
    "MyData",
    "MyDataSent",
    "NotLinkedYet",
    "NotShared",
    "NotYours",
    "OwnerSought",
    "ProofRow",
    "Reader",
    "RemoveQuestion",
    "Reply",
    "Several",
    "ShareForm",
    "Shared",
    "SharedPage",
    "SignInEnded",
    "StillAsking",
    "Stored",
    "TeamForm",
    "TeamPart",
    "TeamState",
    "TenantChoice",
    "TenantTrouble",
    "UnlinkQuestion",
    "Unlinked",
    "UnlinkedByAdmin",
    "UnlinkedOther",
    "Unshared",
    "WhyHidden",
    "WhyShown",
    "Withheld",
]

Reply = (
    ChannelAnnouncement
    | ChannelAsked
    | ChannelDecided
    | ChannelDenied
    | ChannelInvitation
    | ChannelInvited
    | ChannelList
    | ChannelRefused
    | ChannelRemoved
    | ChannelRequested
    | Consent
    | RemoveQuestion
    | ShareForm
    | History
    | ActivityAnswer
    | ActivityChart
    | DigestPart
    | TeamPart
    | DigestState
    | DigestNone
    | DigestForm
    | DigestProof
    | DigestSent
    | DigestPaused
    | ChannelImported
    | DigestResumed
    | OwnerSought
    | Failed
    | Busy
    | StillAsking
    | CannotRead
    | HelpText
    | LinkOffer
    | TenantChoice
    | Linked
    | NotLinkedYet
    | Me
    | UnlinkQuestion
    | SignInEnded
    | TenantTrouble
    | ForgetQuestion
    | Forgotten
    | LinkList
    | DigestList
    | UnlinkedByAdmin
    | UnlinkedOther
    | Unlinked
    | Kept
    | FilterList
    | FilterRemoved
    | FilterSaved
    | Muted
    | MutedList
    | MyDataSent
    | NotShared
    | NotYours
    | Shared
    | Unshared
    | WhyHidden
    | WhyShown
)


@dataclass(frozen=True, slots=True)
class Several:
    """Replies that are said one after the other."""

    replies: tuple[Reply, ...]
