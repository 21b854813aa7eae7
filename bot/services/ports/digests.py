"""What digests need to have kept: subscriptions, the ledger, and what was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from bot.core.audit import Deed
from bot.core.channeldigest import SHARES_ALL, ChannelRequest, DropOut, Narrowing, RequestState
from bot.core.digest import Known, RowId
from bot.core.errors import SealBroken
from bot.core.overview import DigestStanding, Glance, Overview, Standings
from bot.core.people import SlackChannel, SlackUser
from bot.core.plan import Due, Plan, Planned
from bot.core.subscription import Delivery, Outcome, Participant, Subscription
from bot.core.teamdigest import Company
from bot.core.window import Window
from bot.services.ports.posts import Posted

__all__ = [
    "NOTHING_OBSERVED",
    "ChannelRequests",
    "Ledger",
    "Observed",
    "Overviews",
    "Participants",
    "Put",
    "Subscriptions",
    "Telling",
    "Told",
]


@dataclass(frozen=True, slots=True)
class Telling:
    """Rows that one participant is told."""

    user: SlackUser
    tenant: str
    #: When SuperOffice was asked, by its clock: everything up to then is told with these.
    end: datetime
    rows: tuple[RowId, ...] = ()
    #: These rows count as told without being in any message.
    silent: tuple[RowId, ...] = ()
    #: In which the days are on which the rows happened, where companies are counted by day.
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What a channel's digest settles beside its rows."""

    #: The local days that it tells of: how many companies each had is counted anew.
    days: tuple[date, ...] = ()
    #: Who dropped out up to then was said to have, if it was posted.
    dropped_until: datetime | None = None


NOTHING_OBSERVED = Observed()


class Put(NamedTuple):
    """A subscription to store, if it still is as it was."""

    #: ``None``: there is none yet.
    old: Subscription | None
    new: Subscription
    next_due: datetime | None


class Subscriptions(Protocol):
    """Who gets a digest, where and when."""

    async def get(self, id: int) -> Subscription | None:  # noqa: A002 - it is what it is
        """The subscription of that id."""
        ...

    async def shared(self, id: int) -> tuple[Subscription | None, Sequence[Participant]]:  # noqa: A002
        """The subscription of that id, and whose companies it tells of, as both are at the same moment."""
        ...

    async def of(self, user: SlackUser) -> Subscription | None:
        """The user's own, in their direct messages."""
        ...

    async def of_channel(self, place: SlackChannel) -> Subscription | None:
        """The channel's."""
        ...

    async def of_workspace(self, workspace: str) -> Sequence[Subscription]:
        """Those of channels, in the order of their set-up; not one whose filter does not open."""
        ...

    async def of_participant(self, user: SlackUser) -> Sequence[Subscription]:
        """Those of channels with which the user shares."""
        ...

    async def put(self, subscription: Subscription, next_due: datetime | None) -> Subscription:
        """Store one: a new one, or in place of what its target had; with its id.

        The owner of a direct message is its participant from then on; of a channel's, whoever joins.
        """
        ...

    async def moved(self, old: SlackChannel, new: str) -> Subscription | None:
        """The channel has another id from now on: its digest, requests and open rows go with it.

        ``None``, and nothing is changed, where it has no digest or the new id has one already. Raises
        :class:`~bot.core.errors.SealBroken` where its filter does not open.
        """
        ...

    async def put_all(self, puts: Sequence[Put], deeds: Sequence[Deed]) -> bool:
        """Store several at once, and write down what was done.

        ``False``, and nothing is stored, where one of them was changed meanwhile.
        """
        ...

    async def note_private(self, id: int, *, is_private: bool) -> None:  # noqa: A002
        """Slack says that a channel is private, or that it is not."""
        ...

    async def remove(self, id: int) -> bool:  # noqa: A002
        """Delete one, with its participants and what they were told; its ledger rows stay."""
        ...

    async def start_afresh(self, id: int, at: datetime) -> None:  # noqa: A002
        """Every participant's next window begins at that moment; nothing before it is told any more."""
        ...

    async def daily_counts(self, id: int, since: date) -> Mapping[date, int]:  # noqa: A002
        """On how many companies something happened, on each local day that its digests observed, in order."""
        ...

    async def workspaces_due(self, now: datetime) -> Sequence[str]:
        """Where there is something to see to: a slot, or a claimed row that waits no more."""
        ...

    async def pause_unopened(self, id: int, error: SealBroken, now: datetime) -> None:  # noqa: A002
        """Pause one whose filter does not open, if it is on, and write that down."""
        ...

    async def waiting(self, now: datetime) -> int:
        """How many slots are due, and how many claimed rows there are."""
        ...

    async def due(self, workspace: str, now: datetime, most: int, kinds: int) -> Sequence[Due]:
        """Whose slots are due, the longest due first; then those that were seen to beyond ``now``.

        ``most`` subscriptions, and as many as are of the first ``kinds`` of them.
        """
        ...


class Participants(Protocol):
    """Whose companies a subscription tells of, and what they do not share with a channel."""

    async def of(self, subscription: int) -> Sequence[Participant]:
        """All of them, the first to join first."""
        ...

    async def join(
        self, subscription: int, user: SlackUser, at: datetime, narrowing: Narrowing = SHARES_ALL
    ) -> bool:
        """Theirs, too, from now on. ``False``, and nothing is changed, where they had joined."""
        ...

    async def leave(self, subscription: int, user: SlackUser, at: datetime, reason: str) -> bool:
        """No longer theirs: what was told of theirs is forgotten, and the next digest says why one is gone.

        ``False`` where they had not joined.
        """
        ...

    async def narrow(self, subscription: int, user: SlackUser, narrowing: Narrowing) -> bool:
        """They share this from now on. ``False`` where they had not joined."""
        ...

    async def drop_outs(self, subscription: int) -> Sequence[DropOut]:
        """Who is none any more, since the last digest that said so, in order."""
        ...


