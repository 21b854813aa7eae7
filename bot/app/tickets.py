"""The parts that use people's tickets, keep them alive, and tell whose are over."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from bot import store
from bot.core.signin import KeepAlivePolicy
from bot.services.access import Access
from bot.services.keepalive import KeepAlive
from bot.services.notices import Notices
from bot.services.ports import Admins, Clock, Messenger, Runner
from bot.services.readers import Readers
from bot.services.refreshing import Refresher
from bot.services.renewing import Renewal
from bot.services.signins import SignIns
from bot.services.tenants import Tenant

__all__ = ["Tickets", "tickets"]


@dataclass(frozen=True, slots=True)
class Tickets:
    """What the other parts need of them."""

    sign_ins: SignIns
    keep_alive: KeepAlive
    renewal: Renewal
    notices: Notices


def tickets(
    *,
    database: store.Store,
    clock: Clock,
    tenants: Mapping[str, Tenant],
    unhurried: Mapping[str, Tenant],
    access: Access,
    messenger: Messenger,
    readers: Readers,
    admins: Admins,
    runner: Runner,
    policy: KeepAlivePolicy,
) -> Tickets:
    """Put them together. ``unhurried``: the tenants for what can wait."""
    online = {name: tenant.online for name, tenant in tenants.items() if tenant.online}
    notices = Notices(database.sign_ins, messenger, readers, admins, runner)
    refresher = Refresher(database.links, database.sign_ins, online, clock, notices)
    sign_ins = SignIns(
        links=database.links,
        store=database.sign_ins,
        tenants={name: tenant.crm for name, tenant in tenants.items()},
        access=access,
        refresher=refresher,
        clock=clock,
        chance=random.random,
        policy=policy,
    )
    keep_alive = KeepAlive(
        tenants={name: tenant.crm for name, tenant in unhurried.items()},
        sign_ins=sign_ins,
        store=database.sign_ins,
        notices=notices,
        clock=clock,
        policy=policy,
    )
    renewal = Renewal(
        links=database.links,
        store=database.sign_ins,
        refresher=refresher,
        online=online,
        runner=runner,
        clock=clock,
    )
    return Tickets(sign_ins, keep_alive, renewal, notices)
