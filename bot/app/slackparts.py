"""The parts that ask Slack and post there, and what is known of who reads along."""

from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from bot import store
from bot.app.channels import channel_guard
from bot.config import Settings
from bot.metrics import PrometheusMetrics
from bot.services.access import Access
from bot.services.audience import Audience
from bot.services.channels.rights import ChannelRights
from bot.services.digests.guarding import ChannelGuard
from bot.services.ports import Clock
from bot.slack.admins import SlackAdmins
from bot.slack.budgets import Budgets
from bot.slack.channels import SlackChannels
from bot.slack.home import SlackHome
from bot.slack.limits import PostLimits
from bot.slack.messenger import SlackMessenger
from bot.slack.people import SlackPeople
from bot.slack.posts import SlackPosts
from bot.slack.refusals import Refusals
from bot.slack.roster import Roster
from bot.slack.workspaces import Workspaces

__all__ = ["SlackParts", "slack_parts"]


@dataclass(frozen=True, slots=True)
class SlackParts:
    """What the other parts need of them."""

    workspaces: Workspaces
    people: SlackPeople
    messenger: SlackMessenger
    admins: SlackAdmins
    roster: Roster
    channels: SlackChannels
    audience: Audience
    guard: ChannelGuard
    rights: ChannelRights
    posts: SlackPosts
    home: SlackHome
    refusals: Refusals


def slack_parts(
    *,
    settings: Settings,
    clock: Clock,
    database: store.Store,
    session: aiohttp.ClientSession,
    workspaces: Workspaces,
    access: Access,
    metrics: PrometheusMetrics,
    monotonic: Callable[[], float],
) -> SlackParts:
    """Put them together. ``monotonic`` is in seconds and never goes back."""
    command = settings.slack.command
    people, budgets = SlackPeople(workspaces, clock), Budgets(rates=database.rates)
    roster = Roster(workspaces, clock, budgets)
    channels = SlackChannels(workspaces, roster, budgets)
    audience = Audience(channels)
    limits = PostLimits(settings.slack.messages_per_minute, monotonic, rates=database.rates)
    metrics.watch("posts", limits.waiting)
    return SlackParts(
        workspaces=workspaces,
        people=people,
        messenger=SlackMessenger(workspaces, session, command),
        admins=SlackAdmins(workspaces, access),
        roster=roster,
        channels=channels,
        audience=audience,
        guard=channel_guard(database, audience, people, access),
        rights=ChannelRights(people, channels, access),
        posts=SlackPosts(workspaces.client, limits, command, metrics),
        home=SlackHome(workspaces, budgets, command),
        refusals=Refusals(clock, metrics),
    )
