"""As whom somebody is linked, and until when."""

from collections.abc import Mapping

from bot.core.people import Link, Profile
from bot.core.replies import Me
from bot.services.access import Access
from bot.services.ports import Clock
from bot.services.tenants import Tenant

__all__ = ["Whoami"]


class Whoami:
    """The use case."""

    def __init__(self, tenants: Mapping[str, Tenant], access: Access, clock: Clock) -> None:
        self._tenants = tenants
        self._access = access
        self._clock = clock

    def me(self, link: Link, profile: Profile | None) -> Me:
        """What a link says to its user; to admins, what is wrong with the tenant's clock and zone as well."""
        is_admin = self._access.is_admin(link.user) or (profile is not None and profile.is_admin)
        tenant = self._tenants.get(link.tenant)
        expires_at = link.ending.at if link.ending else link.expires_at
        return Me(
            principal=link.principal,
            linked_at=link.linked_at,
            expires_at=expires_at,
            ended=expires_at is not None and expires_at <= self._clock.now(),
            warnings=tuple(tenant.crm.warnings) if tenant and is_admin else (),
            tenant=link.tenant if len(self._tenants) > 1 else "",
        )
