"""Who is a guest: everybody of a workspace, as Slack told within a day and its events tell since."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.core.audience import Kind
from bot.core.errors import SlackFailed
from bot.core.people import SlackUser
from bot.services.ports import Clock
from bot.singleflight import SingleFlight
from bot.slack.budgets import Budgets
from bot.slack.paging import PAGE, pages
from bot.slack.people import kind_of
from bot.slack.sdk import failure
from bot.slack.workspaces import Workspaces

__all__ = ["Roster"]

log = logging.getLogger(__name__)

#: How often everybody is listed.
DAILY = timedelta(days=1)
#: For how long what Slack told is believed: a listing may take a while, or fail at first.
BELIEVED = DAILY + timedelta(hours=6)
#: So many unknown users are asked about one by one; for more, the whole workspace is listed first.
FEW = 40
#: Requests at once.
AT_ONCE = 8
#: Pages of ``users.list``: of a workspace with more people, only those are known who are asked about.
MOST_PAGES = 300


class Roster:
    """Remembers what each user is. What is not in here, nobody knows: it must not be guessed."""

    def __init__(self, workspaces: Workspaces, clock: Clock, budgets: Budgets) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._budgets = budgets
        self._known: defaultdict[str, dict[str, tuple[Kind, datetime]]] = defaultdict(dict)
        self._listed: dict[str, datetime] = {}
        self._flights = SingleFlight()
        #: For each question that is under way: of whom an event told meanwhile.
        self._heard: list[set[SlackUser]] = []

    def known(self, workspace: str, users: Iterable[str]) -> Mapping[str, Kind]:
        """What those are that are known."""
        known, oldest = self._known[workspace], self._clock.now() - BELIEVED
        found = ((user, known.get(user)) for user in users)
        return {user: each[0] for user, each in found if each and each[1] > oldest}

    def heard(self, user: SlackUser, info: Mapping[str, Any]) -> Kind:
        """An event tells what a user is now."""
        for heard in self._heard:
            heard.add(user)
        kind = kind_of(user, info)
        self._known[user.workspace][user.user] = (kind, self._clock.now())
        return kind

    async def tick(self) -> None:
        """List the workspaces that were not listed for a day. To be called every now and then."""
        for workspace in await self._workspaces.all():
            if self._is_due(workspace):
                with suppress(SlackFailed):
                    await self._list(workspace)

    async def settle(self, workspace: str, users: Collection[str]) -> None:
        """Ask about those who are not known, for as long as the caller waits and Slack's limits allow.

        What a listing finds out after the caller went is there next time. Raises :class:`SlackFailed`.
        """
        if len(self._unknown(workspace, users)) > FEW and self._is_due(workspace):
            await self._list(workspace)
        unknown = self._unknown(workspace, users)
        affordable = unknown[: max(0, await self._budgets.left(workspace, "users.info"))]
        at_once = asyncio.Semaphore(AT_ONCE)

        async def ask(user: str) -> None:
            async with at_once:
                await self._ask(SlackUser(workspace, user))

        done = await asyncio.gather(*map(ask, affordable), return_exceptions=True)
        if failed := next((each for each in done if isinstance(each, BaseException)), None):
            raise failed

    def _unknown(self, workspace: str, users: Collection[str]) -> list[str]:
        known = self.known(workspace, users)
        return [user for user in users if user not in known]

    def _is_due(self, workspace: str) -> bool:
        listed = self._listed.get(workspace)
        return listed is None or self._clock.now() - listed >= DAILY

    async def _list(self, workspace: str) -> None:
        """List it, or wait for the listing that is under way, whoever asked for it."""
        await self._flights.join(workspace, partial(self._list_all, workspace))

    async def _list_all(self, workspace: str) -> None:
        began = self._clock.now()
        with self._asking() as keep:
            try:
                client = await self._workspaces.client(workspace)
                lists = self._budgets.paced(workspace, "users.list", client.users_list)
                async for page in pages(lists, most=MOST_PAGES, team_id=workspace, limit=PAGE):
                    for info in page["members"]:
                        keep(SlackUser(workspace, info["id"]), info)
            except Exception as error:
                failed = failure(error)
                log.warning("nobody was listed: %s", failed.error, extra={"action": "slack.roster"})
                raise failed from None
        self._listed[workspace] = began
        self._forget_old(workspace)

    async def _ask(self, user: SlackUser) -> None:
        with self._asking() as keep:
            try:
                client = await self._workspaces.client(user.workspace)
                asks = self._budgets.paced(user.workspace, "users.info", client.users_info)
                answer = await asks(user=user.user)
                keep(user, answer["user"])
            except Exception as error:
                raise failure(error) from None

    @contextmanager
    def _asking(self) -> Iterator[Callable[[SlackUser, Mapping[str, Any]], None]]:
        """What keeps an answer in mind, unless an event told of that user since it was asked for."""
        now, heard = self._clock.now(), set[SlackUser]()
        self._heard.append(heard)

        def keep(user: SlackUser, info: Mapping[str, Any]) -> None:
            if user not in heard:
                self._known[user.workspace][user.user] = (kind_of(user, info), now)

        try:
            yield keep
        finally:
            self._heard = [each for each in self._heard if each is not heard]

    def _forget_old(self, workspace: str) -> None:
        oldest = self._clock.now() - BELIEVED
        known = self._known[workspace]
        self._known[workspace] = {user: each for user, each in known.items() if each[1] > oldest}
