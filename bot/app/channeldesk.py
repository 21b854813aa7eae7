"""The parts that set channels' digests up, and let people share with them."""

import secrets
from collections.abc import Mapping

from bot import store
from bot.app.digests import Digests
from bot.holidays import holidays_in
from bot.services.channels.changing import ChannelChanging
from bot.services.channels.consenting import Consenting
from bot.services.channels.desk import ChannelDesk
from bot.services.channels.inviting import Inviting
from bot.services.channels.listing import Listing
from bot.services.channels.own import Own
from bot.services.channels.requesting import ChannelRequesting
from bot.services.channels.rights import ChannelRights
from bot.services.channels.setup import ChannelSetup
from bot.services.digests.guarding import ChannelGuard
from bot.services.ports import Admins, Clock, Messenger, Posts
from bot.services.preferences import Preferences
from bot.services.readers import Readers
from bot.services.tenants import Tenant

__all__ = ["channel_desk"]


def channel_desk(
    *,
    database: store.Store,
    clock: Clock,
    tenants: Mapping[str, Tenant],
    digests: Digests,
    preferences: Preferences,
    readers: Readers,
    rights: ChannelRights,
    guard: ChannelGuard,
    admins: Admins,
    messenger: Messenger,
    posts: Posts,
) -> ChannelDesk:
    """Put them together."""
    settings, participants = digests.settings, database.participants
    setup = ChannelSetup(
        settings=settings,
        posts=posts,
        guard=guard,
        stewardship=database.stewardship,
        audit=database.audit,
        clock=clock,
        token=lambda: secrets.token_hex(8),
    )
    inviting = Inviting(
        settings=settings,
        participants=participants,
        rights=rights,
        messenger=messenger,
        readers=readers,
        audit=database.audit,
        clock=clock,
    )
    requesting = ChannelRequesting(
        requests=database.channel_requests,
        rights=rights,
        inviting=inviting,
        setup=setup,
        settings=settings,
        admins=admins,
        messenger=messenger,
        readers=readers,
        audit=database.audit,
        clock=clock,
    )
    consenting = Consenting(
        settings=settings,
        subscriptions=database.subscriptions,
        participants=participants,
        own=Own(tenants, preferences, digests.asking),
        audit=database.audit,
        clock=clock,
    )
    return ChannelDesk(
        rights=rights,
        settings=settings,
        changing=ChannelChanging(
            guard=guard,
            settings=settings,
            setup=setup,
            participants=participants,
            preferences=preferences,
            tenants=tenants,
            clock=clock,
        ),
        requesting=requesting,
        consenting=consenting,
        inviting=inviting,
        listing=Listing(
            subscriptions=database.subscriptions,
            participants=participants,
            rights=rights,
            clock=clock,
            holidays=holidays_in,
        ),
        showing=digests.showing,
        proving=digests.proving,
    )
