"""Install the app in a workspace, or in a whole organisation, by way of Slack's own page."""

import logging
import math
from datetime import timedelta

from bot.core.audit import AuditAction, Deed
from bot.core.errors import SlackFailed
from bot.core.onlineerrors import ConsentDenied, InstallThrottled, WorkspaceNotWelcome
from bot.core.secret import Secret
from bot.core.throttle import Allowance
from bot.services.access import Access
from bot.services.journeys import Journeys
from bot.services.ports import Attempts, Audit, Authorization, Clock, Installation, Installs, SlackApp

__all__ = ["Installing"]

log = logging.getLogger(__name__)

#: How long somebody may look at Slack's page.
LIFETIME = timedelta(minutes=10)
#: How often an address may begin before waiting does: each time something is stored.
TRIES, LONGEST_WAIT = 20, timedelta(minutes=5)


class Installing:
    """The use case. ``redirect_uri`` is where Slack sends the browser back to."""

    def __init__(
        self,
        *,
        app: SlackApp,
        installs: Installs,
        journeys: Journeys,
        attempts: Attempts,
        access: Access,
        audit: Audit,
        clock: Clock,
        redirect_uri: str,
    ) -> None:
        self._app = app
        self._installs = installs
        self._journeys = journeys
        self._attempts = attempts
        self._access = access
        self._audit = audit
        self._clock = clock
        self._redirect_uri = redirect_uri

    async def begin(self, browser: Secret, address: str) -> Secret:
        """Where to send the browser. Raises :class:`InstallThrottled`."""
        now = self._clock.now()
        wait = await self._attempts.reserve([Allowance(f"install {address}", TRIES, LONGEST_WAIT)], now)
        if wait > timedelta(0):
            raise InstallThrottled(seconds=math.ceil(wait.total_seconds()))
        state, _ = await self._journeys.begin(browser, browser, now + LIFETIME)
        return self._app.address(state, self._redirect_uri)

    async def returned(self, state: Secret, browser: Secret) -> Authorization:
        """What the browser that comes back had left for. Raises ``LinkError`` by what is wrong."""
        return await self._journeys.returned(state, browser)

    async def finish(self, state: Secret, code: Secret, denied: str = "") -> Installation:
        """Install, or say why not. The state is used up by this.

        Raises :class:`WorkspaceNotWelcome`, other ``LinkError``, and
        :class:`~bot.core.errors.SlackFailed`.
        """
        await self._journeys.arrive(state)
        if denied or not code:
            raise ConsentDenied(by="Slack", error=denied[:40])
        now = self._clock.now()
        new = await self._app.redeem(code, self._redirect_uri, now)
        if not self._access.welcomes(*filter(None, (new.id, new.organization))):
            await self._withdraw(new)
            raise WorkspaceNotWelcome(workspace=new.id)
        await self._installs.add(new)
        await self._audit.record(Deed(now, AuditAction.APP_INSTALLED, what=new.id))
        log.info("installed in %s", new.id, extra={"action": "install.done"})
        return new

    async def _withdraw(self, installation: Installation) -> None:
        """A token that nobody uses should not live on."""
        log.warning("%s may not install", installation.id, extra={"action": "install.refused"})
        try:
            await self._app.withdraw(installation)
        except SlackFailed as error:
            log.warning("not withdrawn: %s", error, extra={"action": "install.left"})
