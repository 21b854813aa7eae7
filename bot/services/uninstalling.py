"""The app is removed from a workspace or an organisation: what is stored for it goes, too."""

import logging
from datetime import datetime

from bot.core.audit import AuditAction, Deed, Departure
from bot.services.failures import log_unexpected
from bot.services.leaving import Leaving
from bot.services.ports import Audit, Clock, Installs, Runner

__all__ = ["Uninstalling"]

log = logging.getLogger(__name__)


class Uninstalling:
    """Slack tells of it by several events, in any order, perhaps more than once, perhaps late.

    What there is to do happens after the acknowledgement.
    """

    def __init__(
        self, installs: Installs, leaving: Leaving, audit: Audit, clock: Clock, runner: Runner
    ) -> None:
        self._installs = installs
        self._leaving = leaving
        self._audit = audit
        self._clock = clock
        self._runner = runner

    async def removed(self, id_: str, at: datetime, why: Departure) -> None:
        """Slack says that the app was removed ``at`` a time, or its token revoked."""
        self._runner.spawn(lambda: self._remove(id_, at, why))

    async def withdrawn(self, workspace: str) -> None:
        """The organisation's app was removed from one of its workspaces."""
        self._runner.spawn(lambda: self._withdraw(workspace))

    async def _remove(self, id_: str, at: datetime, why: Departure) -> None:
        """It raises nothing."""
        try:
            if not await self._installs.is_over(id_, at):
                log.info("%s has the app all the same", id_, extra={"action": "install.alive"})
                return
            workspaces = await self._installs.drop(id_)
            if workspaces:
                deed = Deed(self._clock.now(), AuditAction.APP_UNINSTALLED, what=id_, why=why)
                await self._audit.record(deed)
            for workspace in workspaces:
                await self._leaving.forget_workspace(workspace, why)
        except Exception as error:
            log_unexpected(error, "install.not-removed")

    async def _withdraw(self, workspace: str) -> None:
        """It raises nothing."""
        try:
            await self._installs.drop(workspace)
            await self._leaving.forget_workspace(workspace, Departure.UNINSTALLED)
        except Exception as error:
            log_unexpected(error, "install.not-removed")
