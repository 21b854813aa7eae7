"""What one can make happen, at the terminal and at the page: time passes, companies stir, servers fail."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.demo.browser import Page, log_in
from bot.demo.servers import Servers
from bot.demo.slack.message import Message
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.cast import User
from bot.demo.superoffice.story import ACTIONS

__all__ = [
    "FAULTS",
    "break_",
    "clock_change",
    "expire",
    "forward",
    "happen",
    "limit",
    "link_page",
    "mend",
    "sign_in",
    "tomorrow",
]

#: What is asked for when nobody says for what: a digest's usual time.
MORNING = "08:00"
#: How far before and after a clock change one is put.
NEAR = timedelta(minutes=10)
#: Of a longer jump, only so much is told at its end: a year of it would take a while.
MOST_TOLD = timedelta(days=2)
#: Further ahead no zone's rules are asked for their next change.
HORIZON = timedelta(days=400)
LONGEST = timedelta(days=31)


# ------------------------------------------------------------ time


def tomorrow(servers: Servers, zone: ZoneInfo, at: str = "") -> datetime:
    """It is tomorrow, at a local time such as ``16:00``. Raises :class:`LookupError` with a word on it."""
    try:
        chosen = time.fromisoformat(at or MORNING)
    except ValueError:
        raise LookupError("At a time such as 16:00.") from None
    today = servers.clock.now().astimezone(zone).date()
    return _go(servers, datetime.combine(today + timedelta(days=1), chosen.replace(tzinfo=None), zone))


def forward(servers: Servers, minutes: float) -> datetime:
    """So many minutes have passed. Raises :class:`LookupError`."""
    if not 0 < minutes <= LONGEST / timedelta(minutes=1):
        raise LookupError("Time goes forward, by a month at most.")
    return _go(servers, servers.clock.now() + timedelta(minutes=minutes))


def clock_change(servers: Servers, zone: ZoneInfo) -> tuple[datetime, bool]:
    """It is shortly before the zone's next clock change; said once more, shortly after: when, and which.

    Raises :class:`LookupError` where clocks are never changed.
    """
    now = servers.clock.now()
    change = _next_change(now, zone)
    is_past = change - now <= NEAR
    return _go(servers, change + NEAR if is_past else change - NEAR, zone), is_past


def _next_change(now: datetime, zone: ZoneInfo) -> datetime:
    """When the zone's clocks are changed next, to the second."""

    def offset(at: datetime) -> timedelta | None:
        return at.astimezone(zone).utcoffset()

    late = now
    while offset(late) == offset(now):
        late += timedelta(days=1)
        if late - now > HORIZON:
            raise LookupError(f"Clocks are not changed in {zone.key}.")
    early = late - timedelta(days=1)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        early, late = (middle, late) if offset(middle) == offset(now) else (early, middle)
    return (early + timedelta(seconds=1)).replace(microsecond=0)


def _go(servers: Servers, then: datetime, zone: ZoneInfo | None = None) -> datetime:
    """Sign-ins last through it, as they do while the bot keeps them alive."""
    span = then - servers.clock.now()
    servers.crm.tickets.live_through(span)
    servers.crm.story.leave_out(then.astimezone(UTC) - MOST_TOLD)
    servers.clock.forward(span)
    return then.astimezone(zone) if zone else then


# ------------------------------------------------------------ SuperOffice


def happen(servers: Servers, user: User | None, count: int = 1) -> list[str]:
    """Let something happen on a user's own companies; what, in a few words each."""
    random = Random()
    told = []
    for _ in range(max(1, min(count, 100))):
        company = random.choice(servers.crm.companies(user or servers.crm.seller))
        action = random.choice([name for name in ACTIONS if name != "Created"])
        event = servers.crm.happen(company.id, action, random.choice(servers.crm.users))
        told.append(f"{event.actor.full_name}: {action} at {company.name}")
    return told


def expire(servers: Servers, user: User | None) -> None:
    """Let a user's sign-ins end now; without a user, everybody's."""
    servers.crm.tickets.expire(user)


async def break_(servers: Servers, how: str) -> None:
    """Let SuperOffice fail in one of the :data:`FAULTS`. Raises :class:`LookupError`."""
    if how not in FAULTS:
        raise LookupError(f"It can be {', '.join(FAULTS)}.")
    await mend(servers)
    await FAULTS[how](servers.crm)
    servers.broken = how


async def mend(servers: Servers) -> None:
    """Nothing fails any more, here or in Slack."""
    servers.crm.faults.clear()
    await servers.crm.accept()
    servers.slack.workspace.rates = None
    servers.broken = ""


async def _down(crm: SuperOffice) -> None:
    await crm.refuse()


async def _expired(crm: SuperOffice) -> None:
    crm.tickets.expire()


def _fault(**how: object) -> Callable[[SuperOffice], Awaitable[None]]:
    async def switch(crm: SuperOffice) -> None:
        crm.faults.set("GetMyActiveContacts", **how)

    return switch


#: What can go wrong, as one would say it of SuperOffice.
FAULTS: dict[str, Callable[[SuperOffice], Awaitable[None]]] = {
    "slow": _fault(delay=6),
    "down": _down,
    "busy": _fault(status=503),
    "failing": _fault(exception_type="SuperOffice.Exceptions.SoDbAccessException"),
    "refusing": _fault(exception_type="SuperOffice.Exceptions.SoSentryException"),
    "silent": _fault(silent=True),
    "forgetful": _expired,
}


# ------------------------------------------------------------ Slack


def limit(servers: Servers, method: str = "", seconds: int = 30) -> None:
    """Let Slack answer 429 to a Web API method for so long; from then on, its limits count."""
    rates = servers.slack.workspace.rates or servers.slack.enforce_limits()
    rates.close(method or "chat.postMessage", max(1, min(seconds, 3600)))


# ------------------------------------------------------------ signing in


def link_page(messages: Iterable[Message]) -> str:
    """The address of the newest link page that messages, oldest first, offer; ``""``: none does."""
    urls = [str(element.get("url", "")) for message in messages for _, element in message.elements()]
    return next((url for url in reversed(urls) if "/link/" in url), "")


async def sign_in(url: str, user: User) -> Page:
    """Sign in to SuperOffice as a user on the link page, as one would in the browser."""
    return await log_in(url, user.login, user.password)
