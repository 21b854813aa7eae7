"""``python -m bot links``: who is linked, and how long their sign-ins last, for whoever runs the bot."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.core.people import LinkState
from bot.core.secret import Secret
from bot.core.signin import KeepAlivePolicy
from bot.store import Store, Where, ask

__all__ = ["list_links", "outage_survived"]

TOLD = {
    "": "not told yet",
    "claimed": "telling was cut off",
    "told": "told",
    "silent": "is told when they ask",
}
FORM = "%Y-%m-%d %H:%M"


def list_links(where: Where, secret_key: Secret, policy: KeepAlivePolicy, now: datetime) -> Iterator[str]:
    """A line for each link, those first that need somebody; all times are UTC.

    Raises :class:`~bot.store.DatabaseUnusable` and :class:`~bot.store.BadKey`.
    """
    states = ask(where, secret_key, _states)
    over = sum(state.ending is not None for state in states)
    digests = sum(state.has_digest for state in states)
    yield f"{len(states)} linked, {over} of them signed out, {digests} with a digest. Times are UTC."
    yield from (_line(state, now) for state in states)
    yield outage_survived(policy)


def outage_survived(policy: KeepAlivePolicy) -> str:
    """What the settings of the keep-alive stand."""
    every = policy.interval + policy.spread
    return (
        f"Onsite tickets are used at least every {_span(every)} and live six hours: "
        f"an outage of {_span(policy.outage_survived)} costs none."
    )


async def _states(store: Store) -> Sequence[LinkState]:
    return await store.sign_ins.all()


def _line(state: LinkState, now: datetime) -> str:
    who = f"  {state.user.workspace} {state.user.user}  {state.tenant}  {state.full_name!r}"
    if state.ending:
        told = TOLD.get(state.told, f"telling: {state.told}")
        return f"{who}  over since {_time(state.ending.at)} ({state.ending.why}), {told}"
    checked = f", last check {state.outcome} at {_time(state.checked_at)}" if state.checked_at else ""
    good = _good(state.expires_at, now)
    kept = ", kept alive for a digest" if state.has_digest and state.expires_at else ""
    return f"{who}  {good}{checked}{kept}"


def _good(until: datetime | None, now: datetime) -> str:
    if until is None:
        return "renews itself"
    return f"over since {_time(until)} (unused)" if until <= now else f"good until {_time(until)}"


def _time(when: datetime) -> str:
    return f"{when:{FORM}}"


def _span(span: timedelta) -> str:
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
