"""Alive, and ready to be used."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.services.ports import Clock

__all__ = ["Check", "Probe", "Remembered", "Unwell", "health_routes"]

log = logging.getLogger(__name__)

#: Raises when what it asks does not work.
Probe = Callable[[], Awaitable[None]]

PATIENCE_SECONDS = 2.0
KEPT = timedelta(minutes=1)
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Check:
    """One part that the bot depends on; ``probe`` raises when it does not work."""

    name: str
    probe: Probe
    #: Without it the bot is of no use. A part that is not essential shows as degraded.
    essential: bool = True


class Unwell(Exception):
    """A part does not work. The message is the kind of error, and nothing else of it."""


class Remembered:
    """A probe of somebody else's server, made at most once a minute however often health is asked for.

    Who asks while it is under way waits for the same one, and may leave. It has to end by itself.
    """

    def __init__(self, probe: Probe, clock: Clock) -> None:
        self._probe = probe
        self._clock = clock
        self._asked_at: datetime | None = None
        self._asking: asyncio.Task[str] | None = None

    async def __call__(self) -> None:
        """Raise :class:`Unwell` if the probe failed when it was last made."""
        now = self._clock.now()
        if self._asking is None or (self._asking.done() and not self._is_fresh(now)):
            self._asked_at = now
            self._asking = asyncio.create_task(self._ask())
        if failure := await asyncio.shield(self._asking):
            raise Unwell(failure)

    def _is_fresh(self, now: datetime) -> bool:
        return self._asked_at is not None and timedelta(0) <= now - self._asked_at < KEPT

    async def _ask(self) -> str:
        """The kind of error, ``""`` for none. The error itself would be raised, and grow, again and again."""
        try:
            await self._probe()
        except Exception as error:
            return type(error).__name__
        return ""


def health_routes(checks: Sequence[Check], patience: float = PATIENCE_SECONDS) -> list[Route]:
    """``/healthz``: 200 while the process answers. ``/readyz``: 200 when it can be used, else 503.

    A check that takes longer than ``patience`` (seconds) counts as failed.
    """

    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok", headers=NO_STORE)

    async def ready(request: Request) -> Response:
        states = await asyncio.gather(*(_state(check, patience) for check in checks))
        named = {check.name: state for check, state in zip(checks, states, strict=True)}
        status = next((worst for worst in ("failed", "degraded") if worst in states), "ok")
        body = {"status": status, "checks": named}
        return JSONResponse(body, 503 if status == "failed" else 200, NO_STORE)

    return [Route("/healthz", alive), Route("/readyz", ready)]


async def _state(check: Check, patience: float) -> str:
    try:
        async with asyncio.timeout(patience):
            await check.probe()
    except Exception as error:
        kind = error if isinstance(error, Unwell) else type(error).__name__
        log.warning("%s: %s", check.name, kind, extra={"action": "health.failed"})
        return "failed" if check.essential else "degraded"
    return "ok"
