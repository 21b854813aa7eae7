"""What the panel does behind the scenes: time, SuperOffice, Slack. Each answers in a sentence."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from bot.demo import controls
from bot.demo.playground.acts import Refused
from bot.demo.playground.scene import Json
from bot.demo.servers import Servers
from bot.demo.slack.workspace import Member

__all__ = ["Panel"]

Asked = Mapping[str, Any]
#: As many things happen at once at most.
MOST_HAPPENING = 50
_COMES = "A digest that is due comes within ten seconds."


class Panel:
    """What can be done, by its name in the contract, and how things stand."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._deeds: dict[str, Callable[[Member, Asked], Awaitable[str]]] = {
            "tomorrow": self._tomorrow,
            "forward": self._forward,
            "clock_change": self._clock_change,
            "happen": self._happen,
            "expire": self._expire,
            "crm": self._crm,
            "mend": self._mend,
            "limit": self._limit,
        }

    async def do(self, member: Member, asked: Asked) -> Json:
        """Do it; ``words`` say what is so now. Raises :class:`Refused` and :class:`LookupError`."""
        deed = self._deeds.get(str(asked.get("what")))
        if deed is None:
            raise Refused(f"It can be {', '.join(self._deeds)}.")
        return {"words": await deed(member, asked)}

    def state(self, member: Member) -> Json:
        """How things stand; ``login`` and ``password`` are the member's own for SuperOffice, made up."""
        servers, user = self._servers, self._servers.user_of(member)
        rates = servers.slack.workspace.rates
        limited = {method: at.isoformat() for method, at in rates.closed.items()} if rates else {}
        return {
            "faults": [servers.broken] if servers.broken else [],
            "limited": limited,
            "ahead": round(servers.clock.ahead.total_seconds()),
            "login": user.login if user else None,
            "password": user.password if user else None,
        }

    # ------------------------------------------------------------ time

    async def _tomorrow(self, member: Member, asked: Asked) -> str:
        then = controls.tomorrow(self._servers, member.zone, str(asked.get("at") or ""))
        return f"{_told(then)} {_COMES}"

    async def _forward(self, member: Member, asked: Asked) -> str:
        then = controls.forward(self._servers, _number(asked, "minutes", 15))
        return f"{_told(then.astimezone(member.zone))} {_COMES}"

    async def _clock_change(self, member: Member, asked: Asked) -> str:
        then, is_past = controls.clock_change(self._servers, member.zone)
        if is_past:
            return f"{_told(then)} The clocks have been changed."
        return f"{_told(then)} In ten minutes the clocks are changed; once more puts you past it."

    # ------------------------------------------------------------ SuperOffice

    async def _happen(self, member: Member, asked: Asked) -> str:
        count = int(min(_number(asked, "count", 1), MOST_HAPPENING))
        told = controls.happen(self._servers, self._servers.user_of(member), count)
        return "\n".join(told)

    async def _expire(self, member: Member, asked: Asked) -> str:
        user = self._servers.user_of(member)
        if user is None:
            raise Refused(f"{member.real_name} has no SuperOffice user.")
        controls.expire(self._servers, user)
        return f"{member.real_name} is signed in to SuperOffice no more."

    async def _crm(self, member: Member, asked: Asked) -> str:
        how = str(asked.get("how") or "")
        await controls.break_(self._servers, how)
        return f"SuperOffice is {how}."

    async def _mend(self, member: Member, asked: Asked) -> str:
        await controls.mend(self._servers)
        return "SuperOffice and Slack work again."

    # ------------------------------------------------------------ Slack

    async def _limit(self, member: Member, asked: Asked) -> str:
        method, seconds = str(asked.get("method") or "chat.postMessage"), int(_number(asked, "seconds", 30))
        controls.limit(self._servers, method, seconds)
        return f"Slack refuses {method} for {seconds} seconds."


def _number(asked: Asked, name: str, default: float) -> float:
    try:
        return float(asked.get(name) or default)
    except (TypeError, ValueError):
        raise Refused(f"{name} is a number.") from None


def _told(then: datetime) -> str:
    return f"It is {then:%A} {then.day} {then:%B}, {then:%H:%M}."
