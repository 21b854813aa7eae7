"""One row of the ledger, from when it was taken up until it is concluded or given back.

Nothing is posted before the attempt is on the disk, and a part that may have been posted is looked for before
it is posted again. So there are never two, and a miss is never silent.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.audience import Refusal
from bot.core.causes import REFUSED, SLACK
from bot.core.channeldigest import NARROWED, Narrowing
from bot.core.digest import WhenEmpty
from bot.core.errors import (
    BadCommand,
    BotError,
    MissingScope,
    NotLinked,
    SealBroken,
    SignInOver,
    SlackFailed,
)
from bot.core.people import SlackUser
from bot.core.subscription import Delivery, Outcome, Participant, Skipped, State, Subscription
from bot.services.digests.composed import Composed, Part, TeamComposed, reader_of
from bot.services.digests.composing import Composer
from bot.services.digests.doubts import SETTLED_AFTER, Doubts
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.pausing import Pausing
from bot.services.ports import Clock, Metrics, shared_turnstile
from bot.services.ports.digests import Ledger, Subscriptions
from bot.services.ports.posts import Place, Posted, PostKey, Posts

__all__ = ["BACK_OFF", "Parts", "Taken", "Turn", "back_off"]

#: How much earlier than its attempt a message may seem to be: this machine's clock may have been wrong then.
CLOCKS_DIFFER = timedelta(days=1)
#: How long what is in doubt is looked for after its slot is over.
LAST_LOOK = timedelta(hours=1)
#: How long to wait after each failure that passes; then the last of them again and again.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
#: An earlier slot of the same digest is still being seen to.
TURN = timedelta(seconds=30)
#: How long a digest may wait for Slack's limits; then SuperOffice is asked again.
FRESH = timedelta(seconds=30)
#: How often it is composed anew in a row; then others get their turn.
ANEW = 3
#: So often in a row Slack refuses a digest, in a word that says nothing of whether that passes.
HOPELESS = 3
#: So long before its slot is over, a digest that waits for more views goes out with those that are there.
LAST_CALL = timedelta(minutes=10)
#: Well within a lease.
RENEWED_EVERY = timedelta(minutes=1)


class Taken(Exception):
    """Somebody else took the row up: it is theirs now."""


class _Outdated(Exception):
    """While it waited for Slack's limits, time went by or somebody changed it: it is composed anew."""


