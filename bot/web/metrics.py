"""The page that Prometheus reads."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["metrics_route"]


def metrics_route(expose: Callable[[], bytes], content_type: str) -> Route:
    """``/metrics``: counts and times, no names."""

    async def metrics(_: Request) -> Response:
        return Response(expose(), headers={"Content-Type": content_type, "Cache-Control": "no-store"})

    return Route("/metrics", metrics)
