"""What a digest would tell right now. Sending, previewing and testing all ask this."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.core.causes import causes
from bot.core.digest import Cause, CauseKind, building
from bot.core.subscription import Delivery, Participant, Subscription
from bot.services.digests.asking import Answer, Asking
from bot.services.digests.composed import Composed, PersonalComposed, reader_of
from bot.services.digests.teams import TeamComposer
from bot.services.ports import Clock, Mutes, in_steps
from bot.services.ports.digests import Ledger

__all__ = ["Composed", "Composer", "reader_of"]


async def _unwatched() -> None:
    """Nobody wants to know that it is still under way."""


class Composer:
    """Asks SuperOffice, and builds. It changes nothing: what is told is for whoever posts to note."""

    def __init__(
        self, *, asking: Asking, teams: TeamComposer, mutes: Mutes, ledger: Ledger, clock: Clock
    ) -> None:
        self._asking = asking
        self._teams = teams
        self._mutes = mutes
        self._ledger = ledger
        self._clock = clock

    async def compose(
        self,
        subscription: Subscription,
        participants: Sequence[Participant],
        delivery: Delivery | None = None,
        progress: Callable[[], Awaitable[None]] = _unwatched,
    ) -> Composed:
        """The digest as of now; ``delivery`` is the slot that it is for.

        For a channel's, what goes wrong with one participant is a missing view. For a person's it raises
        :class:`~bot.core.errors.NotLinked`, :class:`~bot.core.errors.SignInOver`,
        :class:`~bot.core.errors.SealBroken` and :class:`~bot.core.errors.CrmError`; for both
        :class:`~bot.core.errors.BadCommand` where its filter names what is no more. ``progress`` is called
        every now and then, and what it raises is raised.
        """
        if subscription.team:
            return await self._teams.compose(subscription, participants, delivery, progress)
        (participant,) = participants
        # The first message of one that is begun says what is quiet.
        for_quiet = delivery is None or not delivery.part
        answer = await self._asking.ask(subscription, participant, delivery, for_quiet=for_quiet)
        link = answer.link
        muted = await self._mutes.ids(link.user, link.tenant)
        steps = building(
            answer.rows,
            window=answer.window,
            overlap=answer.overlap,
            known=answer.known,
            filter_=answer.filter,
            principal=link.principal,
            muted=muted,
            is_first=answer.is_first,
        )
        digest = await in_steps(answer.rows, steps)
        why = await self._causes(subscription, participant, delivery, answer)
        return PersonalComposed(replace(digest, web_url=answer.web_url, causes=why, quiet=answer.quiet), link)

    async def _causes(
        self,
        subscription: Subscription,
        participant: Participant,
        delivery: Delivery | None,
        answer: Answer,
    ) -> tuple[Cause, ...]:
        before = await self._ledger.ended(subscription.id, participant.told_until)
        is_first = participant.told_until is None and not before
        first = (Cause(CauseKind.FIRST),) if is_first else ()
        capped = (Cause(CauseKind.CAPPED),) if answer.is_capped else ()
        return first + capped + causes(before, delivery, subscription.zone, self._clock.now())
