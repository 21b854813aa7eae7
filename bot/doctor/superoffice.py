"""Each SuperOffice: its WSDLs, the way to it, its time, whether one can sign in, its state."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.app.tenants import tenants
from bot.config import TenantConfig, Wsdl
from bot.core.errors import (
    BotError,
    CrmFailed,
    CrmRefused,
    CrmTimedOut,
    CrmTooBusy,
    CrmUnreachable,
    CrmUnreadable,
    CrmWrongAddress,
)
from bot.core.onlineerrors import ForeignHost, TenantAway
from bot.core.secret import Secret
from bot.crm.online.http import JsonClient
from bot.crm.online.state import TenantState
from bot.crm.settings import services_version
from bot.crm.soap.services import OPERATIONS, Services, UnusableWsdl
from bot.crm.soap.transport import Limits
from bot.doctor.findings import Check, Finding, Patient, good, problem, skipped, warning
from bot.services.ports import Authorization, Crm, Online

__all__ = ["SUPEROFFICE"]

LIMITS = Limits(connect=4, attempt=8, command=9, attempts=1)
#: How a connection failed: what it means, and what to do.
CONNECTION: Mapping[str, tuple[str, str]] = {
    "certificate": ("its certificate is not trusted", "have it replaced, or name its authority in ca_bundle"),
    "tls": ("no TLS with it", "look whether it speaks https there, and which TLS"),
    "unknown-host": ("there is no such host", "look at its address in the settings, and at DNS"),
    "refused": (
        "nothing listens there",
        "start it; look at its address in the settings, and at the firewall",
    ),
    "connect-timed-out": (
        "nothing answers there",
        "look at its address in the settings, and at the firewall",
    ),
    "proxy": ("the proxy does not let the bot through", "look at the tenant's proxy in the settings"),
}
WARNINGS: Mapping[str, tuple[str, str]] = {
    "clock-skew": ("its clock is {} s ahead of this machine's", "set both clocks by NTP"),
    "no-date": ("it does not tell the time", "have its proxy leave the Date header in"),
    "zone-mismatch": ("it says that it is in {}", "look at the tenant's timezone in the settings"),
}


async def _wsdl(patient: Patient) -> AsyncIterator[Finding]:
    for id_, tenant in patient.settings.tenants.items():
        version = int(tenant.services[-2:]) if tenant.tenant else services_version(tenant.url or "") or 0
        try:
            services = await Services.load(version, tenant.wsdl.by_service)
        except UnusableWsdl as error:
            yield problem(f"{id_}: {str(error).rstrip('.')}", f"look at [tenants.{id_}.wsdl], or take it out")
        else:
            offered = sum(map(services.offers, OPERATIONS))
            yield good(f"{id_}: Services{version}, {offered} operations")


async def _reach(patient: Patient) -> AsyncIterator[Finding]:
    for id_, tenant in patient.settings.tenants.items():
        crm, _ = await _connected(patient, tenant)
        try:
            await crm.system_info()
        except BotError as error:
            yield _told(id_, error)
        else:
            yield good(f"{id_}: it answers")
        for said in crm.warnings:
            what, fix = WARNINGS[said.code]
            yield warning(f"{id_}: {what.format(said.detail)}", fix)


async def _state(patient: Patient) -> AsyncIterator[Finding]:
    for id_, tenant in _online(patient).items():
        client = JsonClient(id_, tenant.environment, patient.session, tenant.proxy)
        try:
            await TenantState(tenant.tenant or "", client, patient.clock).endpoint()
        except BotError as error:
            yield _told(id_, error)
        else:
            yield good(f"{id_}: {tenant.tenant} runs")
    if not _online(patient):
        yield skipped("only SuperOffice CRM Online tells it")


async def _sign_in(patient: Patient) -> AsyncIterator[Finding]:
    for id_, tenant in _online(patient).items():
        _, online = await _connected(patient, tenant)
        unused = Secret("a" * 43)
        soon = patient.now + timedelta(minutes=1)
        try:
            if online:
                await online.address(Authorization(unused, unused, unused, unused, soon), unused, "", "")
        except BotError as error:
            yield _told(id_, error, "the sign-in service: ")
        else:
            yield good(f"{id_}: the sign-in service answers")
    for id_ in patient.settings.tenants.keys() - _online(patient).keys():
        yield skipped(f"{id_}: onsite one signs in by SOAP, by user name and password")


async def _connected(patient: Patient, tenant: TenantConfig) -> tuple[Crm, Online | None]:
    """This one alone, by WSDLs of the bot's own: those of the settings have a check of their own."""
    alone = replace(patient.settings, tenants={tenant.id: replace(tenant, wsdl=Wsdl())})
    made = (await tenants(alone, patient.session, patient.clock, LIMITS))[tenant.id]
    return made.crm, made.online


def _online(patient: Patient) -> dict[str, TenantConfig]:
    return {id_: tenant for id_, tenant in patient.settings.tenants.items() if tenant.tenant}


def _told(id_: str, error: BotError, whose: str = "") -> Finding:
    """What went wrong, in words; nothing that the server said is repeated."""
    what, fix = _words(error)
    return problem(f"{id_}: {whose}{what}", fix)


def _words(error: BotError) -> tuple[str, str]:
    params = error.params
    status = params.get("status")
    match error:
        case CrmUnreachable():
            usual = ("the connection breaks", "look at it, and at the way to it")
            return CONNECTION.get(str(params.get("reason")), usual)
        case CrmTimedOut():
            return "it does not answer in time", "look at its load, and at the way to it"
        case CrmTooBusy():
            return f"it is busy or down (HTTP {status})", "look at SuperOffice's own status"
        case CrmWrongAddress():
            return (
                f"nothing that speaks SOAP is there (HTTP {status})",
                "its address goes up to ServicesNN/, with the number that is installed",
            )
        case TenantAway():
            return _away(str(params.get("state") or ""))
        case ForeignHost():
            return (
                "it leads to a host that is not SuperOffice's",
                "look at the tenant's environment in the settings",
            )
        case CrmRefused():
            return (
                "it refuses the application",
                "look at SUPEROFFICE_APP_TOKEN, and whether the application is approved for the tenant",
            )
        case CrmUnreadable():
            return (
                "what answers there is no SuperOffice",
                "look at its address: a proxy's or a login page may answer in its place",
            )
        case CrmFailed():
            return (
                f"it fails ({params.get('exception_type') or 'no reason given'})",
                "look at SuperOffice's own log",
            )
    return f"it fails ({error.code})", "docs/errors.md tells what that means"


def _away(state: str) -> tuple[str, str]:
    if state in ("", "Unknown"):
        return (
            "SuperOffice knows no such customer in that environment",
            "look at SUPEROFFICE_TENANT and SUPEROFFICE_ENVIRONMENT",
        )
    return (
        f"its state is {state if state.isalnum() else 'another'}: it cannot be asked",
        "wait, or ask SuperOffice",
    )


SUPEROFFICE = (
    Check("wsdl", _wsdl),
    Check("superoffice", _reach),
    Check("superoffice: state", _state),
    Check("superoffice: sign-in", _sign_in),
)
