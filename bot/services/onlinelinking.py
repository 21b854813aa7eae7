"""Link a Slack user to a user of SuperOffice CRM Online: there and back in the browser."""

from dataclasses import replace

from bot.core.errors import TenantNotAllowed
from bot.core.onlineerrors import ConsentDenied, IdentityRefused
from bot.core.people import Link
from bot.core.secret import Secret
from bot.services.journeys import Journeys
from bot.services.linking import LinkedNow, Linking, Offer
from bot.services.ports import Authorization, Clock, Online
from bot.services.tenants import Tenant

__all__ = ["OnlineLinking"]


class OnlineLinking:
    """The use case. ``redirect_uri`` is where SuperOffice sends the browser back to."""

    def __init__(
        self,
        *,
        linking: Linking,
        journeys: Journeys,
        clock: Clock,
        redirect_uri: str,
    ) -> None:
        self._linking = linking
        self._journeys = journeys
        self._clock = clock
        self._redirect_uri = redirect_uri

    async def begin(self, page: Secret, browser: Secret) -> Secret | None:
        """Where to send the browser to sign in; ``None`` for a tenant that is not online.

        Nothing is used up: previews of links are harmless.

        Raises what :meth:`Linking.look` does, and ``CrmError``.
        """
        offer = await self._linking.look(page, browser)
        online = offer.tenant.online
        if online is None:
            return None
        state, authorization = await self._journeys.begin(page, browser, offer.expires_at)
        return await online.address(authorization, state, self._redirect_uri, offer.profile.email or "")

    async def returned(self, state: Secret, browser: Secret) -> Authorization:
        """What the browser that comes back had left for. Raises ``LinkError`` by what is wrong."""
        return await self._journeys.returned(state, browser)

    async def finish(
        self, authorization: Authorization, state: Secret, code: Secret, denied: str = ""
    ) -> tuple[Offer, LinkedNow]:
        """Link, or say why not. A state is used up by this; the page is by success alone.

        Raises :class:`~bot.core.errors.LinkError` and ``CrmError``.
        """
        await self._journeys.arrive(state)
        if denied or not code:
            raise ConsentDenied(error=denied[:40])
        offer = await self._linking.look(authorization.page, authorization.browser)
        signed_in = await _online(offer.tenant).redeem(code, authorization, self._redirect_uri)
        principal = await offer.tenant.crm.me(signed_in.tokens.access)
        if principal.associate_id != signed_in.associate_id:
            raise IdentityRefused
        tokens, now = signed_in.tokens, self._clock.now()
        if tokens.refresh is None:
            raise IdentityRefused
        link = Link(
            offer.profile.user,
            offer.tenant.crm.tenant,
            replace(principal, email=signed_in.email or principal.email),
            now,
            now,
            tokens.access,
            refresh_token=tokens.refresh,
            token_expires_at=tokens.expires_at,
        )
        return offer, await self._linking.conclude(authorization.page, offer.profile, link)


def _online(tenant: Tenant) -> Online:
    """How one signs in there. The tenant may have become an onsite one since the browser left."""
    if tenant.online is None:
        raise TenantNotAllowed
    return tenant.online