class ChannelRequests(Protocol):
    """What people asked admins for."""

    async def ask(self, user: SlackUser, channel: str, line: str, at: datetime) -> ChannelRequest:
        """Keep a request, in place of the user's open one for that channel."""
        ...

    async def get(self, id: int) -> ChannelRequest | None:  # noqa: A002
        """The request of that id; ``None`` also where it does not open any more."""
        ...

    async def open(self, place: SlackChannel) -> Sequence[ChannelRequest]:
        """What nobody decided yet about that channel, the oldest first."""
        ...

    async def decide(self, id: int, by: SlackUser, state: RequestState, at: datetime) -> bool:  # noqa: A002
        """Approve or decline it. ``False``: somebody had, or it is of another workspace."""
        ...


class Ledger(Protocol):
    """One row a slot. What takes a ``Delivery`` and answers ``False`` did nothing: somebody else took it up.

    Whatever must not be done twice is on the disk before the method returns.
    """

    async def carry_out(self, plans: Sequence[Plan], now: datetime) -> Sequence[tuple[Planned, int]]:
        """Write the rows of the plans: how many of each are new. The claimed ones wait to be taken up.

        A subscription that was changed or seen to meanwhile is left out.
        """
        ...

    async def take(self, workspace: str, now: datetime, most: int) -> Sequence[Delivery]:
        """Take up claimed rows that nobody sees to and that wait no more, the oldest first."""
        ...

    async def others_open(self, delivery: Delivery) -> Sequence[Delivery]:
        """Earlier rows of its subscription that are still claimed."""
        ...

    async def attempt(
        self,
        delivery: Delivery,
        window: Window,
        tellings: Sequence[Telling],
        now: datetime,
        quiet_looked_at: datetime | None = None,
    ) -> bool:
        """Posting its next part begins, which tells these rows of that window, and of a weekly look.

        Whoever is no participant any more is left out, here and in :meth:`finish`.
        """
        ...

    async def unsent(self, delivery: Delivery) -> bool:
        """That part was not posted, for certain."""
        ...

    async def confirm(self, delivery: Delivery, channel: str, ts: str) -> bool:
        """That part stands in Slack there; its rows are told."""
        ...

    async def finish(
        self,
        delivery: Delivery,
        outcome: Outcome,
        reason: str,
        tellings: Sequence[Telling],
        now: datetime,
        quiet_looked_at: datetime | None = None,
        observed: Observed = NOTHING_OBSERVED,
        posted: Posted | None = None,
    ) -> bool:
        """Everything is told, or there was nothing: each window ends where its telling does.

        ``posted`` is the last part, where it stands in Slack and is not confirmed yet.
        """
        ...

    async def conclude(self, delivery: Delivery, outcome: Outcome, reason: str, now: datetime) -> bool:
        """It came to nothing, or nobody knows: the next digest owes it.

        What is in doubt is then told again.
        """
        ...

    async def wait(self, delivery: Delivery, reason: str, until: datetime) -> bool:
        """Give it back, to be taken up then."""
        ...

    async def renew(self, delivery: Delivery, now: datetime) -> bool:
        """It is still being seen to."""
        ...

    async def release(self, delivery: Delivery, now: datetime) -> None:
        """Give it back at once, unless a part of it is in doubt: then when that can be looked up."""
        ...

    async def wake(self, subscription: int, now: datetime) -> None:
        """What its claimed rows wait for may be over: they are taken up at once."""
        ...

    async def ended(self, subscription: int, after: datetime | None) -> Sequence[Delivery]:
        """The rows due after a moment that are not claimed any more, in order."""
        ...

    async def on(self, subscription: int, day: date) -> Sequence[Delivery]:
        """The rows of a local date, in order."""
        ...

    async def latest(self, subscription: int, most: int) -> Sequence[Delivery]:
        """The last rows, the latest first."""
        ...


class Told(Protocol):
    """Which rows were told to whom."""

    async def known(self, subscription: int, tenant: str, rows: Sequence[RowId], user: SlackUser) -> Known:
        """What is known of these rows of a user's, and which of their companies the digest before told.

        What was told through anybody is told. What only counts as told does so for whose view it was.
        """
        ...

    async def counted(self, subscription: int, day: date, companies: Sequence[Company]) -> int:
        """How many of these companies are known to have been told with a row of that local day."""
        ...


class Overviews(Protocol):
    """All digests at a glance, for those who look after them. It only reads."""

    async def standings(self, workspace: str | None, now: datetime, offset: int, most: int) -> Standings:
        """One page of a workspace's subscriptions, or of all.

        The paused come first, then those of which a slot failed within a day.
        """
        ...

    async def of(self, user: SlackUser) -> Sequence[DigestStanding]:
        """The subscriptions that a user set up, or last changed."""
        ...

    async def shared_by(self, user: SlackUser) -> Sequence[DigestStanding]:
        """The subscriptions of channels with which a user shares."""
        ...

    async def glance(self, workspace: str, now: datetime) -> Glance:
        """A workspace in a few numbers; of troubles, all that there are."""
        ...

    async def overview(self, now: datetime) -> Overview:
        """All of them together."""
        ...
