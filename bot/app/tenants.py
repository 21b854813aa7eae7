"""The SuperOffice tenants of the settings, ready to be asked."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import aiohttp

from bot.config import Commands, Settings, TenantConfig
from bot.core.breaker import BreakerState
from bot.crm.client import connect, sign_ins
from bot.crm.settings import ActionTimeZone, OnlineSettings, TenantSettings
from bot.crm.soap.transport import Limits
from bot.metrics import PrometheusMetrics
from bot.services.guarded import Gate, GuardedCrm
from bot.services.measured import MeasuredCrm
from bot.services.ports import Clock
from bot.services.seats import SharedSeats
from bot.services.tenants import Tenant

__all__ = ["guarded", "tenants"]

#: Questions to one SuperOffice at once beside those of the commands' workers: people who sign in, say.
BESIDE = 8


async def tenants(
    settings: Settings, session: aiohttp.ClientSession, clock: Clock, limits: Limits | None = None
) -> Mapping[str, Tenant]:
    """The clients of all tenants, by their ids; ``limits`` other than the settings'."""
    seconds = settings.commands.seconds
    limits = limits or Limits(command=seconds, attempt=seconds)
    described = [_described(tenant) for tenant in settings.tenants.values()]
    clients = await connect(described, session, clock, limits)
    online = sign_ins(described, session, clock)
    return {
        name: Tenant(clients[name], tenant.timezone, online.get(name), _host(tenant))
        for name, tenant in settings.tenants.items()
    }


def guarded(
    tenants: Mapping[str, Tenant],
    metrics: PrometheusMetrics,
    commands: Commands,
    monotonic: Callable[[], float] = time.monotonic,
    seats: SharedSeats | None = None,
) -> tuple[Mapping[str, Tenant], Mapping[str, Tenant]]:
    """The tenants for whoever waits for an answer; and for digests and keeping tickets alive, which can wait.

    Both share what is known of a tenant: whether it answers. But what can wait has places of its own, half of
    the commands' workers, so that no wave of it keeps a person waiting. Pauses are timed by ``monotonic``, in
    seconds. Where there are ``seats``, those are shared with other processes.
    """

    def turns(name: str, at_once: int) -> AbstractAsyncContextManager[None]:
        return seats.of(name, at_once) if seats else asyncio.Semaphore(at_once)

    hurried, unhurried = {}, {}
    for name, tenant in tenants.items():
        measured = MeasuredCrm(tenant.crm, metrics)
        gate = Gate(measured, monotonic, commands.seconds)
        metrics.watch_paused(name, partial(_is_paused, gate))
        hurried[name] = replace(
            tenant, crm=GuardedCrm(measured, gate, turns(f"{name} now", commands.workers + BESIDE))
        )
        unhurried[name] = replace(
            tenant, crm=GuardedCrm(measured, gate, turns(f"{name} later", max(1, commands.workers // 2)))
        )
    return hurried, unhurried


def _is_paused(gate: Gate) -> bool:
    return gate.state is not BreakerState.CLOSED


def _host(tenant: TenantConfig) -> str:
    return urlsplit(tenant.url or tenant.environment).hostname or ""


def _described(tenant: TenantConfig) -> TenantSettings:
    return TenantSettings(
        id=tenant.id,
        url=tenant.url or "",
        web_url=tenant.web_url or "",
        online=_online(tenant),
        zone=tenant.timezone,
        application_token=tenant.application_token,
        action_time_zone=ActionTimeZone(tenant.action_time_zone),
        wsdl=tenant.wsdl.by_service,
        proxy=tenant.proxy,
        ca_bundle=str(tenant.ca_bundle) if tenant.ca_bundle else None,
    )


def _online(tenant: TenantConfig) -> OnlineSettings | None:
    if not tenant.tenant:
        return None
    return OnlineSettings(tenant.environment, tenant.tenant, tenant.client_id or "", tenant.services)
