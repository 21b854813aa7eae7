"""A reference for each request: what people are told of a failure finds its lines in the log."""

from collections.abc import Callable, MutableMapping
from typing import Any

from starlette.types import ASGIApp

from bot.core.correlation import correlated

__all__ = ["referenced"]


def referenced(app: ASGIApp, reference: Callable[[], str]) -> ASGIApp:
    """The same application, each request of which has a reference."""

    async def with_reference(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        with correlated(reference()):
            await app(scope, receive, send)

    return with_reference
