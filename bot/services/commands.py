"""Take what people type and press, and see to it that each is answered, whatever goes wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.core.correlation import correlated, current
from bot.core.errors import (
    BadCommand,
    BotBusy,
    BotError,
    CrmTimedOut,
    LinkNotAllowed,
    PostUncertain,
    Restarting,
    SealBroken,
    SlackFailed,
    TenantNotAllowed,
)
from bot.core.people import SlackUser
from bot.core.replies import Busy, CannotRead, Failed, Linked, Reader, Reply, Several, StillAsking
from bot.core.requests import Ask, Conversation, Do, Request
from bot.core.secret import Secret
from bot.core.typed.command import MAX_LINE
from bot.services.answers import Answers
from bot.services.asking import asks_the_crm, opens_a_form
from bot.services.failures import log_unexpected
from bot.services.linking import LinkedNow
from bot.services.ports import UNCOUNTED, Clock, Deliveries, Messenger, Metrics, Runner
from bot.services.readers import Readers

__all__ = ["NOBODY", "Commands"]

log = logging.getLogger(__name__)

#: The queue of what asks no SuperOffice. It is no tenant's id.
NOBODY = "(nobody)"
#: What the same command would meet again.
HOPELESS = (LinkNotAllowed, TenantNotAllowed, SealBroken, PostUncertain)


class _Turn:
    """What the one who asked has been told: nothing, a note that it takes longer, the answer."""

    def __init__(self) -> None:
        self.answered = False
        self.noted = False
        #: Calls off the note, once it is due at all.
        self.spare: Callable[[], None] | None = None
        #: The note is never said after the answer, nor while that is on its way.
        self.speaking = asyncio.Lock()


class Commands:
    """Takes requests, answers them after the acknowledgement.

    ``patience`` is how long a command may take in all, from its receipt; after ``notice`` its user is told
    that it takes longer.
    """

    def __init__(
        self,
        *,
        answers: Answers,
        readers: Readers,
        deliveries: Deliveries,
        messenger: Messenger,
        runner: Runner,
        clock: Clock,
        reference: Callable[[], str],
        on_linked: Callable[[SlackUser, Reader], Awaitable[Reply | None]],
        patience: timedelta = timedelta(seconds=25),
        notice: timedelta = timedelta(seconds=5),
        metrics: Metrics = UNCOUNTED,
    ) -> None:
        self._answers = answers
        self._readers = readers
        self._deliveries = deliveries
        self._messenger = messenger
        self._runner = runner
        self._clock = clock
        self._reference = reference
        self._on_linked = on_linked
        self._patience = patience
        self._notice = notice
        self._metrics = metrics

    async def take(self, request: Request) -> Reply | None:
        """Accept a request to be answered later.

        When the queue is full, a typed command gets the reply to be said in the acknowledgement; a button's
        acknowledgement cannot say anything, so that reply goes the usual way.
        """
        reference = self._reference()
        with correlated(reference):
            return await self._take(replace(request, received_at=self._clock.now(), reference=reference))

    async def _take(self, request: Request) -> Reply | None:
        if not await self._is_first(request):
            log.info("a delivery came twice", extra={"action": "command.repeated"})
            return None
        turn, user, waits = _Turn(), request.conversation.user, asks_the_crm(request)
        try:
            asks = await self._answers.tenant(user) if waits else NOBODY
            self._runner.submit(lambda: self.answer(request, turn), user, asks)
        except BotBusy:
            log.warning("the queue is full", extra={"action": "command.busy"})
            self._metrics.command(BotBusy.code, 0)
            if not request.pressed:
                return Busy()
            self._runner.spawn(lambda: self._say_busy(request))
        else:
            if waits:
                note = partial(self._say_that_it_takes_longer, request, turn)
                turn.spare = self._runner.later(self._notice.total_seconds(), note)
        return None

    async def answer(self, request: Request, turn: _Turn | None = None) -> None:
        """Work out the reply and send it. It raises nothing but cancellation, and tells the user of that."""
        with correlated(request.reference or current() or self._reference()):
            await self._answer(request, turn or _Turn())

    async def _answer(self, request: Request, turn: _Turn) -> None:
        try:
            request = await self._opened(request)
            reader = await self._readers.reader(request.conversation.user)
            try:
                reply = await self._in_time(request, reader)
            except Exception as error:
                reply = self._failed(error, request)
            await self._conclude(request, reply, reader, turn)
        except asyncio.CancelledError:
            if not turn.answered:
                reply = self._failed(Restarting(), request)
                await self._conclude(request, reply, self._readers.known(request.conversation.user), turn)
            raise

    async def _opened(self, request: Request) -> Request:
        """A form that is long in coming opens at once, empty: Slack's trigger is good for three seconds."""
        to = request.conversation
        if not to.trigger or not opens_a_form(request):
            return request
        view = await self._messenger.open(to, self._readers.known(to.user))
        return replace(request, conversation=replace(to, view=view, trigger=Secret("")))

    async def _conclude(self, request: Request, reply: Reply | Several, reader: Reader, turn: _Turn) -> None:
        async with turn.speaking:
            turn.answered = True
            if turn.spare:
                turn.spare()
            # What failed is said beside the page whose button was pressed: nothing on it is lost. The
            # answer to what was typed takes the place of the note that it takes longer.
            page = request.replace and not isinstance(reply, Failed | CannotRead)
            note = turn.noted and not request.pressed
            sending = self._say(request.conversation, reply, reader, replacing=page or note)
            await _to_the_end(asyncio.create_task(sending))
            self._account(request, _outcome(reply))

    def _account(self, request: Request, outcome: str) -> None:
        now = self._clock.now()
        seconds = (now - (request.received_at or now)).total_seconds()
        self._metrics.command(outcome, seconds)
        told = {"outcome": outcome, "seconds": round(seconds, 3)}
        log.info("answered", extra={"action": "command.done", **told})

    async def _say_that_it_takes_longer(self, request: Request, turn: _Turn) -> None:
        """Also while the request still waits in the queue."""
        reader = await self._readers.reader(request.conversation.user)
        async with turn.speaking:
            if not turn.answered:
                turn.noted = True
                note = StillAsking("" if request.pressed else request.asked, request.replace)
                await self._say(request.conversation, note, reader, replacing=False)

    async def _is_first(self, request: Request) -> bool:
        """Whether a delivery is new. A store that cannot tell is no reason to leave it unanswered."""
        try:
            return await self._deliveries.first(request.delivery, request.received_at or self._clock.now())
        except Exception as error:
            log_unexpected(error, "command.unrecorded")
            return True

    async def _say_busy(self, request: Request) -> None:
        reader = await self._readers.reader(request.conversation.user)
        await self._say(request.conversation, Busy(), reader, replacing=False)

    async def linked(self, done: LinkedNow) -> None:
        """Say in Slack that linking worked, then answer what was asked before it."""
        invitation = done.invitation
        conversation = Conversation(invitation.user, invitation.channel, invitation.response_url)
        reader = await self._readers.reader(invitation.user)
        said = Linked(done.link.principal, invitation.command)
        await self._say(conversation, said, reader, replacing=True)
        try:
            digest = await self._on_linked(invitation.user, reader)
        except Exception as error:
            log_unexpected(error, "digest.not-woken")
        else:
            if digest:
                await self._say(conversation, digest, reader, replacing=False)
        if invitation.command:
            line = invitation.command
            await self.answer(Request("", conversation, Ask(line) if len(line) <= MAX_LINE else Do(line)))

    async def _say(
        self, to: Conversation, reply: Reply | Several, reader: Reader, *, replacing: bool
    ) -> None:
        try:
            for each in reply.replies if isinstance(reply, Several) else (reply,):
                await self._messenger.reply(to, each, reader, replace=replacing)
                to, replacing = replace(to, view=""), False
        except Exception as error:
            log_unexpected(error, "reply.lost")

    async def _in_time(self, request: Request, reader: Reader) -> Reply | Several:
        waited = self._clock.now() - request.received_at if request.received_at else timedelta(0)
        remaining = (self._patience - waited).total_seconds()
        if remaining <= 0:
            raise BotBusy
        try:
            async with asyncio.timeout(remaining):
                return await self._answers.reply(request, reader)
        except TimeoutError as error:
            if asks_the_crm(request):
                raise CrmTimedOut(seconds=round(self._patience.total_seconds())) from error
            raise SlackFailed(error=type(error).__name__, in_doubt=True) from error

    def _failed(self, error: Exception, request: Request) -> Reply:
        if isinstance(error, BadCommand):
            return CannotRead(error.problems)
        reference = current()
        known = error if isinstance(error, BotError) else BotError()
        if known is error:
            log.warning("%s", error, extra={"action": "command.failed", "reference": reference})
        else:
            log_unexpected(error, "command.failed")
        again = request.asked if isinstance(request.wish, Ask) and not isinstance(known, HOPELESS) else ""
        return Failed(known.code, dict(known.params), reference, again, request.page)


def _outcome(reply: Reply | Several) -> str:
    if isinstance(reply, CannotRead):
        return BadCommand.code
    return reply.code if isinstance(reply, Failed) else "answered"


async def _to_the_end(task: asyncio.Task[None]) -> None:
    """Wait for what must not be cut in the middle: it would be unknown whether it was said."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
