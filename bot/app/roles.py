"""What a process does by the clock: all of it, or its part where several share the work.

``clock`` processes hand out what is to be done, ``worker`` processes do it, ``web`` processes answer people.
Each may be started as often as one likes: what is handed out is handed out once, and done by one at a time.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import store
from bot.app.clockwork import BEAT, HOUSEKEEPING, Job, scheduled
from bot.app.duties import Duty, always
from bot.config import Settings
from bot.core.secret import DatabaseUrl
from bot.services.failures import log_unexpected
from bot.services.ports import Clock

if TYPE_CHECKING:
    from bot.app.wiring import Wiring
    from bot.jobs import Jobs

__all__ = ["Role", "RoleNeedsPostgres", "at_work", "of_url"]

#: How often it is looked whether a worker died.
TIDY = timedelta(seconds=10)


class Role(StrEnum):
    """Which part of the bot a process is."""

    RUN = "run"
    WEB = "web"
    CLOCK = "clock"
    WORKER = "worker"


class RoleNeedsPostgres(Exception):
    """Several processes need BOT_DATABASE=postgresql://…: on SQLite one does it all, without --role."""

    def __str__(self) -> str:
        return " ".join((self.__doc__ or "").split())


def of_url(settings: Settings, role: Role) -> DatabaseUrl | None:
    """The database of a role that needs others. Raises :class:`RoleNeedsPostgres`."""
    if role is Role.RUN:
        return None
    if not isinstance(settings.database, DatabaseUrl):
        raise RoleNeedsPostgres
    return settings.database


@asynccontextmanager
async def at_work(
    role: Role, settings: Settings, bot: "Wiring", database: store.Store, clock: Clock
) -> AsyncIterator[AsyncIOScheduler]:
    """Do the role's part, for as long as that."""
    prune, beat = partial(_prune, database, clock), partial(_beat, database, clock)
    url = of_url(settings, role)
    if url is None:
        with scheduled((prune, HOUSEKEEPING), (beat, BEAT), *bot.duties.alone()) as scheduler:
            yield scheduler
        return
    from bot.jobs import Jobs  # whoever runs in one process needs nothing of it

    duties = [*bot.duties.shared(), Duty("prune", HOUSEKEEPING, always(""), lambda _: prune())]
    jobs = Jobs(url, {duty.name: duty.do for duty in duties})
    mine: list[tuple[Job, timedelta]] = [(beat, BEAT), *bot.duties.each()]
    if role is Role.CLOCK:
        mine += [(partial(_hand_out, jobs, duty), duty.every) for duty in duties]
        mine.append((partial(_guarded, jobs.tidy), TIDY))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(jobs.opened())
        if role is Role.WORKER:
            await stack.enter_async_context(jobs.working({"digests": settings.digests.workspaces_at_once}))
        with scheduled(*mine) as scheduler:
            yield scheduler


async def _hand_out(jobs: "Jobs", duty: Duty) -> None:
    await _guarded(lambda: _handed_out(jobs, duty))


async def _handed_out(jobs: "Jobs", duty: Duty) -> None:
    await jobs.hand_out(duty.name, await duty.due())


async def _guarded(do: Job) -> None:
    """What fails is done at the next tick."""
    try:
        await do()
    except Exception as error:
        log_unexpected(error, "clock.failed")


async def _prune(database: store.Store, clock: Clock) -> None:
    await database.prune(clock.now())


async def _beat(database: store.Store, clock: Clock) -> None:
    await database.processes.beat(clock.now())
