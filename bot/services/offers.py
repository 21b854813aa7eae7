"""The way to the one-time page, by way of a choice where there are several tenants."""

from collections.abc import Callable, Mapping

from bot.core.errors import BadCommand, LinkNotAllowed, Problem, TenantNotAllowed
from bot.core.people import SlackUser
from bot.core.replies import LinkOffer, TenantChoice
from bot.core.requests import Request
from bot.core.secret import Secret
from bot.core.signin import Why
from bot.core.typed.spelling import nearest
from bot.services.access import Access
from bot.services.linking import Invited, Linking
from bot.services.ports import Links
from bot.services.readers import Readers
from bot.services.tenants import Tenant

__all__ = ["Offers"]


class Offers:
    """Invites users to link. ``link_url`` makes the address of a one-time page."""

    def __init__(
        self,
        *,
        tenants: Mapping[str, Tenant],
        access: Access,
        linking: Linking,
        links: Links,
        readers: Readers,
        link_url: Callable[[Invited], Secret],
    ) -> None:
        self._tenants = tenants
        self._access = access
        self._linking = linking
        self._links = links
        self._readers = readers
        self._link_url = link_url

    async def tenant_of(self, user: SlackUser) -> str:
        """The tenant that a user has a link to and may link to again; ``""`` for none."""
        link = await self._links.get(user)
        return link.tenant if link and self._access.allows(link) else ""

    async def offer(
        self,
        request: Request,
        asked: str = "",
        *,
        tenant: str = "",
        current: str = "",
        ended: Why | None = None,
    ) -> LinkOffer | TenantChoice:
        """Invite the user to the one-time page; what they ``asked`` is answered once they are linked.

        Where there are several tenants and none is named, they are to choose one first.
        """
        to = request.conversation
        profile = await self._readers.profile(to.user)
        if profile and (profile.is_guest or profile.is_deleted):
            raise LinkNotAllowed
        tenants = self._tenants_for(to.user, tenant)
        if len(tenants) > 1:
            choice = tuple((id_, self._tenants[id_].host) for id_ in tenants)
            return TenantChoice(choice, asked, current, ended)
        invited = await self._linking.invite(to.user, tenants[0], asked, to.channel, to.response_url)
        return LinkOffer(
            url=self._link_url(invited),
            expires_at=invited.expires_at,
            command=invited.command,
            current=current,
            ended=ended,
        )

    def _tenants_for(self, user: SlackUser, tenant: str) -> tuple[str, ...]:
        """What the user may link to; the one that is named, where they may. At least one."""
        there_are = self._access.tenants(user.workspace)
        if not there_are:
            raise TenantNotAllowed
        if tenant and tenant not in there_are:
            near = nearest(tenant, there_are)
            raise BadCommand(Problem("unknown-tenant", tenant, near and f"link {near}", there_are))
        return (tenant,) if tenant else there_are
