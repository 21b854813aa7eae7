"""What to reply to whatever people ask about their digest."""

from collections.abc import Awaitable, Callable, Mapping

from bot.core.people import Link, SlackUser
from bot.core.replies import Reader, Reply, Several
from bot.core.subscription import Subscription
from bot.core.typed.digestcommands import (
    AddTimes,
    DigestCommand,
    DropTimes,
    OpenDigestForm,
    PreviewDigest,
    ProveDigest,
    SetDigest,
    ShowDigest,
    ShowHistory,
    SnoozeDigest,
    SwitchDigest,
    TestDigest,
)
from bot.services.digests.proving import Proving
from bot.services.digests.settings import DigestSettings, filters_as_before
from bot.services.digests.showing import DigestShowing
from bot.services.preferences import Preferences
from bot.services.tenants import Tenant

__all__ = ["DigestDesk", "WithLink"]

#: Does something as a linked user; replies how to link if they are not.
WithLink = Callable[[Callable[[Link], Awaitable[Reply | Several]]], Awaitable[Reply | Several]]


class DigestDesk:
    """Each command to the use case that answers it."""

    def __init__(
        self,
        *,
        settings: DigestSettings,
        showing: DigestShowing,
        proving: Proving,
        preferences: Preferences,
        tenants: Mapping[str, Tenant],
    ) -> None:
        self._settings = settings
        self._showing = showing
        self._proving = proving
        self._preferences = preferences
        self._tenants = tenants

    async def reply(  # noqa: C901 - one line for each command
        self,
        command: DigestCommand,
        reader: Reader,
        user: SlackUser,
        with_link: WithLink,
        with_ticket: WithLink,
    ) -> Reply | Several:
        """The reply to a command. Raises :class:`~bot.core.errors.BotError`."""
        match command:
            case OpenDigestForm():
                return self._settings.form(await self._settings.draft(user, reader))
            case SetDigest():
                draft = await self._settings.draft(user, reader)
                wanted = self._settings.wanted(draft, command, reader)
                if filters_as_before(draft, wanted):
                    return await with_link(lambda _: self._settings.change(wanted, reader))
                with_it = with_ticket if wanted.filter.categories else with_link
                return await with_it(lambda link: self._set(wanted, link, reader))
            case AddTimes(text):
                return await self._settings.add(user, text)
            case DropTimes(text):
                return await self._settings.drop(user, text)
            case SwitchDigest(True):
                return await with_link(lambda _: self._settings.switch(user, reader, on=True))
            case SwitchDigest():
                return await self._settings.switch(user, reader, on=False)
            case SnoozeDigest(until):
                return await self._settings.snooze(user, until)
            case ShowDigest():
                return await self._settings.show(user)
            case PreviewDigest():
                return await with_link(lambda _: self._preview(user, reader))
            case TestDigest():
                return await with_link(lambda _: self._test(user, reader))
            case ProveDigest(day):
                draft = await self._settings.draft(user, reader)
                return await self._proving.prove(draft, day) if draft.id else self._settings.none(user)
            case ShowHistory():
                draft = await self._settings.draft(user, reader)
                return await self._proving.history(draft) if draft.id else self._settings.none(user)

    async def _set(self, wanted: Subscription, link: Link, reader: Reader) -> Reply:
        """What it filters by must be there before anything is stored."""
        await self._preferences.effective(link, self._tenants[link.tenant].crm, wanted.filter, reader)
        return await self._settings.change(wanted, reader)

    async def _preview(self, user: SlackUser, reader: Reader) -> Several:
        return Several(await self._showing.preview(await self._settings.draft(user, reader)))

    async def _test(self, user: SlackUser, reader: Reader) -> Reply:
        return await self._showing.test(await self._settings.draft(user, reader))
