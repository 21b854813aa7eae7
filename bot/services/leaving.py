"""Who leaves is forgotten, whether they ask for it or not; it is written down why."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping

from bot.core.audit import AuditAction, Deed, Departure, Retention
from bot.core.people import SlackUser
from bot.core.replies import Forgotten
from bot.services.failures import log_unexpected
from bot.services.ports import Audit, Clock, Personal, SignIns

__all__ = ["Leaving"]

log = logging.getLogger(__name__)


class Leaving:
    """Every way to leave. Whoever left already may do so again: that changes nothing.

    ``tenants`` are those of the configuration; ``may_use`` says of a workspace's id whether it may use one.
    ``on_gone`` is told of whoever had opened the Home tab, which still shows what was.
    """

    def __init__(
        self,
        *,
        personal: Personal,
        audit: Audit,
        sign_ins: SignIns,
        clock: Clock,
        tenants: Collection[str],
        may_use: Callable[[str, str], bool],
        retention: Retention,
        on_gone: Callable[[SlackUser], None] = lambda _: None,
    ) -> None:
        self._personal = personal
        self._audit = audit
        self._sign_ins = sign_ins
        self._clock = clock
        self._tenants = tenants
        self._may_use = may_use
        self._retention = retention
        self._on_gone = on_gone

    async def forget(self, user: SlackUser, why: Departure, by: SlackUser | None = None) -> Forgotten:
        """Delete all that is stored about a user, with a receipt."""
        now = self._clock.now()
        erasure = await self._personal.forget(user, why, now, by)
        traceless = await self._personal.empty_log()
        if any(erasure.gone.values()):
            log.info("somebody is forgotten: %s", why, extra={"action": "leaving.done"})
        if not traceless:
            log.warning("the log is not empty: somebody reads", extra={"action": "leaving.traces"})
        if erasure.gone.get("homes"):
            self._on_gone(user)
        left = sum(erasure.left.values())
        return Forgotten(dict(erasure.gone), left, self._personal.backups_end(now), traceless)

    async def unlink(self, user: SlackUser, by: SlackUser | None = None) -> bool:
        """Delete a link and what goes with it, which is all; say whether there was a link."""
        why = Departure.UNLINKED if by is None else Departure.UNLINKED_BY_ADMIN
        return (await self.forget(user, why, by or user)).counts.get("links", 0) > 0

    async def changed(self, user: SlackUser, *, deactivated: bool, guest: bool) -> None:
        """Slack says that a user changed. It may say so twice. It raises nothing.

        Deactivated users cannot ask any more, and guests may not: their tickets must not stay.
        """
        if not (deactivated or guest):
            return
        try:
            await self.forget(user, Departure.DEACTIVATED if deactivated else Departure.GUEST)
        except Exception as error:
            log_unexpected(error, "leaving.failed")

    async def forget_workspace(self, workspace: str, why: Departure) -> Mapping[str, int]:
        """Forget everybody of a workspace; how many rows of each table there were.

        It is written down for each of them, and once for the workspace.
        """
        gone, users = Counter[str](), await self._personal.users(workspace)
        for user in users:
            gone.update((await self._personal.forget(user, why, self._clock.now())).gone)
            await asyncio.sleep(0)  # others wait for answers
        await self._personal.forget_channels(workspace)
        if users:
            what = {"users": len(users), **gone}
            action = AuditAction.WORKSPACE_FORGOTTEN
            await self._audit.record(Deed(self._clock.now(), action, what=workspace, why=why, before=what))
            log.info("a workspace is forgotten: %s", why, extra={"action": "leaving.workspace"})
        await self._personal.empty_log()
        return dict(gone)

    async def sweep(self) -> None:
        """Whose SuperOffice is not in the configuration any more, or not for their workspace, rests.

        After a while they are forgotten.

        To be called every now and then. It raises nothing.
        """
        try:
            resting = defaultdict[str, list[SlackUser]](list)
            for state in await self._sign_ins.all():
                where = f"{state.tenant} in {state.user.workspace}"
                if state.tenant not in self._tenants:
                    resting[state.tenant].append(state.user)
                elif not self._may_use(state.user.workspace, state.tenant):
                    resting[where].append(state.user)
                elif await self._sign_ins.trouble(where):
                    await self._sign_ins.end_trouble(where)
            for where, users in sorted(resting.items()):
                if await self._has_rested(where, len(users)):
                    for user in users:
                        await self.forget(user, Departure.TENANT_REMOVED)
                    await self._sign_ins.end_trouble(where)
        except Exception as error:
            log_unexpected(error, "leaving.failed")

    async def _has_rested(self, tenant: str, links: int) -> bool:
        """Whether a tenant is away for so long that it was no mistake in the configuration."""
        now = self._clock.now()
        if await self._sign_ins.begin_trouble(tenant, now):
            deed = Deed(now, AuditAction.TENANT_REMOVED, what=tenant, before={"links": links})
            await self._audit.record(deed)
            log.warning(
                "%s users are linked to %s, which the configuration has no more: they will be forgotten",
                *(links, tenant),
                extra={"action": "leaving.tenant"},
            )
        since = await self._sign_ins.trouble(tenant)
        return since is not None and now - since >= self._retention.removed_tenant
