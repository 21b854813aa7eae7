"""A node of SuperOffice CRM Online: the host that serves the SOAP of the tenants that live on it."""

from collections.abc import Mapping
from email.utils import format_datetime

from aiohttp import web

from bot.demo.clock import Clock
from bot.demo.gate import Gate
from bot.demo.online.tenant import Tenant

__all__ = ["Node"]


class Node:
    """Finds the tenant by the first part of the path."""

    def __init__(self, place: int, tenants: Mapping[str, Tenant], gate: Gate, clock: Clock) -> None:
        self._place = place
        self._tenants = tenants
        self._gate = gate
        self._clock = clock

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        await self._gate.passed()
        name = request.path.split("/")[1].casefold()
        tenant = next((each for each in self._tenants.values() if each.name.casefold() == name), None)
        if tenant is not None and tenant.node == self._place and tenant.running:
            return await tenant.soap.serve(request)
        response = self._refuse(tenant)
        response.headers["Date"] = format_datetime(self._clock.now(), usegmt=True)
        return response

    def _refuse(self, tenant: Tenant | None) -> web.Response:
        """The 421 is documented. That a tenant whose API is not available answers 503 is a guess."""
        if tenant is None:
            return web.Response(status=404, text="Not found")
        if tenant.node != self._place:
            return tenant.soap.refuse(421, "Wrong subdomain used to access tenant")
        return tenant.soap.refuse(503, f"Service Unavailable: {tenant.state}")
