"""Seeing what goes over the wire, whoever sends it: each request as it leaves, then what came back."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

__all__ = ["Ended", "Handler", "Started", "Watched", "watch"]

#: Called with an answer's status, or why there is none, and its body, when it is there.
Ended = Callable[[int | str, object], None]
Handler = Callable[[Any], Awaitable[web.StreamResponse]]


class Started(Protocol):
    """Hears of a request that leaves: from whom to whom, its name, its body, a text or data."""

    def __call__(self, sender: str, receiver: str, what: str, body: object, /) -> Ended:
        """Note it; who is told of its end."""
        ...


class Watched:
    """Whoever serves or sends requests. ``seen``: who hears of them; by default nobody."""

    def __init__(self) -> None:
        self.seen: Started = _nobody


def _nobody(_sender: str, _receiver: str, _what: str, _body: object, /) -> Ended:
    return lambda _status, _text: None


async def watch(
    watched: Watched, receiver: str, what: str, request: web.BaseRequest, handler: Handler
) -> web.StreamResponse:
    """Serve a request of the bot's under somebody's eyes."""
    if watched.seen is _nobody:
        return await handler(request)
    ended = watched.seen("bot", receiver, what, await _text(request))
    try:
        response = await handler(request)
    except BaseException as error:
        ended(type(error).__name__, "")
        raise
    body = response.body if isinstance(response, web.Response) else None
    ended(response.status, body.decode(errors="replace") if isinstance(body, bytes) else "")
    return response


async def _text(request: web.BaseRequest) -> str:
    """What a file holds is left out: it would be gone for who reads it in parts."""
    if request.content_type in {"multipart/form-data", "application/octet-stream"}:
        return f"[{request.content_length or 0} bytes]"
    return (await request.read()).decode(errors="replace")
