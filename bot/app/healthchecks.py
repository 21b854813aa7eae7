"""What `/readyz` looks at."""

from collections.abc import Mapping
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import store, web
from bot.services.ports import Clock
from bot.services.tenants import Tenant
from bot.slack.socketmode import SocketMode
from bot.slack.workspaces import Workspaces

__all__ = ["health_checks"]


def health_checks(
    scheduler: AsyncIOScheduler,
    database: store.Store,
    workspaces: Workspaces,
    tenants: Mapping[str, Tenant],
    clock: Clock,
    socket_mode: SocketMode | None,
) -> list[web.Check]:
    """What the bot cannot be used without; then what it may miss for a while."""

    async def ticking() -> None:
        if not scheduler.running:
            raise RuntimeError

    async def crm(tenant: Tenant) -> None:
        await tenant.crm.system_info()

    others = [
        web.Check(f"tenant {name}", web.Remembered(partial(crm, tenant), clock), essential=False)
        for name, tenant in tenants.items()
    ]
    return [
        web.Check("database", database.check),
        web.Check("schema", web.Remembered(database.check_schema, clock)),
        web.Check("scheduler", ticking),
        web.Check("slack", web.Remembered(workspaces.check, clock), essential=False),
        *([web.Check("socket-mode", socket_mode.check, essential=False)] if socket_mode else []),
        *others,
    ]