class _Refused(Exception):
    """The channel must not be told now."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Parts:
    """What seeing a row through needs."""

    subscriptions: Subscriptions
    ledger: Ledger
    composer: Composer
    posts: Posts
    pausing: Pausing
    clock: Clock
    metrics: Metrics
    doubts: Doubts
    guard: ChannelGuard


class Turn:
    """The turn that a row has."""

    def __init__(self, its: Parts, row: Delivery) -> None:
        self.its = its
        #: As it stands now.
        self.row = row
        #: Slack's limits allow one message.
        self.may_post = False
        #: When its lease was renewed, as far as that is known.
        self.renewed_at = its.clock.now()

    async def take(self) -> Outcome:
        """All of it; again where it waited too long, with its turn at Slack kept."""
        for _ in range(ANEW):
            with suppress(_Outdated):
                return await self._take()
        return await self._wait(self.row.reason, TURN)

    async def _take(self) -> Outcome:
        if await self.its.ledger.others_open(self.row):
            return await self._wait(self.row.reason, TURN)
        try:
            subscription, participants = await self.its.subscriptions.shared(self.row.subscription)
        except SealBroken as error:  # its filter
            await self.its.subscriptions.pause_unopened(self.row.subscription, error, self._now())
            in_doubt = self.row.attempted_at is not None
            return await self._conclude(Outcome.UNCERTAIN if in_doubt else Outcome.FAILED, error.code)
        if self.row.attempted_at and (outcome := await self._resolve(subscription, self.row.attempted_at)):
            return outcome
        if subscription is None or (subscription.state is not State.ON and not self.row.part):
            return await self._conclude(Outcome.SKIPPED, Skipped.OFF)
        if outcome := await self._not_now(subscription):
            return outcome
        try:
            composed = await self.its.composer.compose(subscription, participants, self.row, self._renew)
        except SignInOver as over:
            await self.its.pausing.sign_in_over(subscription.owner, over.why)
            # The user may sign in again any moment.
            return await self._wait(SignInOver.code, BACK_OFF[-1])
        except (BadCommand, SealBroken, NotLinked) as error:
            await self._conclude(Outcome.FAILED, error.code)
            await self.its.pausing.pause(subscription, error)
            return Outcome.FAILED
        except BotError as error:
            return await self._wait(error.code, back_off(self.row))
        return await self._tell(subscription, participants, composed)

    async def _tell(
        self, subscription: Subscription, participants: Sequence[Participant], composed: Composed
    ) -> Outcome:
        if isinstance(composed, TeamComposed) and (outcome := await self._short_of_views(composed)):
            return outcome
        if self.row.part and not composed.count:  # it was cut short after its last part
            return await self._finish(composed)
        if composed.is_empty and subscription.when_empty is WhenEmpty.SILENT:
            return await self._finish(composed, Skipped.NOTHING)
        posted = None
        for part in composed.parts(told=self.row.part):
            if posted:
                await self._confirm(posted)
            try:
                posted = await self._post(subscription, participants, composed, part)
            except SlackFailed as failed:
                return await self._not_posted(subscription, failed)
            except _Refused as refused:
                return await self._refused(subscription, refused.why)
        return await self._finish(composed, posted=posted)

    async def _short_of_views(self, composed: TeamComposed) -> Outcome | None:
        """Wait for more views; ``None``: it goes out with those that are there."""
        for user, why in composed.over:
            await self.its.pausing.sign_in_over(user, why)
        missing = composed.digest.missing
        if not composed.views and not missing:
            if self.row.part or not composed.is_empty:
                return None
            return await self._finish(composed, Skipped.NOBODY)
        last_call = self.row.ends_at - LAST_CALL - self._now()
        is_last_call = last_call <= timedelta(0)
        if composed.views and (composed.is_enough or is_last_call or self.row.part):
            return None
        ((reason, _),) = Counter(each.reason for each in missing).most_common(1)
        span = back_off(self.row)
        return await self._wait(reason, span if is_last_call else min(span, last_call))

    async def _post(
        self,
        subscription: Subscription,
        participants: Sequence[Participant],
        composed: Composed,
        part: Part,
    ) -> Posted:
        """One message: the attempt, the post; to be confirmed next. Raises ``SlackFailed``, ``_Refused``."""
        place = self._place(subscription)
        await self._ready(place)
        await shared_turnstile().passed()
        now, theirs = await self.its.subscriptions.shared(subscription.id)
        if now != subscription and not self.row.part:  # what has begun is told to its end
            raise _Outdated
        if why := await self.its.guard.refusal(subscription):
            raise _Refused(why)
        if subscription.team:  # Slack was asked, which took its time
            _, theirs = await self.its.subscriptions.shared(subscription.id)
        if _shared(theirs) != _shared(participants):
            raise _Outdated
        self.may_post, at = False, self._now()
        about = composed.window, composed.telling(part), at, composed.quiet_looked_at
        self._mine(await self.its.ledger.attempt(self.row, *about))
        self.row = replace(self.row, attempted_at=at)
        self.its.doubts.unsettled(self.row)
        key = PostKey(self.row.key, part.number)
        await shared_turnstile().passed()  # to draw it takes as long as the attempt
        return await self.its.posts.post(place, part, reader_of(subscription), key)

    async def _ready(self, place: Place) -> None:
        """Wait for Slack's limits. Raises ``_Outdated`` where that took too long."""
        if not self.may_post:
            began = self._now()
            await self.its.posts.ready(place)
            self.may_post = True
            if self._now() - began > FRESH:
                raise _Outdated

    async def _confirm(self, posted: Posted) -> None:
        await shared_turnstile().passed()
        self.its.doubts.forget(self.row)
        self._mine(await self.its.ledger.confirm(self.row, posted.channel, posted.ts))
        stands = Posted(self.row.channel, self.row.ts) if self.row.part else posted
        told, (channel, ts) = self.row.part + 1, stands
        self.row = replace(self.row, part=told, attempted_at=None, channel=channel, ts=ts)

    async def _not_posted(self, subscription: Subscription, failed: SlackFailed) -> Outcome:
        reason = f"{SLACK}{failed.error}"
        if failed.in_doubt:
            return await self._wait(reason, SETTLED_AFTER)
        await self._unsent()
        if failed.passing:
            told = timedelta(seconds=failed.retry_after or 0)
            return await self._wait(reason, max(told, back_off(self.row)))
        outcome = await self._conclude(Outcome.POSTED if self.row.part else Outcome.FAILED, reason)
        if failed.permanent or await self._is_hopeless(reason):
            await self.its.pausing.pause(subscription, failed)
        return outcome

    async def _is_hopeless(self, reason: str) -> bool:
        """Whether this is the last of several that were refused alike: their owner hears of it, once."""
        last = await self.its.ledger.latest(self.row.subscription, HOPELESS)
        return [row.reason for row in last] == [reason] * HOPELESS

    async def _not_now(self, subscription: Subscription) -> Outcome | None:
        """What comes of it where this is not the time for it."""
        now, begun = self._now(), self.row.part > 0
        if subscription.snoozed_until and now < subscription.snoozed_until and not begun:
            return await self._conclude(Outcome.SKIPPED, Skipped.SNOOZED)
        if now >= self.row.ends_at:
            return await self._give_up(subscription)
        if now < self.row.due_at and not begun:  # it was taken up by a clock that was ahead
            return await self._wait(self.row.reason, self.row.due_at - now)
        return None

    async def _resolve(self, subscription: Subscription | None, attempted_at: datetime) -> Outcome | None:
        """Find out whether the part in doubt was posted; ``None``: it is known now, go on."""
        if unsettled := self.its.doubts.unsettled(self.row):
            return await self._wait(self.row.reason, unsettled)
        if subscription is None:
            return await self._conclude(Outcome.UNCERTAIN, self.row.reason)
        key = PostKey(self.row.key, self.row.part)
        since = min(attempted_at, self._now()) - CLOCKS_DIFFER
        try:
            found = await self.its.posts.find(self._place(subscription), key, since)
        except MissingScope as error:
            return await self._conclude(Outcome.UNCERTAIN, error.code)
        except SlackFailed as failed:
            if failed.permanent or self._now() >= self.row.ends_at + LAST_LOOK:
                return await self._conclude(Outcome.UNCERTAIN, f"{SLACK}{failed.error}")
            return await self._wait(self.row.reason, back_off(self.row))
        if found:
            await self._confirm(found)
        else:
            await self._unsent()
        return None

    async def _refused(self, subscription: Subscription, why: Refusal) -> Outcome:
        """Nothing is posted. What nobody could find out may be known later; the rest is to be mended."""
        reason = f"{REFUSED}{why}"
        if why.passes:
            return await self._wait(reason, back_off(self.row))
        outcome = await self._conclude(Outcome.POSTED if self.row.part else Outcome.FAILED, reason)
        await self.its.pausing.stop(subscription, why)
        return outcome

    async def _renew(self) -> None:
        """To ask many takes its time."""
        if (now := self._now()) - self.renewed_at >= RENEWED_EVERY:
            self._mine(await self.its.ledger.renew(self.row, now))
            self.renewed_at = now

    async def _give_up(self, subscription: Subscription) -> Outcome:
        """Its slot is over. What it owes goes to the next; what stands in Slack is told."""
        if self.row.reason == BadCommand.code:  # of those who share, and nobody would ever hear of it
            await self.its.pausing.stop(subscription, NARROWED)
        if not self.row.part and not self.row.reason:
            return await self._conclude(Outcome.SKIPPED, Skipped.LATE)
        return await self._conclude(Outcome.POSTED if self.row.part else Outcome.FAILED, self.row.reason)

    async def _finish(self, composed: Composed, skipped: str = "", posted: Posted | None = None) -> Outcome:
        """``skipped``: why nothing is posted. ``posted`` is its last part, to be confirmed with it."""
        await shared_turnstile().passed()
        self.its.doubts.forget(self.row)
        now, outcome = self._now(), Outcome.SKIPPED if skipped else Outcome.POSTED
        about = outcome, skipped, composed.ending(), now, composed.quiet_looked_at, composed.observed
        self._mine(await self.its.ledger.finish(self.row, *about, posted))
        return self._counted(outcome, skipped, now)

    async def _conclude(self, outcome: Outcome, reason: str) -> Outcome:
        self.its.doubts.forget(self.row)
        now = self._now()
        self._mine(await self.its.ledger.conclude(self.row, outcome, reason, now))
        return self._counted(outcome, reason, now)

    def _counted(self, outcome: Outcome, reason: str, now: datetime) -> Outcome:
        """Slack has many words for its refusals: whoever watches sees whose it was."""
        late = (now - self.row.due_at).total_seconds() if outcome is Outcome.POSTED else None
        self.its.metrics.digest(outcome, reason.partition(":")[0], late)
        return outcome

    async def _wait(self, reason: str, span: timedelta) -> Outcome:
        """Until then, or its slot is over; never for so short that nothing else gets done."""
        until = (now := self._now()) + span
        if self.row.attempted_at is None:
            until = min(until, max(self.row.ends_at, now + TURN))
        self._mine(await self.its.ledger.wait(self.row, reason, until))
        return Outcome.CLAIMED

    async def _unsent(self) -> None:
        self.its.doubts.forget(self.row)
        self._mine(await self.its.ledger.unsent(self.row))
        self.row = replace(self.row, attempted_at=None)

    def _place(self, subscription: Subscription) -> Place:
        """In the thread of the first part, once that stands."""
        channel = self.row.channel if self.row.ts else subscription.target
        return Place(self.row.workspace, channel, self.row.ts)

    def _mine(self, done: bool) -> None:
        if not done:
            raise Taken

    def _now(self) -> datetime:
        return self.its.clock.now()


def _shared(participants: Sequence[Participant]) -> list[tuple[SlackUser, Narrowing]]:
    """Who shares what."""
    return [(each.user, each.narrowing) for each in participants]


def back_off(delivery: Delivery) -> timedelta:
    """How long a row waits after a failure that passes."""
    return BACK_OFF[min(delivery.tries, len(BACK_OFF)) - 1]
