"""A SuperOffice installation, as the use cases know it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.services.ports import Crm, Online

__all__ = ["Tenant"]


@dataclass(frozen=True, slots=True)
class Tenant:
    """A SuperOffice installation and what this bot knows of it."""

    crm: Crm
    zone: ZoneInfo
    #: How one signs in, if it is online; onsite with user name and password.
    online: Online | None = None
    #: Where one signs in, such as ``crm.example.com``, as people know it; ``""`` says just SuperOffice.
    host: str = ""
