"""One row of the ledger, from when it was taken up until it is concluded or given back.

Nothing is posted before the attempt is on the disk, and a part that may have been posted is looked for before
it is posted again. So there are never two, and a miss is never silent.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.causes import SLACK
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
from bot.core.replies.digests import DigestPart, parts
from bot.core.signin import Why
from bot.core.subscription import Delivery, Outcome, Skipped, State, Subscription
from bot.services.digests.composing import Composed, Composer, reader_of
from bot.services.digests.doubts import SETTLED_AFTER, Doubts
from bot.services.digests.pausing import Pausing
from bot.services.ports import Clock, Metrics
from bot.services.ports.digests import Ledger, Participants, Subscriptions
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


class Taken(Exception):
    """Somebody else took the row up: it is theirs now."""


class _Outdated(Exception):
    """While it waited for Slack's limits, time went by or its owner changed it: it is composed anew."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What seeing a row through needs."""

    subscriptions: Subscriptions
    participants: Participants
    ledger: Ledger
    composer: Composer
    posts: Posts
    pausing: Pausing
    clock: Clock
    metrics: Metrics
    doubts: Doubts


class Turn:
    """The turn that a row has."""

    def __init__(self, its: Parts, row: Delivery) -> None:
        self.its = its
        #: As it stands now.
        self.row = row
        #: Slack's limits allow one message.
        self.may_post = False

    async def take(self) -> Outcome:
        """All of it; once more where it waited too long, with its turn at Slack kept."""
        try:
            return await self._take()
        except _Outdated:
            return await self._take()

    async def _take(self) -> Outcome:
        if await self.its.ledger.others_open(self.row):
            return await self._wait(self.row.reason, TURN)
        try:
            subscription = await self.its.subscriptions.get(self.row.subscription)
        except SealBroken as error:  # its filter does not open: it is paused as soon as it is due again
            in_doubt = self.row.attempted_at is not None
            return await self._conclude(Outcome.UNCERTAIN if in_doubt else Outcome.FAILED, error.code)
        if self.row.attempted_at and (outcome := await self._resolve(subscription, self.row.attempted_at)):
            return outcome
        if subscription is None or (subscription.state is not State.ON and not self.row.part):
            return await self._conclude(Outcome.SKIPPED, Skipped.OFF)
        if subscription.snoozed_until and self._now() < subscription.snoozed_until and not self.row.part:
            return await self._conclude(Outcome.SKIPPED, Skipped.SNOOZED)
        if self._now() >= self.row.ends_at:
            return await self._give_up()
        try:
            composed = await self._compose(subscription)
        except SignInOver as over:
            return await self._sign_in_over(subscription, over.why)
        except (BadCommand, SealBroken, NotLinked) as error:
            await self._conclude(Outcome.FAILED, error.code)
            await self.its.pausing.pause(subscription, error)
            return Outcome.FAILED
        except BotError as error:
            return await self._wait(error.code, back_off(self.row))
        return await self._tell(subscription, composed)

    async def _compose(self, subscription: Subscription) -> Composed:
        (participant,) = await self.its.participants.of(subscription.id)
        return await self.its.composer.compose(subscription, participant, self.row)

    async def _tell(self, subscription: Subscription, composed: Composed) -> Outcome:
        digest = composed.digest
        if self.row.part and not digest.entries:  # it was cut short after its last part
            return await self._finish(composed, Outcome.POSTED, "")
        if digest.is_empty and subscription.when_empty is WhenEmpty.SILENT:
            return await self._finish(composed, Outcome.SKIPPED, Skipped.NOTHING)
        for part in parts(digest, told=self.row.part):
            try:
                await self._post(subscription, composed, part)
            except SlackFailed as failed:
                return await self._not_posted(subscription, failed)
        return await self._finish(composed, Outcome.POSTED, "")

    async def _post(self, subscription: Subscription, composed: Composed, part: DigestPart) -> None:
        """One message: the attempt, the post, the confirmation. Raises ``SlackFailed``."""
        place = self._place(subscription)
        await self._ready(place, subscription)
        told = part.entries
        if part.rest:  # the last message says how to ask for the rest
            told += composed.digest.entries[-part.rest :]
        now = self._now()
        about = composed.digest.window, [composed.telling(told)], now, composed.quiet_looked_at
        self._mine(await self.its.ledger.attempt(self.row, *about))
        self.row = replace(self.row, attempted_at=now)
        self.its.doubts.unsettled(self.row)
        key = PostKey(self.row.key, part.number)
        posted = await self.its.posts.post(place, part, reader_of(subscription), key)
        await self._confirm(posted)

    async def _ready(self, place: Place, subscription: Subscription) -> None:
        """Wait for Slack's limits. Raises ``_Outdated`` where what was composed before is of no use."""
        if not self.may_post:
            began = self._now()
            await self.its.posts.ready(place)
            self.may_post = True
            if self._now() - began > FRESH or await self._is_changed(subscription):
                raise _Outdated
        self.may_post = False

    async def _is_changed(self, subscription: Subscription) -> bool:
        """What has begun is told to its end."""
        return not self.row.part and await self.its.subscriptions.get(subscription.id) != subscription

    async def _confirm(self, posted: Posted) -> None:
        self.its.doubts.forget(self.row)
        self._mine(await self.its.ledger.confirm(self.row, posted.channel, posted.ts))
        first = self.row.part == 0
        self.row = replace(
            self.row,
            part=self.row.part + 1,
            attempted_at=None,
            channel=posted.channel if first else self.row.channel,
            ts=posted.ts if first else self.row.ts,
        )

    async def _not_posted(self, subscription: Subscription, failed: SlackFailed) -> Outcome:
        reason = f"{SLACK}{failed.error}"
        if failed.in_doubt:
            return await self._wait(reason, SETTLED_AFTER)
        await self._unsent()
        if failed.passing:
            told = timedelta(seconds=failed.retry_after or 0)
            return await self._wait(reason, max(told, back_off(self.row)))
        outcome = await self._conclude(Outcome.POSTED if self.row.part else Outcome.FAILED, reason)
        if failed.permanent:
            await self.its.pausing.pause(subscription, failed)
        return outcome

    async def _resolve(self, subscription: Subscription | None, attempted_at: datetime) -> Outcome | None:
        """Find out whether the part in doubt was posted; ``None``: it is known now, go on."""
        if unsettled := self.its.doubts.unsettled(self.row):
            return await self._wait(self.row.reason, unsettled)
        if subscription is None:
            return await self._conclude(Outcome.UNCERTAIN, self.row.reason)
        key = PostKey(self.row.key, self.row.part)
        try:
            found = await self.its.posts.find(self._place(subscription), key, attempted_at - CLOCKS_DIFFER)
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

    async def _sign_in_over(self, subscription: Subscription, why: Why) -> Outcome:
        """It waits, for as long as its slot lasts: the user may sign in again any moment."""
        await self.its.pausing.sign_in_over(subscription.owner, why)
        return await self._wait(SignInOver.code, BACK_OFF[-1])

    async def _give_up(self) -> Outcome:
        """Its slot is over. What it owes goes to the next; what stands in Slack is told."""
        if self.row.part:
            return await self._conclude(Outcome.POSTED, self.row.reason)
        if self.row.reason:
            return await self._conclude(Outcome.FAILED, self.row.reason)
        return await self._conclude(Outcome.SKIPPED, Skipped.LATE)

    async def _finish(self, composed: Composed, outcome: Outcome, reason: str) -> Outcome:
        now = self._now()
        about = [composed.telling(())], now, composed.quiet_looked_at
        self._mine(await self.its.ledger.finish(self.row, outcome, reason, *about))
        return self._counted(outcome, reason, now)

    async def _conclude(self, outcome: Outcome, reason: str) -> Outcome:
        self.its.doubts.forget(self.row)
        now = self._now()
        self._mine(await self.its.ledger.conclude(self.row, outcome, reason, now))
        return self._counted(outcome, reason, now)

    def _counted(self, outcome: Outcome, reason: str, now: datetime) -> Outcome:
        """Slack has many words for its refusals: whoever watches sees that it was Slack's."""
        late = (now - self.row.due_at).total_seconds() if outcome is Outcome.POSTED else None
        why = SLACK.rstrip(":") if reason.startswith(SLACK) else reason
        self.its.metrics.digest(outcome, why, late)
        return outcome

    async def _wait(self, reason: str, span: timedelta) -> Outcome:
        """Until then, or its slot is over; never for so short that nothing else gets done."""
        now = self._now()
        until = now + span
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


def back_off(delivery: Delivery) -> timedelta:
    """How long a row waits after a failure that passes."""
    return BACK_OFF[min(delivery.tries, len(BACK_OFF)) - 1]
