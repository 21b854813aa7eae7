"""What a channel's digest has beside what every digest has: set, and shown."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.core.channeldigest import ChannelSettings
from bot.core.people import SlackUser
from bot.core.replies import Reader
from bot.core.replies.digests import TeamForm, TeamState
from bot.core.subscription import Subscription
from bot.core.typed.digestcommands import SetDigest

__all__ = ["for_team", "settings_of", "team_form", "team_state"]


def for_team(wanted: Subscription, command: SetDigest, reader: Reader) -> Subscription:
    """What a command says of a channel's. Who sets it last is its owner.

    A channel travels nowhere: its zone stays the one that its reader has.
    """
    team, schedule = wanted.team or ChannelSettings(), wanted.schedule
    team = replace(
        team,
        grouping=command.grouping or team.grouping,
        layout=command.layout or team.layout,
        quorum=team.quorum if command.quorum is None else command.quorum,
        orphaned_since=None,
    )
    owner = SlackUser(wanted.owner.workspace, reader.user)
    zone = schedule.zone or reader.zone.key
    return replace(wanted, team=team, owner=owner, schedule=replace(schedule, zone=zone), zone=ZoneInfo(zone))


def team_state(subscription: Subscription) -> TeamState | None:
    """How it is set up; ``None`` for a user's own."""
    team = subscription.team
    if team is None:
        return None
    return TeamState(
        channel=subscription.channel,
        owner=subscription.owner.user,
        grouping=team.grouping,
        layout=team.layout,
        quorum=team.quorum,
        is_managed=team.is_managed,
        guests_approved_by=team.guests_approved_by,
    )


def team_form(draft: Subscription) -> TeamForm | None:
    """The same in a form."""
    team = draft.team
    if team is None:
        return None
    return TeamForm(draft.channel, team.grouping, team.layout, team.quorum, is_managed=team.is_managed)


def settings_of(subscription: Subscription | None) -> ChannelSettings:
    """How a channel's is set up; as a new one would be where there is none."""
    return subscription.team if subscription and subscription.team else ChannelSettings()
