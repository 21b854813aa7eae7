"""The parts that see to channels' digests beside their making: who reads them, and who looks after them."""

import secrets
from dataclasses import dataclass

from bot import store
from bot.app.digests import Digests
from bot.services.access import Access
from bot.services.audience import Audience
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.stewarding import Stewarding
from bot.services.digests.watching import ChannelWatch
from bot.services.ports import Channels, Clock, People, Posts, Runner

__all__ = ["ChannelParts", "channel_guard", "channel_parts"]


@dataclass(frozen=True, slots=True)
class ChannelParts:
    """What the other parts need of them."""

    watch: ChannelWatch
    stewarding: Stewarding


def channel_guard(database: store.Store, audience: Audience, people: People, access: Access) -> ChannelGuard:
    """What is asked before each post."""
    return ChannelGuard(audience=audience, people=people, subscriptions=database.subscriptions, access=access)


def channel_parts(
    *,
    database: store.Store,
    clock: Clock,
    runner: Runner,
    digests: Digests,
    guard: ChannelGuard,
    people: People,
    channels: Channels,
    posts: Posts,
) -> ChannelParts:
    """Put them together."""
    watch = ChannelWatch(
        subscriptions=database.subscriptions,
        participants=database.participants,
        stewardship=database.stewardship,
        guard=guard,
        pausing=digests.pausing,
        people=people,
        runner=runner,
        clock=clock,
    )
    stewarding = Stewarding(
        subscriptions=database.subscriptions,
        participants=database.participants,
        stewardship=database.stewardship,
        guard=guard,
        pausing=digests.pausing,
        channels=channels,
        posts=posts,
        audit=database.audit,
        clock=clock,
        token=lambda: secrets.token_hex(8),
    )
    return ChannelParts(watch, stewarding)
