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

__all__ = ["Check", "Remembered", "health_routes"]

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
KEPT = timedelta(minutes=1)
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Check:
    """One part that the bot depends on; ``probe`` raises when it does not work, and has two seconds."""

    name: str
    probe: Callable[[], Awaitable[None]]
    #: Without it the bot is of no use. A part that is not essential shows as degraded.
    essential: bool = True


class Remembered:
    """A probe of somebody else's server, made at most once a minute however often health is asked for."""

    def __init__(self, probe: Callable[[], Awaitable[None]], clock: Clock) -> None:
        self._probe = probe
        self._clock = clock
        self._asked_at: datetime | None = None
        self._error: Exception | None = None

    async def __call__(self) -> None:
        """Raise what the probe raised when it was last made."""
        now = self._clock.now()
        if self._asked_at is None or not timedelta(0) <= now - self._asked_at < KEPT:
            self._asked_at, self._error = now, TimeoutError()  # should this be cancelled
            try:
                await self._probe()
                self._error = None
            except Exception as error:
                self._error = error
        if self._error is not None:
            raise self._error


def health_routes(checks: Sequence[Check]) -> list[Route]:
    """``/healthz``: 200 while the process answers. ``/readyz``: 200 when it can be used, else 503."""

    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok", headers=NO_STORE)

    async def ready(request: Request) -> Response:
        states = await asyncio.gather(*(_state(check) for check in checks))
        named = {check.name: state for check, state in zip(checks, states, strict=True)}
        status = next((worst for worst in ("failed", "degraded") if worst in states), "ok")
        body = {"status": status, "checks": named}
        return JSONResponse(body, 503 if status == "failed" else 200, NO_STORE)

    return [Route("/healthz", alive), Route("/readyz", ready)]


async def _state(check: Check) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await check.probe()
    except Exception as error:
        log.warning("%s: %s", check.name, type(error).__name__, extra={"action": "health.failed"})
        return "failed" if check.essential else "degraded"
    return "ok"
