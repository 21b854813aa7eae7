"""Whether a digest may come to a channel: only where nobody reads along who may not."""

from bot.core.audience import Refusal
from bot.core.channeldigest import ChannelSettings
from bot.core.people import SlackChannel, SlackUser
from bot.core.subscription import Subscription
from bot.services.access import Access
from bot.services.audience import Audience
from bot.services.ports import People
from bot.services.ports.digests import Subscriptions

__all__ = ["ChannelGuard"]


class ChannelGuard:
    """Asks Slack each time: at set-up, and before each post. What cannot be asked is refused."""

    def __init__(
        self,
        *,
        audience: Audience,
        people: People,
        subscriptions: Subscriptions,
        access: Access,
    ) -> None:
        self._audience = audience
        self._people = people
        self._subscriptions = subscriptions
        self._access = access

    async def allowed(self, place: SlackChannel, settings: ChannelSettings) -> Refusal | None:
        """Why nothing may be set up there; ``None`` where it may. Whoever sets it up sees what it is now."""
        return await self._audience.refusal(place, lambda: self._is_approved(place.workspace, settings))

    async def refusal(self, subscription: Subscription) -> Refusal | None:
        """Why nothing may be posted there now; ``None`` where it may, as always in a direct message.

        A channel that was private when its digest was set up must still be.
        """
        place = subscription.place
        if place is None:
            return None
        settings = subscription.team or ChannelSettings()
        reason, channel, _ = await self._audience.seen(
            place, lambda: self._is_approved(place.workspace, settings)
        )
        if reason is None and settings.is_private and not channel.is_private:
            return Refusal.OPENED
        if reason is None and settings.is_private != channel.is_private:
            await self._subscriptions.note_private(subscription.id, is_private=channel.is_private)
        return reason

    async def _is_approved(self, workspace: str, settings: ChannelSettings) -> bool:
        """Whether an admin approved guests who still is one. Raises ``SlackFailed``."""
        if not settings.guests_approved_by:
            return False
        admin = await self._people.profile(SlackUser(workspace, settings.guests_approved_by))
        may = admin.is_admin or self._access.is_admin(admin.user)
        return may and not admin.is_deleted and not admin.is_guest
