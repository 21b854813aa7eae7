"""What the client needs to know of a tenant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.core.secret import Secret

__all__ = ["NEWEST", "OLDEST", "ActionTimeZone", "OnlineSettings", "TenantSettings", "services_version"]

#: The versions of the web services that GetMyActiveContacts is the same in.
OLDEST, NEWEST = 84, 88

_UP_TO_SERVICES = re.compile(r"https?://[^?#\s]+/services(\d\d)/?", re.IGNORECASE)


class ActionTimeZone(StrEnum):
    """The zone that ``ActionTime`` is read in. SuperOffice does not document which it is."""

    TENANT = "tenant"
    UTC = "utc"


@dataclass(frozen=True, slots=True)
class OnlineSettings:
    """A tenant of SuperOffice CRM Online."""

    #: The environment's root, such as ``https://online.superoffice.com``.
    environment: str
    #: The customer id, such as ``Cust12345``.
    customer: str
    #: The OIDC client; its secret is the application token.
    client_id: str
    #: Such as ``Services86``.
    services: str = "Services86"


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """One SuperOffice tenant."""

    #: The tenant's id in this bot, such as ``onsite``.
    id: str
    #: Onsite, up to ``ServicesNN/``, such as ``https://crm.example.com/remote/Services86/``.
    url: str
    #: The tenant's base time zone.
    zone: ZoneInfo
    #: Online: the client secret. Onsite it is not checked, and empty.
    application_token: Secret = field(default_factory=lambda: Secret(""))
    #: The root of the web client onsite; online the state service tells it.
    web_url: str = ""
    #: Where the tenant is instead, if it is online.
    online: OnlineSettings | None = None
    action_time_zone: ActionTimeZone = ActionTimeZone.TENANT
    #: WSDLs to use in place of the bot's own: a file or a URL by service, such as ``Contact``.
    wsdl: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: The URL of an HTTP proxy.
    proxy: str | None = field(default=None, repr=False)
    #: A PEM file with the certificates to trust in place of the system's.
    ca_bundle: str | None = None

    @property
    def version(self) -> int:
        """The version of the web services, from the URL; ``0`` where :func:`services_version` has none."""
        return int(self.online.services[-2:]) if self.online else services_version(self.url) or 0


def services_version(url: str) -> int | None:
    """The version in a URL up to ``ServicesNN/``; ``None`` for any other URL, or a version not served."""
    match = _UP_TO_SERVICES.fullmatch(url)
    version = int(match[1]) if match else 0
    return version if OLDEST <= version <= NEWEST else None
