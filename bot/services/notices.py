"""Tell people unasked what they must know, once: that a sign-in is over, that a tenant takes nobody's."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bot.core.errors import SlackFailed
from bot.core.people import SlackUser
from bot.core.replies import SignInEnded, TenantTrouble
from bot.core.signin import Ending
from bot.services.ports import Admins, Messenger, Runner, SignIns
from bot.services.readers import Readers

__all__ = ["Notices"]

log = logging.getLogger(__name__)


class Notices:
    """Never two, and a miss is never silent: who could not be told is marked so, for the admins to see.

    Admins are told beside whatever finds it out: a command's time would be up first, and nobody would hear of
    it again.
    """

    def __init__(
        self, store: SignIns, messenger: Messenger, readers: Readers, admins: Admins, runner: Runner
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._readers = readers
        self._admins = admins
        self._runner = runner

    async def due(self) -> Sequence[str]:
        """Something, where somebody does not know yet."""
        return [""] if await self._store.untold() else []

    async def deliver(self) -> None:
        """Tell everybody whose sign-in is over and who does not know yet.

        Nobody more of a workspace where Slack is silent, or takes nothing for now: they are told next time.
        """
        silent = set[str]()
        for user, ending in await self._store.untold():
            # The claim is on the disk before anything is sent: after a crash nobody is told twice.
            if user.workspace in silent or not await self._store.claim(user):
                continue
            if not await self._tell(user, ending):
                silent.add(user.workspace)

    def trouble(self, tenant: str, since: datetime) -> None:
        """Tell the admins that a tenant takes nobody's ticket; whoever calls saw to it that it is news."""
        self._runner.spawn(partial(self._tell_admins, TenantTrouble(tenant, since)))

    async def app_refused(self, tenant: str, now: datetime) -> None:
        """Tell the admins that a tenant does not take the app, if that is news."""
        if await self._store.begin_trouble(tenant, now):
            self._runner.spawn(partial(self._tell_admins, TenantTrouble(tenant, now, app=True)))

    async def _tell_admins(self, notice: TenantTrouble) -> None:
        for admin in await self._admins.of(notice.tenant):
            reader = await self._readers.reader(admin)
            try:
                await self._messenger.tell(admin, notice, reader)
            except SlackFailed as error:
                log.error("an admin was not told: %s", error, extra={"action": "notice.untold"})
            except asyncio.CancelledError:
                log.error("admins were not told: the bot stops", extra={"action": "notice.untold"})
                raise

    async def _tell(self, user: SlackUser, ending: Ending) -> bool:
        """Whether Slack takes messages there, or said something that is of this user alone."""
        reader = await self._readers.reader(user)
        try:
            await self._messenger.tell(user, SignInEnded(ending.why, ending.at), reader)
        except SlackFailed as error:
            log.warning("not told that a sign-in is over: %s", error, extra={"action": "notice.failed"})
            if error.passing:
                await self._store.release(user)
            else:
                await self._store.told(user, "uncertain" if error.in_doubt else "failed")
            return not (error.passing or error.in_doubt)
        await self._store.told(user, "told")
        return True
