"""How people set their digest. Every change answers with the resulting state and the next times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.core.digestcommands import SetDigest
from bot.core.errors import BadCommand, Problem
from bot.core.filters import EVERYTHING, Filter
from bot.core.people import SlackUser
from bot.core.plan import plan
from bot.core.replies import Reader
from bot.core.replies.digests import Changed, DigestForm, DigestNone, DigestState
from bot.core.schedule import Schedule
from bot.core.scheduletext import DEFAULT, parse_added, parse_dropped, read_line, schedule_text
from bot.core.slots import NO_HOLIDAYS, Holidays, Slot, SlotKey, next_due, next_fires, not_today, passed_over
from bot.core.snoozetext import snooze_until
from bot.core.subscription import State, Subscription
from bot.services.ports import Clock
from bot.services.ports.digests import Ledger, Subscriptions

__all__ = ["DigestSettings"]

#: Times that an answer names.
NEXT = 3
#: Rows of the ledger that are looked through for today's.
RECENT = 50


class DigestSettings:
    """The use case, for the user's own digest.

    ``default`` is the schedule of whoever names none; ``automatic``: whoever links gets it. ``countries`` are
    those whose holidays are known: names by codes.
    """

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        ledger: Ledger,
        clock: Clock,
        holidays: Callable[[str | None], Holidays] = lambda _: NO_HOLIDAYS,
        default: Schedule = DEFAULT,
        automatic: bool = False,
        countries: Mapping[str, str] | None = None,
    ) -> None:
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._clock = clock
        self._holidays = holidays
        self._default = default
        self._automatic = automatic
        self._countries = countries

    async def show(self, user: SlackUser) -> DigestState | DigestNone:
        """How it stands."""
        subscription = await self._subscriptions.of(user)
        return await self._state(subscription) if subscription else self.none()

    async def draft(self, user: SlackUser, reader: Reader) -> Subscription:
        """What the user has; else what they would have, were it switched on now."""
        found = await self._subscriptions.of(user)
        return found or self._new(user, reader, self._default, EVERYTHING)

    def wanted(self, draft: Subscription, command: SetDigest) -> Subscription:
        """What a command makes of a digest; nothing is stored. Raises :class:`BadCommand`."""
        schedule, filter_ = draft.schedule, draft.filter
        if command.text:
            line = read_line(command.text, schedule, countries=self._countries)
            schedule = line.schedule
            filter_ = filter_ if line.filter is None else line.filter
        return replace(
            draft, schedule=schedule, filter=filter_, when_empty=command.when_empty or draft.when_empty
        )

    async def change(self, wanted: Subscription, reader: Reader) -> DigestState:
        """Store what :meth:`wanted` made; it is on from now on."""
        old = await self._subscriptions.of(wanted.owner)
        if old is None:
            return await self._store(None, wanted, Changed.CREATED)
        changed = Changed.CONTENT if old.schedule == wanted.schedule else Changed.TIMES
        if replace(old, state=State.ON) == wanted and old.state is State.ON:
            changed = Changed.SAME
        wanted = replace(wanted, zone=wanted.schedule.zone_for(reader.zone), locale=reader.locale)
        return await self._switched(old, replace(wanted, state=State.ON, reason=""), changed)

    async def add(self, user: SlackUser, text: str) -> DigestState | DigestNone:
        """At these times, too. Raises :class:`BadCommand`."""
        return await self._retimed(user, lambda schedule: parse_added(text, schedule))

    async def drop(self, user: SlackUser, text: str) -> DigestState | DigestNone:
        """At these times no more. Raises :class:`BadCommand`, also for the last one."""
        return await self._retimed(user, lambda schedule: parse_dropped(text, schedule))

    async def switch(self, user: SlackUser, reader: Reader, *, on: bool) -> DigestState | DigestNone:
        """Stop it, or start it again; whoever has none gets the default."""
        old = await self._subscriptions.of(user)
        if old is None:
            if not on:
                return self.none()
            return await self._store(
                None, self._new(user, reader, self._default, EVERYTHING), Changed.CREATED
            )
        state = State.ON if on else State.OFF
        if old.state is state and not (on and self._is_snoozed(old)):
            return await self._state(old, Changed.SAME)
        changed = Changed.ON if on else Changed.OFF
        return await self._switched(old, replace(old, state=state, reason="", snoozed_until=None), changed)

    async def snooze(self, user: SlackUser, text: str) -> DigestState | DigestNone:
        """None until then; the next after it covers the time away. ``""`` ends it. Raises ``BadCommand``."""
        old = await self._subscriptions.of(user)
        if old is None:
            return self.none()
        now = self._clock.now()
        until = snooze_until(text, old.zone, now) if text else None
        if old.state is not State.ON:
            raise BadCommand(Problem("snooze-off", text, "digest on"))
        changed = Changed.SNOOZED if until else Changed.ON
        return await self._store(old, replace(old, snoozed_until=until), changed)

    async def linked(self, user: SlackUser, reader: Reader) -> DigestState | None:
        """The user has linked: what waited for that goes on. The digest that is new with that, if any."""
        old = await self._subscriptions.of(user)
        for waiting in (*((old,) if old else ()), *await self._subscriptions.of_participant(user)):
            await self._ledger.wake(waiting.id, self._clock.now())
        if old is None and self._automatic:
            new = self._new(user, reader, self._default, EVERYTHING)
            return await self._store(None, new, Changed.CREATED)
        return None

    async def moved(self, user: SlackUser, zone: ZoneInfo | None, locale: str) -> None:
        """Slack tells the user's zone and language; ``""`` for one that it does not tell.

        What the clock passes over on a journey is due at once.
        """
        old = await self._subscriptions.of(user)
        if old is None:
            return
        goes = zone is not None and old.schedule.zone is None and zone.key != old.zone.key
        new = replace(old, zone=zone if goes and zone else old.zone, locale=locale or old.locale)
        if new == old:
            return
        await self._see_to_what_is_due(old)
        now, holidays = self._clock.now(), self._holidays(old.schedule.country)
        new = await self._subscriptions.put(replace(new, considered_until=now), self._next(new, now))
        if goes and new.state is State.ON:
            passed = passed_over(new.schedule, old.zone, new.zone, now, holidays)
            await self._carry_out(new, now, passed)

    def form(self, draft: Subscription) -> DigestForm:
        """The settings as a form shows them."""
        return DigestForm.of(draft.schedule, draft.filter, draft.when_empty, is_new=not draft.id)

    async def _retimed(
        self, user: SlackUser, change: Callable[[Schedule], Schedule]
    ) -> DigestState | DigestNone:
        old = await self._subscriptions.of(user)
        if old is None:
            return self.none()
        schedule = change(old.schedule)
        changed = Changed.SAME if schedule == old.schedule else Changed.TIMES
        return await self._store(old, replace(old, schedule=schedule), changed)

    async def _switched(self, old: Subscription, new: Subscription, changed: Changed) -> DigestState:
        """What was switched off begins afresh; what was paused goes on where it was."""
        now = self._clock.now()
        if new.state is not old.state:
            new = replace(new, since=now)
        if old.state is State.OFF and new.state is State.ON:
            await self._subscriptions.start_afresh(old.id, now)
        return await self._store(old, new, changed)

    async def _store(self, old: Subscription | None, new: Subscription, changed: Changed) -> DigestState:
        """What was due until now stays owed; the new schedule counts after it."""
        now = self._clock.now()
        if old:
            await self._see_to_what_is_due(old)
        new = replace(new, considered_until=now)
        return await self._state(await self._subscriptions.put(new, self._next(new, now)), changed)

    async def _see_to_what_is_due(self, old: Subscription) -> None:
        if old.state is State.ON:
            await self._carry_out(old, self._clock.now())

    async def _carry_out(self, subscription: Subscription, now: datetime, more: Sequence[Slot] = ()) -> None:
        holidays = self._holidays(subscription.schedule.country)
        for delivery in await self._ledger.carry_out([plan(subscription, now, holidays, more)], now):
            await self._ledger.release(delivery, now)  # those that are claimed

    def _next(self, subscription: Subscription, now: datetime) -> datetime | None:
        holidays = self._holidays(subscription.schedule.country)
        return next_due(subscription.schedule, subscription.zone, now, holidays)

    def _new(self, user: SlackUser, reader: Reader, schedule: Schedule, filter_: Filter) -> Subscription:
        now = self._clock.now()
        return Subscription(
            id=0,
            owner=user,
            schedule=schedule,
            zone=schedule.zone_for(reader.zone),
            locale=reader.locale,
            filter=filter_,
            since=now,
            considered_until=now,
        )

    async def _state(self, subscription: Subscription, changed: Changed = Changed.NOTHING) -> DigestState:
        now, schedule, zone = self._clock.now(), subscription.schedule, subscription.zone
        holidays = self._holidays(schedule.country)
        told = {row.slot for row in await self._ledger.latest(subscription.id, RECENT)}
        snoozed = subscription.snoozed_until
        after = max(now, snoozed) if snoozed else now
        is_on = subscription.state is State.ON
        fires = next_fires(schedule, zone, after, NEXT, holidays, told) if is_on else ()
        return DigestState(
            state=subscription.state,
            schedule=schedule_text(replace(schedule, zone=None)),
            zone=zone,
            fires=fires,
            zone_is_said=schedule.zone is not None,
            changed=changed,
            reason=subscription.reason,
            snoozed_until=snoozed if snoozed and snoozed > now else None,
            filter=subscription.filter,
            when_empty=subscription.when_empty,
            not_today=self._not_today(subscription, now, holidays, told) if changed is Changed.TIMES else (),
            as_of=now,
        )

    def _not_today(
        self, subscription: Subscription, now: datetime, holidays: Holidays, told: set[SlotKey]
    ) -> tuple[time, ...]:
        slots = not_today(subscription.schedule, subscription.zone, now, holidays, told)
        return tuple(slot.time for slot in slots)

    def _is_snoozed(self, subscription: Subscription) -> bool:
        until = subscription.snoozed_until
        return until is not None and until > self._clock.now()

    def none(self) -> DigestNone:
        """That there is no digest yet."""
        return DigestNone(schedule_text(self._default))
