"""A channel's digest as of now: everybody who joined is asked, each with their own ticket, a few at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.core.causes import causes
from bot.core.channeldigest import ChannelSettings
from bot.core.digest import Cause, CauseKind
from bot.core.errors import BadCommand, BotError, SealBroken, SignInOver
from bot.core.localtime import local
from bot.core.people import SlackUser
from bot.core.signin import Why
from bot.core.subscription import Delivery, Participant, Subscription
from bot.core.teamdigest import Company, MissingView, TeamDigest, View, merge, observed_days
from bot.core.window import EPOCH, Window, known_time
from bot.services.digests.asking import Answer, Asking
from bot.services.digests.composed import TeamComposed
from bot.services.failures import log_unexpected
from bot.services.ports import Clock, Links, Participants
from bot.services.ports.digests import Ledger, Subscriptions, Told

__all__ = ["AT_ONCE", "TeamComposer", "view_of"]

log = logging.getLogger(__name__)

#: So many participants of a digest are asked at the same time.
AT_ONCE = 8
#: So many days of a chart.
CHARTED = timedelta(days=14)

#: To be told every now and then that it is still under way.
Progress = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Had:
    """What came of asking one participant: an answer, or why there is none."""

    participant: Participant
    answer: Answer | None = None
    error: BotError | None = None


class TeamComposer:
    """The use case. What goes wrong with one participant is a missing view."""

    def __init__(
        self,
        *,
        asking: Asking,
        subscriptions: Subscriptions,
        participants: Participants,
        links: Links,
        ledger: Ledger,
        told: Told,
        clock: Clock,
    ) -> None:
        self._asking = asking
        self._subscriptions = subscriptions
        self._participants = participants
        self._links = links
        self._ledger = ledger
        self._told = told
        self._clock = clock

    async def compose(
        self,
        subscription: Subscription,
        participants: Sequence[Participant],
        delivery: Delivery | None,
        progress: Progress,
    ) -> TeamComposed:
        """The digest of those who can be had.

        Raises :class:`~bot.core.errors.BadCommand` where its filter names what is no more, whoever asks; and
        what ``progress`` raises.
        """
        settings = subscription.team or ChannelSettings()
        drop_outs = tuple(await self._participants.drop_outs(subscription.id))
        had = await self._ask_all(subscription, participants, delivery, progress)
        errors = [each.error for each in had if each.error]
        if errors and len(errors) == len(had) and all(map(_is_of_the_filter, errors)):
            raise errors[0]
        views = tuple(view_of(each.participant, each.answer) for each in had if each.answer)
        missing = [await self._missing(each) for each in had if each.error]
        digest = await self._merged(subscription, settings, had, views)
        digest = replace(digest, missing=tuple(missing), drop_outs=drop_outs)
        if views:
            why = await self._causes(subscription, had, digest, delivery)
            digest = replace(digest, causes=why, counts=await self._counts(subscription, digest))
        over = tuple(_over(had))
        return TeamComposed(digest, views, subscription.id, over)

    async def _ask_all(
        self,
        subscription: Subscription,
        participants: Sequence[Participant],
        delivery: Delivery | None,
        progress: Progress,
    ) -> list[_Had]:
        at_once = asyncio.Semaphore(AT_ONCE)

        async def ask(participant: Participant) -> _Had:
            async with at_once:
                return await self._ask(subscription, participant, delivery)

        tasks = [asyncio.create_task(ask(each)) for each in participants]
        try:
            for done in asyncio.as_completed(tasks):
                await done
                await progress()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return [task.result() for task in tasks]

    async def _ask(
        self, subscription: Subscription, participant: Participant, delivery: Delivery | None
    ) -> _Had:
        if participant.narrowing.is_lost:
            return _Had(participant, error=SealBroken())
        try:
            answer = await self._asking.ask(subscription, participant, delivery, for_quiet=False)
        except BotError as error:
            return _Had(participant, error=error)
        except Exception as error:
            log_unexpected(error, "digest.view")
            return _Had(participant, error=BotError())
        return _Had(participant, answer)

    async def _merged(
        self,
        subscription: Subscription,
        settings: ChannelSettings,
        had: Sequence[_Had],
        views: Sequence[View],
    ) -> TeamDigest:
        if not views:
            now = Window(None, self._clock.now())
            return TeamDigest(now, (), settings, subscription.zone, filter=subscription.filter)
        filter_ = next(each.answer.filter for each in had if each.answer)
        # Of hundreds of views that takes a second: in a thread, so that nobody else waits for it.
        return await asyncio.to_thread(
            merge, views, filter_=filter_, settings=settings, zone=subscription.zone
        )

    async def _missing(self, had: _Had) -> MissingView:
        user, error = had.participant.user, had.error or BotError()
        try:
            link = await self._links.get(user)
        except SealBroken:
            link = None
        return MissingView(user, link.principal.full_name if link else "", error.code)

    async def _causes(
        self,
        subscription: Subscription,
        had: Sequence[_Had],
        digest: TeamDigest,
        delivery: Delivery | None,
    ) -> tuple[Cause, ...]:
        """Of the digest as a whole: since most of its views were told last."""
        before = await self._ledger.ended(subscription.id, digest.window.start)
        is_first = not before and all(each.participant.told_until is None for each in had if each.answer)
        is_capped = any(each.answer.is_capped for each in had if each.answer)
        first = (Cause(CauseKind.FIRST),) if is_first else ()
        capped = (Cause(CauseKind.CAPPED),) if is_capped else ()
        return first + capped + causes(before, delivery, subscription.zone, self._clock.now())

    async def _counts(self, subscription: Subscription, digest: TeamDigest) -> Mapping[date, int]:
        """The days that are over, with what this digest adds to them."""
        today = local(digest.window.end or EPOCH, digest.zone).date()
        stored = await self._subscriptions.daily_counts(subscription.id, today - CHARTED)
        counts = dict.fromkeys(observed_days(digest), 0) | dict(stored)
        by_day: dict[date, list[Company]] = {}
        for entry in digest.entries:
            if (time := known_time(entry.activity)) is not None:
                by_day.setdefault(local(time, digest.zone).date(), []).append(entry.company)
        for day, companies in by_day.items():
            if day in counts:
                counts[day] += len(companies) - await self._told.counted(subscription.id, day, companies)
        return {day: counts[day] for day in sorted(counts) if today - CHARTED <= day < today}


def view_of(participant: Participant, answer: Answer) -> View:
    """What a participant sees and shares."""
    return View(
        participant.user,
        answer.link.tenant,
        answer.link.principal,
        tuple(answer.rows),
        answer.window,
        answer.overlap,
        answer.known,
        participant.narrowing,
        answer.is_first,
        answer.web_url,
    )


def _is_of_the_filter(error: BotError) -> bool:
    return isinstance(error, BadCommand) and not error.is_a_participants


def _over(had: Sequence[_Had]) -> list[tuple[SlackUser, Why]]:
    return [(each.participant.user, each.error.why) for each in had if isinstance(each.error, SignInOver)]
