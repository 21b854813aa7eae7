"""Which workspace may use which SuperOffice, and who is an admin there by the settings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.core.people import Link, SlackUser
from bot.services.ports import Places

__all__ = ["Access", "Rights"]


@dataclass(frozen=True, slots=True)
class Rights:
    """What the settings say of one workspace, or of all of an organisation's."""

    #: The ids of the tenants that its people may link to; ``None`` for all.
    tenants: Collection[str] | None = None
    admins: Collection[str] = ()


class Access:
    """The settings' word on it. ``admins`` are those of the workspace that the settings name the token of.

    Without ``rights`` of any workspace, all may use all tenants; else only those that have some.
    """

    def __init__(
        self,
        tenants: Sequence[str],
        places: Places,
        rights: Mapping[str, Rights] | None = None,
        admins: Collection[str] = (),
    ) -> None:
        self._tenants = tuple(tenants)
        self._places = places
        self._rights = rights or {}
        self._admins = admins

    def welcomes(self, *ids: str) -> bool:
        """Whether a workspace, or one of an organisation, may use the bot at all."""
        return not self._rights or any(id_ in self._rights for id_ in ids)

    def tenants(self, workspace: str) -> tuple[str, ...]:
        """The tenants that the people of a workspace may link to, in the settings' order."""
        rights = self._of(workspace)
        if rights is None:
            return ()
        return tuple(id_ for id_ in self._tenants if rights.tenants is None or id_ in rights.tenants)

    def may_use(self, workspace: str, tenant: str) -> bool:
        """Whether the people of a workspace may use a tenant."""
        return tenant in self.tenants(workspace)

    def allows(self, link: Link) -> bool:
        """Whether a link may be used: its tenant is there, and its workspace may use it."""
        return self.may_use(link.user.workspace, link.tenant)

    def admins(self, workspace: str) -> Collection[str]:
        """The ids of those whom the settings make admins in a workspace."""
        rights = self._of(workspace)
        own = self._admins if workspace == self._places.own else ()
        return (*own, *(rights.admins if rights else ()))

    def is_admin(self, user: SlackUser) -> bool:
        """Whether the settings make somebody an admin."""
        return user.user in self.admins(user.workspace)

    def _of(self, workspace: str) -> Rights | None:
        if not self._rights:
            return Rights()
        organization = self._places.organization(workspace)
        return self._rights.get(workspace) or self._rights.get(organization or "")
