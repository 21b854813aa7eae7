"""When a Home tab is shown: when it is opened, and a moment after something in it changed."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.core.errors import SlackFailed
from bot.core.people import SlackUser
from bot.core.replies import Reply
from bot.core.replies.home import Home, InMessages
from bot.services.failures import log_unexpected
from bot.services.home.composing import HomeComposer
from bot.services.ports import Clock, Homes, HomeView, Runner
from bot.services.readers import Readers

__all__ = ["HomeTabs"]

log = logging.getLogger(__name__)

#: So long a Home tab says what came of a button, whatever else changes in it.
SAID_FOR = timedelta(minutes=1)


class HomeTabs:
    """The use case. Only whoever looks at it waits for it; one that fails is shown at its next change."""

    def __init__(
        self,
        *,
        homes: Homes,
        view: HomeView,
        composer: HomeComposer,
        readers: Readers,
        runner: Runner,
        clock: Clock,
    ) -> None:
        self._homes = homes
        self._view = view
        self._composer = composer
        self._readers = readers
        self._runner = runner
        self._clock = clock
        #: The latest is the last to be shown.
        self._turns: WeakValueDictionary[SlackUser, asyncio.Lock] = WeakValueDictionary()
        #: Whose is about to be made from what there is by then.
        self._waiting = set[SlackUser]()
        self._said: dict[SlackUser, tuple[datetime, Reply | InMessages]] = {}

    async def opened(self, user: SlackUser) -> None:
        """The user looks at it: it is shown as it is by now, and kept so."""
        await self.looked_at(user)
        self.refresh(user)

    async def looked_at(self, user: SlackUser) -> None:
        """The user did something in it."""
        await self._homes.opened(user, self._clock.now())

    async def user_changed(self, user: SlackUser) -> None:
        """Slack says that a user's zone, language or role changed."""
        await self._homes.changed(user)

    def refresh(self, user: SlackUser) -> None:
        """Show it anew, soon: also to somebody who is forgotten, of whom it must tell nothing any more."""
        self._runner.spawn(lambda: self._refresh(user))

    async def due(self) -> Sequence[str]:
        """Something, where there is anything to show anew."""
        return [""] if await self._homes.stale(self._clock.now()) else []

    async def tick(self) -> None:
        """Show anew what is stale, as far as Slack's limit leaves room. To be called every few seconds."""
        self._forget_said()
        for user in await self._homes.stale(self._clock.now()):
            if user not in self._waiting and await self._view.room(user.workspace):
                self.refresh(user)

    async def say(self, user: SlackUser, reply: Reply | InMessages) -> bool:
        """Show in it what came of a button that was pressed there; ``False`` where Slack does not take it."""
        self._said[user] = self._clock.now() + SAID_FOR, reply
        async with self._turn(user):
            return await self._publish(user)

    async def _refresh(self, user: SlackUser) -> None:
        """It raises nothing."""
        if user in self._waiting:
            return
        self._waiting.add(user)
        try:
            async with self._turn(user):
                self._waiting.discard(user)
                await self._publish(user)
        finally:
            self._waiting.discard(user)

    async def _publish(self, user: SlackUser) -> bool:
        try:
            await self._homes.published(user, self._clock.now())
            home, reader = await self._made(user), await self._readers.reader(user)
            await self._homes.shows_glance(user, shows=home.glance is not None)
            await self._view.publish(user, home, reader)
        except SlackFailed as failed:
            log.warning("a Home tab was not shown: %s", failed.error, extra={"action": "home.failed"})
        except Exception as error:
            log_unexpected(error, "home.failed")
        else:
            return True
        return False

    async def _made(self, user: SlackUser) -> Home:
        home = await self._composer.compose(user)
        until, said = self._said.get(user, (self._clock.now(), None))
        return replace(home, said=said) if until > self._clock.now() else home

    def _forget_said(self) -> None:
        now = self._clock.now()
        self._said = {user: each for user, each in self._said.items() if each[0] > now}

    def _turn(self, user: SlackUser) -> asyncio.Lock:
        return self._turns.setdefault(user, asyncio.Lock())
