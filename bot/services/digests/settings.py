"""How people set their digest. Every change answers with the resulting state and the next times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.core.audit import AuditAction
from bot.core.channeldigest import ChannelSettings
from bot.core.errors import BadCommand, Problem
from bot.core.filters import EVERYTHING, Filter
from bot.core.people import SlackChannel, SlackUser, Whose
from bot.core.plan import Due, plan
from bot.core.replies import Reader
from bot.core.replies.digests import Changed, DigestForm, DigestNone, DigestState
from bot.core.schedule import Schedule
from bot.core.slots import NO_HOLIDAYS, Holidays, Slot, SlotKey, next_due, next_fires, not_today, passed_over
from bot.core.subscription import State, Subscription
from bot.core.typed.digestcommands import SetDigest
from bot.core.typed.scheduletext import DEFAULT, parse_added, parse_dropped, read_line, schedule_text
from bot.core.typed.snoozetext import snooze_until
from bot.services.digests.accounting import change, facts, is_changed
from bot.services.digests.teamsettings import for_team, team_form, team_state
from bot.services.ports import Audit, Clock
from bot.services.ports.digests import Ledger, Subscriptions

__all__ = ["DigestSettings", "filters_as_before"]

#: Times that an answer names.
NEXT = 3
#: Rows of the ledger that are looked through for today's.
RECENT = 50


class DigestSettings:
    """The use case, for a user's own digest or a channel's.

    ``default`` is the schedule of whoever names none; ``automatic``: whoever links gets it. ``countries`` are
    those whose holidays are known: names by codes.
    """

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        ledger: Ledger,
        audit: Audit,
        clock: Clock,
        holidays: Callable[[str | None], Holidays] = lambda _: NO_HOLIDAYS,
        default: Schedule = DEFAULT,
        automatic: bool = False,
        countries: Mapping[str, str] | None = None,
    ) -> None:
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._audit = audit
        self._clock = clock
        self._holidays = holidays
        self._default = default
        self._automatic = automatic
        self._countries = countries

    async def find(self, whose: Whose) -> Subscription | None:
        """The user's own, or the channel's."""
        if isinstance(whose, SlackChannel):
            return await self._subscriptions.of_channel(whose)
        return await self._subscriptions.of(whose)

    async def show(self, whose: Whose) -> DigestState | DigestNone:
        """How it stands."""
        subscription = await self.find(whose)
        return await self._state(subscription) if subscription else self.none(whose)

    async def draft(self, whose: Whose, reader: Reader) -> Subscription:
        """What there is; else what there would be, were it switched on now by its reader."""
        return await self.find(whose) or self._new(whose, reader, self._default, EVERYTHING)

    def wanted(self, draft: Subscription, command: SetDigest, reader: Reader) -> Subscription:
        """What a command of its reader makes of a digest; nothing is stored. Raises :class:`BadCommand`."""
        schedule, filter_ = draft.schedule, draft.filter
        if command.text:
            line = read_line(command.text, schedule, countries=self._countries)
            schedule = line.schedule
            filter_ = filter_ if line.filter is None else line.filter
        wanted = replace(
            draft, schedule=schedule, filter=filter_, when_empty=command.when_empty or draft.when_empty
        )
        return for_team(wanted, command, reader) if wanted.team else wanted

    async def change(self, wanted: Subscription, reader: Reader) -> DigestState:
        """Store what :meth:`wanted` made; it is on from now on."""
        old = await self.find(wanted.whose)
        if old is None:
            return await self._store(None, wanted, Changed.CREATED)
        if wanted.channel and wanted.id != old.id:  # somebody was faster
            return await self._state(old, Changed.EXISTS)
        changed = Changed.CONTENT if old.schedule == wanted.schedule else Changed.TIMES
        if wanted == old:
            changed = Changed.SAME if old.state is State.ON else _begins(old)
        locale = old.locale if old.channel else reader.locale
        wanted = replace(wanted, zone=wanted.schedule.zone_for(reader.zone), locale=locale)
        return await self._switched(old, replace(wanted, state=State.ON, reason=""), changed)

    async def exists(self, subscription: Subscription) -> DigestState:
        """How it stands, where it was to be set up and is there already."""
        return await self._state(subscription, Changed.EXISTS)

    async def add(self, whose: Whose, text: str) -> DigestState | DigestNone:
        """At these times, too. Raises :class:`BadCommand`."""
        form = f"{_prefix(whose)} add {{}}"
        return await self._retimed(whose, lambda schedule: parse_added(text, schedule, form=form))

    async def drop(self, whose: Whose, text: str) -> DigestState | DigestNone:
        """At these times no more. Raises :class:`BadCommand`, also for the last one."""
        form, off = f"{_prefix(whose)} drop {{}}", f"{_prefix(whose)} off"
        return await self._retimed(whose, lambda schedule: parse_dropped(text, schedule, form=form, off=off))

    async def switch(self, whose: Whose, reader: Reader, *, on: bool) -> DigestState | DigestNone:
        """Stop it, or start it again; whoever has none gets the default."""
        old = await self.find(whose)
        if old is None:
            if not on or isinstance(whose, SlackChannel):
                return self.none(whose)
            return await self._store(
                None, self._new(whose, reader, self._default, EVERYTHING), Changed.CREATED
            )
        state = State.ON if on else State.OFF
        if old.state is state and not (on and self._is_snoozed(old)):
            return await self._state(old, Changed.SAME)
        changed = _begins(old) if on else Changed.OFF
        return await self._switched(old, replace(old, state=state, reason="", snoozed_until=None), changed)

    async def snooze(self, whose: Whose, text: str) -> DigestState | DigestNone:
        """None until then; the next after it covers the time away. ``""`` ends it. Raises ``BadCommand``."""
        old = await self.find(whose)
        if old is None:
            return self.none(whose)
        now = self._clock.now()
        prefix = _prefix(whose)
        form, off = f"{prefix} snooze until {{}}", f"{prefix} off"
        until = snooze_until(text, old.zone, now, form=form, off=off) if text else None
        if old.state is not State.ON:
            raise BadCommand(Problem("snooze-off", text, f"{prefix} on"))
        ended = Changed.CONTINUED if self._is_snoozed(old) else Changed.SAME
        changed = Changed.SNOOZED if until else ended
        return await self._store(old, replace(old, snoozed_until=until), changed)

    async def linked(self, user: SlackUser, reader: Reader) -> DigestState | None:
        """The user has linked: what waited for that goes on. The digest that is new with that, if any."""
        old = await self._subscriptions.of(user)
        for waiting in (*((old,) if old else ()), *await self._subscriptions.of_participant(user)):
            await self._ledger.wake(waiting.id, self._clock.now())
        if old is None and self._automatic:
            new = self._new(user, reader, self._default, EVERYTHING)
            return await self._store(None, new, Changed.CREATED, by_itself=True)
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
        form = DigestForm.of(draft.schedule, draft.filter, draft.when_empty, is_new=not draft.id)
        return replace(form, team=team_form(draft))

    async def remove(self, whose: Whose) -> bool:
        """Delete it; what was due until now is not sent any more. ``False`` where there is none."""
        old = await self.find(whose)
        return old is not None and await self._subscriptions.remove(old.id)

    async def _retimed(
        self, whose: Whose, change: Callable[[Schedule], Schedule]
    ) -> DigestState | DigestNone:
        old = await self.find(whose)
        if old is None:
            return self.none(whose)
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

    async def _store(
        self, old: Subscription | None, new: Subscription, changed: Changed, *, by_itself: bool = False
    ) -> DigestState:
        """What was due until now stays owed; the new schedule counts after it."""
        now = self._clock.now()
        if old:
            await self._see_to_what_is_due(old)
        new = replace(new, considered_until=now)
        stored = await self._subscriptions.put(new, self._next(new, now))
        if not new.channel and is_changed(old, new):  # a channel's is written down by who decides about it
            by, told = None if by_itself else new.owner, (facts(old), facts(new))
            await self._audit.record(change(now, AuditAction.DIGEST_CHANGED, by, new.owner, "", *told))
        return await self._state(stored, changed)

    async def _see_to_what_is_due(self, old: Subscription) -> None:
        if old.state is State.ON:
            await self._carry_out(old, self._clock.now())

    async def _carry_out(self, subscription: Subscription, now: datetime, more: Sequence[Slot] = ()) -> None:
        holidays = self._holidays(subscription.schedule.country)
        await self._ledger.carry_out([plan(Due.only(subscription), now, holidays, more)], now)

    def _next(self, subscription: Subscription, now: datetime) -> datetime | None:
        holidays = self._holidays(subscription.schedule.country)
        return next_due(subscription.schedule, subscription.zone, now, holidays)

    def _new(self, whose: Whose, reader: Reader, schedule: Schedule, filter_: Filter) -> Subscription:
        now, channel = self._clock.now(), whose.channel if isinstance(whose, SlackChannel) else ""
        return Subscription(
            id=0,
            owner=SlackUser(whose.workspace, reader.user) if channel else SlackUser(*whose),
            channel=channel,
            team=ChannelSettings() if channel else None,
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
        after, is_on = subscription.quiet_until(now), subscription.state is State.ON
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
            team=team_state(subscription),
        )

    def _not_today(
        self, subscription: Subscription, now: datetime, holidays: Holidays, told: set[SlotKey]
    ) -> tuple[time, ...]:
        slots = not_today(subscription.schedule, subscription.zone, now, holidays, told)
        return tuple(slot.time for slot in slots)

    def _is_snoozed(self, subscription: Subscription) -> bool:
        until = subscription.snoozed_until
        return until is not None and until > self._clock.now()

    def none(self, whose: Whose) -> DigestNone:
        """That there is no digest yet."""
        channel = whose.channel if isinstance(whose, SlackChannel) else ""
        return DigestNone(schedule_text(self._default), channel)


def filters_as_before(draft: Subscription, wanted: Subscription) -> bool:
    """Whether it filters by what was looked up before, and was there since: nobody has to be asked again."""
    return wanted.filter == draft.filter and draft.reason != BadCommand.code


def _begins(old: Subscription) -> Changed:
    """What comes of switching it on: what was off begins afresh, a snooze or a pause is over."""
    return Changed.ON if old.state is State.OFF else Changed.CONTINUED


def _prefix(whose: Whose) -> str:
    """What a line about it begins with."""
    return "channel" if isinstance(whose, SlackChannel) else "digest"
