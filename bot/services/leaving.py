"""Who leaves the workspace is forgotten, whether they ask for it or not."""

import logging

from bot.core.people import SlackUser
from bot.services.failures import log_unexpected
from bot.services.linking import Linking

__all__ = ["Leaving"]

log = logging.getLogger(__name__)


class Leaving:
    """Deactivated users cannot ask any more, and guests may not: their tickets must not stay."""

    def __init__(self, linking: Linking) -> None:
        self._linking = linking

    async def changed(self, user: SlackUser, *, deactivated: bool, guest: bool) -> None:
        """Slack says that a user changed. It may say so twice. It raises nothing."""
        if not (deactivated or guest):
            return
        try:
            gone = await self._linking.forget(user)
        except Exception as error:
            log_unexpected(error, "leaving.failed", "")
            return
        if any(gone.counts.values()):
            why = "deactivated" if deactivated else "guest"
            log.info("%s left: %s", user.user, why, extra={"action": "leaving.done", "reason": why})
