"""The login host's HTTP: which address answers what, what is remembered of it, how it misbehaves."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl

from aiohttp import web

from bot.demo.clock import Clock
from bot.demo.gate import Gate
from bot.demo.online.grants import OAuthError
from bot.demo.superoffice.endpoint import misbehave
from bot.demo.superoffice.faults import Faults

__all__ = ["Asked", "Login", "Route"]

_FORM = "application/x-www-form-urlencoded"


@dataclass
class Asked:
    """A request to the login host. ``status`` is 0 until it is answered."""

    #: ``configuration``, ``jwks``, ``authorize``, ``tokens``, ``state``, or nothing where there is none such.
    name: str
    method: str
    path: str
    at: datetime
    query: list[tuple[str, str]] = field(repr=False)
    form: list[tuple[str, str]] = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    #: What of the path varies: the tenant.
    part: str = ""
    is_form: bool = False
    status: int = 0

    @property
    def fields(self) -> dict[str, str]:
        """The query of a GET, the form of a POST. RFC 6749: nothing is sent twice."""
        pairs = self.form if self.method == "POST" else self.query
        twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
        if twice:
            raise OAuthError("invalid_request", f"The {twice[0]} is sent more than once.")
        return dict(pairs)


@dataclass(frozen=True, slots=True)
class Route:
    """An address: its name, its path's pattern, its methods, who answers."""

    name: str
    path: str
    answer: Callable[[Asked], web.Response]
    methods: tuple[str, ...] = ("GET",)


class Login:
    """Takes requests through gates, outages and faults to who answers them."""

    def __init__(self, clock: Clock, routes: tuple[Route, ...], gates: Mapping[str, Gate]) -> None:
        self.requests: list[Asked] = []
        self.down: set[str] = set()
        self.faults = Faults()
        self._clock = clock
        self._routes = routes
        self._gates = gates

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        route, asked = await self._understand(request)
        self.requests.append(asked)
        gate = self._gates.get(asked.name)
        if gate is not None:
            await gate.passed()
        response = self._respond(request, route, asked)
        asked.status = response.status
        response.headers["Date"] = format_datetime(self._clock.now(), usegmt=True)
        response.headers["Server"] = "Microsoft-IIS/10.0"
        return response

    async def _understand(self, request: web.BaseRequest) -> tuple[Route | None, Asked]:
        matches = ((route, re.fullmatch(route.path, request.path, re.IGNORECASE)) for route in self._routes)
        found = [(route, match.groupdict()) for route, match in matches if match]
        route, parts = found[0] if found else (None, {})
        is_form = request.content_type == _FORM
        text = await request.text() if is_form else ""
        asked = Asked(
            route.name if route else "",
            request.method,
            request.path,
            self._clock.now(),
            parse_qsl(request.query_string, keep_blank_values=True),
            parse_qsl(text, keep_blank_values=True),
            dict(request.headers),
            parts.get("part", ""),
            is_form,
        )
        return route, asked

    def _respond(self, request: web.BaseRequest, route: Route | None, asked: Asked) -> web.StreamResponse:
        if route is None:
            return web.Response(status=404, text="Not found")
        if asked.name in self.down:
            return web.Response(status=503, text="<h1>Service Unavailable</h1>", content_type="text/html")
        trouble = self.faults.take(asked.name)
        if (instead := misbehave(request, trouble, "application/json")) is not None:
            return instead
        if asked.method not in route.methods:
            return web.Response(status=405, headers={"Allow": ", ".join(route.methods)})
        response = route.answer(asked)
        if trouble.truncated and isinstance(response.body, bytes):
            response.body = response.body[: len(response.body) // 2]
        return response
