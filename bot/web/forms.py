"""Read a submitted form, and nothing else."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

__all__ = ["NotAForm", "fields", "read_form"]

MAX_BODY = 16 * 1024
MAX_FIELDS = 10
PATIENCE_SECONDS = 10.0


class NotAForm(Exception):
    """What arrived is no form; ``status`` says it in HTTP's words."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of an ``application/x-www-form-urlencoded`` body in UTF-8. Raises :class:`NotAForm`."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise NotAForm(415)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            body = await _body(request)
    except TimeoutError:
        raise NotAForm(408) from None
    except ClientDisconnect:
        raise NotAForm(400) from None
    return fields(body)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise NotAForm(413)
    return body


def fields(body: bytes) -> Mapping[str, str]:
    """The fields of a body that is here. Raises :class:`NotAForm`."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise NotAForm(400) from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAForm(400)
    return found
