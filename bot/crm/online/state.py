"""Where a tenant is just now: SuperOffice moves them.

Source: docs.superoffice.com, "Check tenant status": ``GET {environment}/api/state/{tenant}`` needs no
sign-in, and is good until ``ValidUntil``; a SOAP call to the wrong host gets 421.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.errors import CrmError, CrmUnreadable
from bot.core.onlineerrors import TenantAway
from bot.crm.online.http import JsonClient
from bot.services.ports import Clock
from bot.singleflight import SingleFlight

__all__ = ["TenantState"]

log = logging.getLogger(__name__)

#: The longest that an answer is believed, whatever it says, and the shortest.
LONGEST, SHORTEST = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _State:
    endpoint: str
    #: SuperOffice's own word for it, such as ``OfflineMaintenance``; ``""`` where it runs.
    away: str
    until: datetime


class TenantState:
    """Asks once, for all who want to know at the same time, and again when that is no longer valid."""

    def __init__(self, customer: str, client: JsonClient, clock: Clock) -> None:
        self._customer = customer
        self._client = client
        self._clock = clock
        self._known: _State | None = None
        self._flights = SingleFlight()

    @property
    def last_known(self) -> str:
        """The endpoint as it was last told; ``""`` before the first time."""
        return self._known.endpoint if self._known else ""

    async def endpoint(self) -> str:
        """The root of the tenant, such as ``https://online2.superoffice.com/Cust12345``.

        Raises :class:`TenantAway`, :class:`~bot.core.onlineerrors.ForeignHost` and other ``CrmError``.
        """
        known = self._known
        if known is None or known.until <= self._clock.now():
            known = await self._flights.join("", self._ask)
        if known.away:
            raise TenantAway(tenant=self._client.tenant, state=known.away)
        return known.endpoint

    async def moved(self, wrong: str) -> bool:
        """The tenant is not at this endpoint: ask again; whether it is at another.

        What was asked before the tenant's host said so may be answered with this endpoint: nobody joins that.
        """
        if self._known is not None and self._known.endpoint == wrong:
            self._known = None
        if self._known is None:
            await self._flights.join(wrong, self._ask)
        return self.last_known not in ("", wrong)

    async def _ask(self) -> _State:
        """Ask. An old answer is better than none: if it is wrong, the tenant's host says so."""
        now = self._clock.now()
        try:
            answer = await self._client.get(f"{self._client.environment}/api/state/{self._customer}")
            found = self._read(answer, now)
        except CrmError as error:
            if self._known is None or self._known.away:
                raise
            log.warning("no new state of the tenant: %s", error, extra={"action": "online.state"})
            found = _State(self._known.endpoint, "", now + SHORTEST)
        self._known = found
        return found

    def _read(self, answer: Any, now: datetime) -> _State:
        state, endpoint = str(answer.get("State", "")), str(answer.get("Endpoint") or "")
        if answer.get("IsRunning") is not True:
            log.warning("the tenant does not run: %s", state, extra={"action": "online.away"})
            return _State("", state or "Unknown", now + SHORTEST)
        if not endpoint:
            raise CrmUnreadable(tenant=self._client.tenant, reason="no endpoint")
        until = min(max(_moment(answer.get("ValidUntil"), now), now + SHORTEST), now + LONGEST)
        return _State(self._client.require_within(endpoint.rstrip("/")), "", until)


def _moment(text: object, now: datetime) -> datetime:
    """``2026-02-23T09:52:01.9342965Z``; where it is none, what counts as now."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return now
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
