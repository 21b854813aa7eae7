"""Each kind of reply to its drawing."""

from typing import assert_never

from bot.core.replies import (
    ActivityAnswer,
    ActivityChart,
    Busy,
    CannotRead,
    ChannelAnnouncement,
    ChannelAsked,
    ChannelDecided,
    ChannelDenied,
    ChannelImported,
    ChannelInvitation,
    ChannelInvited,
    ChannelList,
    ChannelRefused,
    ChannelRemoved,
    ChannelRequested,
    Consent,
    DigestForm,
    DigestList,
    DigestNone,
    DigestPart,
    DigestPaused,
    DigestProof,
    DigestResumed,
    DigestSent,
    DigestState,
    Failed,
    FilterList,
    FilterRemoved,
    FilterSaved,
    ForgetQuestion,
    Forgotten,
    HelpText,
    History,
    Kept,
    Linked,
    LinkList,
    LinkOffer,
    Me,
    Muted,
    MutedList,
    MyDataSent,
    NotLinkedYet,
    NotShared,
    NotYours,
    OwnerSought,
    Reader,
    RemoveQuestion,
    Reply,
    Shared,
    ShareForm,
    SignInEnded,
    StillAsking,
    TeamPart,
    TenantChoice,
    TenantTrouble,
    Unlinked,
    UnlinkedByAdmin,
    UnlinkedOther,
    UnlinkQuestion,
    Unshared,
    WhyHidden,
    WhyShown,
)
from bot.slack.blocks import (
    administration,
    channels,
    digestproof,
    digeststate,
    linking,
    notes,
    preferences,
    privacy,
    share,
    signin,
    stewardship,
)
from bot.slack.blocks.activitychart import activity_chart
from bot.slack.blocks.answer import answer
from bot.slack.blocks.channeldigest import team_digest
from bot.slack.blocks.consent import consent
from bot.slack.blocks.digest import digest
from bot.slack.blocks.elements import Message
from bot.slack.blocks.why import why_hidden, why_shown

__all__ = ["draw"]


def draw(reply: Reply, reader: Reader, command: str) -> Message:  # noqa: C901 - one line for each kind
    """Draw a reply for its reader; ``command`` is the slash command's name, such as ``/superoffice``."""
    match reply:
        case ActivityAnswer():
            return answer(reply, reader, command)
        case ActivityChart():
            return activity_chart(reply, reader, command)
        case DigestPart():
            return digest(reply, reader, command)
        case TeamPart():
            return team_digest(reply, reader, command)
        case DigestState():
            return digeststate.digest_state(reply, reader, command)
        case DigestNone():
            return digeststate.digest_none(reply, reader, command)
        case DigestForm():
            return digeststate.digest_form(reply, reader, command)
        case ShareForm():
            return digeststate.share_form(reply, reader)
        case DigestProof():
            return digestproof.digest_proof(reply, reader, command)
        case DigestPaused():
            return digeststate.digest_paused(reply, reader, command)
        case ChannelImported():
            return stewardship.channel_imported(reply, reader, command)
        case DigestResumed():
            return stewardship.digest_resumed(reply, reader, command)
        case OwnerSought():
            return stewardship.owner_sought(reply, reader, command)
        case History():
            return digestproof.history(reply, reader)
        case ChannelAnnouncement():
            return channels.announcement(reply, reader, command)
        case ChannelDenied():
            return channels.denied(reply, reader, command)
        case ChannelRefused():
            return channels.refused(reply, reader, command)
        case ChannelAsked():
            return channels.asked(reply, reader, command)
        case ChannelRequested():
            return channels.requested(reply, reader, command)
        case ChannelDecided():
            return channels.decided(reply, reader, command)
        case ChannelInvitation():
            return channels.invitation(reply, reader, command)
        case ChannelInvited():
            return channels.invited(reply, reader)
        case ChannelList():
            return channels.listed(reply, reader, command)
        case RemoveQuestion():
            return channels.remove_question(reply, reader)
        case ChannelRemoved():
            return channels.removed(reply, reader)
        case Consent():
            return consent(reply, reader, command)
        case DigestSent():
            return digeststate.digest_sent(reader)
        case Failed():
            return notes.failed(reply, reader, command)
        case Busy():
            return notes.busy(reader)
        case StillAsking():
            return notes.still_asking(reply, reader, command)
        case CannotRead():
            return notes.cannot_read(reply, reader, command)
        case HelpText():
            return notes.help_text(reply, reader, command)
        case TenantChoice():
            return linking.tenant_choice(reply, reader, command)
        case LinkOffer():
            return linking.link_offer(reply, reader, command)
        case Linked():
            return notes.linked(reply, reader, command)
        case NotLinkedYet():
            return notes.not_linked(reply, reader, command)
        case Me():
            return notes.me(reply, reader, command)
        case UnlinkQuestion():
            return notes.unlink_question(reply, reader, command)
        case Unlinked():
            return notes.unlinked(reply, reader, command)
        case Kept():
            return notes.kept(reader)
        case SignInEnded():
            return signin.sign_in_ended(reply, reader, command)
        case TenantTrouble():
            return signin.tenant_trouble(reply, reader, command)
        case LinkList():
            return administration.link_list(reply, reader, command)
        case DigestList():
            return administration.digest_list(reply, reader, command)
        case UnlinkedOther():
            return administration.unlinked_other(reply, reader)
        case UnlinkedByAdmin():
            return administration.unlinked_by_admin(reply, reader, command)
        case ForgetQuestion():
            return privacy.forget_question(reader, command)
        case Forgotten():
            return privacy.forgotten(reply, reader)
        case MyDataSent():
            return privacy.my_data_sent(reply, reader, command)
        case WhyHidden():
            return why_hidden(reply, reader)
        case WhyShown():
            return why_shown(reply, reader)
        case Muted():
            return preferences.muted(reply, reader, command)
        case MutedList():
            return preferences.muted_list(reply, reader, command)
        case FilterList():
            return preferences.filter_list(reply, reader, command)
        case FilterSaved():
            return preferences.filter_saved(reply, reader, command)
        case FilterRemoved():
            return preferences.filter_removed(reply, reader, command)
        case Shared():
            return share.shared(reply, reader)
        case NotShared():
            return share.not_shared(reply, reader)
        case Unshared():
            return share.unshared(reply, reader)
        case NotYours():
            return notes.not_yours(reader, command)
        case _:
            assert_never(reply)
