"""Browsers on their way to somebody else's page and back."""

from collections.abc import Callable
from datetime import datetime

from bot.core.onlineerrors import OtherBrowser, StateUsed
from bot.core.secret import Secret
from bot.services.ports import Authorization, Authorizations, Clock

__all__ = ["Journeys"]


class Journeys:
    """The browser that left must be the one that returns, with the state that it took along, once.

    ``token`` makes 32 random bytes in URL-safe base64.
    """

    def __init__(self, authorizations: Authorizations, clock: Clock, token: Callable[[], Secret]) -> None:
        self._authorizations = authorizations
        self._clock = clock
        self._token = token

    async def begin(
        self, page: Secret, browser: Secret, expires_at: datetime
    ) -> tuple[Secret, Authorization]:
        """Remember one that leaves, in the place of an older one of the same page and browser; its state."""
        state = self._token()
        authorization = Authorization(page, browser, self._token(), self._token(), expires_at)
        await self._authorizations.begin(state, authorization)
        return state, authorization

    async def returned(self, state: Secret, browser: Secret) -> Authorization:
        """What the browser that comes back had left for. Raises ``LinkError`` by what is wrong."""
        authorization = await self._authorizations.look(state, self._clock.now())
        if authorization.browser != browser:
            raise OtherBrowser
        return authorization

    async def arrive(self, state: Secret) -> None:
        """Use the state up. Raises :class:`StateUsed` for all callers but one."""
        if not await self._authorizations.take(state):
            raise StateUsed
