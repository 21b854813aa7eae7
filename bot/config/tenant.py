"""The settings of one SuperOffice tenant."""

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import parsers
from bot.config.definition import TABLE, setting
from bot.core.secret import Secret

__all__ = ["TenantConfig", "Wsdl"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wsdl:
    """Other WSDLs than the ones that come with the bot, for an installation that differs: files or URLs."""

    contact: str | None = setting(
        parsers.url_or_path,
        "The WSDL of Contact.svc.",
        "wsdl/Contact.wsdl",
    )
    so_principal: str | None = setting(
        parsers.url_or_path,
        "The WSDL of SoPrincipal.svc.",
        "wsdl/SoPrincipal.wsdl",
    )
    mdo: str | None = setting(parsers.url_or_path, "The WSDL of MDO.svc.", "wsdl/MDO.wsdl")
    person: str | None = setting(parsers.url_or_path, "The WSDL of Person.svc.", "wsdl/Person.wsdl")

    @property
    def by_service(self) -> dict[str, str]:
        """Those that are set, by the name of their service, such as ``Contact``."""
        every = {
            "Contact": self.contact,
            "SoPrincipal": self.so_principal,
            "MDO": self.mdo,
            "Person": self.person,
        }
        return {service: wsdl for service, wsdl in every.items() if wsdl}


@dataclass(frozen=True, kw_only=True, slots=True)
class TenantConfig:
    """Your SuperOffice. The variables describe the tenant `onsite`."""

    id: str
    url: str | None = setting(
        parsers.superoffice_url,
        "Onsite: where its SOAP services are, up to `ServicesNN/`.",
        "https://crm.example.com/remote/Services86/",
        variable="SUPEROFFICE_URL",
    )
    web_url: str | None = setting(
        parsers.root_url,
        "Onsite: the root of its web client, for links to companies. Without it answers have no links.",
        "https://crm.example.com/SuperOffice",
        variable="SUPEROFFICE_WEB_URL",
    )
    timezone: ZoneInfo = setting(
        parsers.zone,
        "Its base time zone, by IANA name.",
        "Europe/Oslo",
        variable="SUPEROFFICE_TIMEZONE",
        required=True,
    )
    action_time_zone: str = setting(
        parsers.choice("tenant", "utc"),
        "The zone in which to read the time of an activity: `tenant` (its base time zone) or `utc`.",
        "tenant",
        default="tenant",
    )
    application_token: Secret = setting(
        parsers.secret(r"\S*", "one word without spaces"),
        "Online: the client secret, which is the ApplicationToken, too. Onsite it is not checked: leave it "
        "empty.",
        "0123456789abcdef0123456789abcdef",
        variable="SUPEROFFICE_APP_TOKEN",
        default="",
        secret=True,
    )
    allow_http: bool = setting(
        parsers.flag,
        "Accept plain http for this tenant beyond this machine: passwords and tickets travel readable.",
        "true",
        default="false",
    )
    proxy: str | None = setting(
        parsers.url,
        "The HTTP proxy on the way to it.",
        "http://proxy.example.com:3128",
    )
    ca_bundle: Path | None = setting(
        parsers.path,
        "A file of certificate authorities to trust for it, in PEM form, instead of the system's own.",
        "config/ca.pem",
    )
    tenant: str | None = setting(
        parsers.matching(r"Cust\d+", "a customer id such as Cust12345"),
        "Online, instead of `url`: the customer id; only its users may link.",
        "Cust12345",
        variable="SUPEROFFICE_TENANT",
    )
    environment: str = setting(
        parsers.environment,
        "The online environment: `sod`, `qaonline`, `online` or an address.",
        "sod",
        variable="SUPEROFFICE_ENVIRONMENT",
        default="online",
    )
    client_id: str | None = setting(
        parsers.matching(r"\S+", "one word without spaces"),
        "The OIDC client id of the application registered with SuperOffice.",
        "0123456789abcdef",
        variable="SUPEROFFICE_CLIENT_ID",
    )
    services: str = setting(
        parsers.matching(r"Services8[4-8]", "Services84, 85, 86, 87 or Services88"),
        "The version of the SOAP services of an online tenant.",
        "Services88",
        variable="SUPEROFFICE_SERVICES",
        default="Services86",
    )
    wsdl: Wsdl = field(default_factory=Wsdl, metadata={TABLE: Wsdl})
