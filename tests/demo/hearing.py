"""The bot's end of the demo's Slack: what is sent to it is kept, and answered as a test wishes."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

__all__ = ["Bot", "listening"]


@asynccontextmanager
async def listening(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A bot's HTTP side: what is posted to it goes to ``handler``."""
    app = web.Application()
    app.router.add_post("/slack/events", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Bot:
    """A bot that keeps what it is sent and answers as told."""

    def __init__(self) -> None:
        #: Headers and body of each request.
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.response: Callable[[], web.Response] = web.Response

    async def __call__(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.read()))
        return self.response()

    @property
    def heard(self) -> list[Any]:
        """What the requests say: a command's fields, an interaction's payload, an event."""
        return [_said(headers, body) for headers, body in self.requests]


def _said(headers: dict[str, str], body: bytes) -> Any:
    if headers["Content-Type"] == "application/json":
        return json.loads(body)
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form
