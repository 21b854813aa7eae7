"""Show people what is stored about them."""

from bot.core.audit import AuditAction, Deed
from bot.core.people import SlackUser
from bot.core.replies import MyData, MyDataSent, Reader
from bot.services.ports import Audit, Clock, Messenger, Personal

__all__ = ["Privacy"]


class Privacy:
    """The use case."""

    def __init__(self, personal: Personal, messenger: Messenger, audit: Audit, clock: Clock) -> None:
        self._personal = personal
        self._audit = audit
        self._messenger = messenger
        self._clock = clock

    async def my_data(self, user: SlackUser, reader: Reader) -> MyDataSent:
        """Send everything as a file in a direct message; nothing where nothing is stored.

        Raises :class:`~bot.core.errors.SlackFailed`.
        """
        data = MyData(user, self._clock.now(), await self._personal.export(user))
        if any(data.counts.values()):
            await self._messenger.hand_over(data, reader)
            await self._audit.record(Deed(self._clock.now(), AuditAction.DATA_EXPORTED, user, user))
        return MyDataSent(data.counts)
