"""A message posted to Slack, as every answer and digest is, without the SDK's work for each call.

The SDK's client looks for block classes in each message, copies it, and encodes it with the standard library.
Everything that is asked less often goes through the SDK.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from random import random
from typing import Any, TypeVar, cast

import orjson
from aiohttp import ClientResponse, ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.core.secret import Secret
from bot.slack.sdk import PATIENCE, failure, refusal, retry_after

__all__ = ["is_slacks", "or_text_alone", "post_message", "respond"]

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

#: So often an answer is tried that Slack has no time for.
TRIES = 3
#: Where Slack takes answers; GovSlack has a domain of its own.
#: Source: docs.slack.dev, "Handling user interaction".
SLACKS = {("https", "hooks.slack.com", 443), ("https", "hooks.slack-gov.com", 443)}
#: What it says of blocks; nothing was posted then.
#: Source: docs.slack.dev, the errors of ``chat.postMessage``.
OF_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_arguments"}
HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "superoffice-slack"}


async def post_message(client: AsyncWebClient, message: Mapping[str, Any]) -> Mapping[str, Any]:
    """``chat.postMessage``, on the client's session and with its token. What Slack answers.

    It is tried once. Raises :class:`~bot.core.errors.SlackFailed`, and what aiohttp raises where nothing came
    back.
    """
    return await or_text_alone(partial(_post, client), message)


async def or_text_alone(
    post: Callable[[Mapping[str, Any]], Awaitable[Answer]], message: Mapping[str, Any]
) -> Answer:
    """Post a message; where Slack refuses its blocks, its text alone, which tells the same in lines.

    Nobody may be left without an answer because of how it looks. A refusal says that nothing was posted.
    """
    try:
        return await post(message)
    except Exception as error:
        if (said := failure(error).error) not in OF_BLOCKS or not message.get("blocks"):
            raise
        log.warning(
            "text alone, for Slack refuses the blocks: %s", said, extra={"action": "slack.text-alone"}
        )
    return await post({name: value for name, value in message.items() if name != "blocks"})


async def _post(client: AsyncWebClient, message: Mapping[str, Any]) -> Mapping[str, Any]:
    session = cast("ClientSession", client.session)
    headers = HEADERS | {"Authorization": f"Bearer {client.token}"}
    url, body = f"{client.base_url}chat.postMessage", _encoded(message)
    async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
        answer = await _read(response)
        if response.status != 200 or not isinstance(answer, dict) or answer.get("ok") is not True:
            raise refusal(response.status, response.headers, answer)
        return answer


def is_slacks(url: Secret, api_url: str) -> bool:
    """Whether a ``response_url`` is an address of Slack's, or on the host that stands in for it.

    It is read as the HTTP client reads it, so that no address means one thing here and another there.
    """
    try:
        origin = _origin(url.reveal())
        return origin == _origin(api_url) or origin in SLACKS
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str, int | None]:
    parsed = URL(url)
    return parsed.scheme, (parsed.host or "").lower(), parsed.port


async def respond(url: Secret, session: ClientSession, message: Mapping[str, Any]) -> bool:
    """Post to a ``response_url``; a short 429 is waited out twice. Whether Slack took it.

    Raises what aiohttp raises where nothing came back.
    """
    body = _encoded(message)
    for tries_left in reversed(range(TRIES)):
        async with session.post(url.reveal(), data=body, headers=HEADERS, allow_redirects=False) as response:
            wait = retry_after(response.headers) if response.status == 429 else None
            if wait is None or wait > PATIENCE or not tries_left:
                return response.status == 200
        await asyncio.sleep(wait * (1 + random() / 10))  # noqa: S311 - so that not all come again at once
    return False


def _encoded(message: Mapping[str, Any]) -> bytes:
    """JSON; half a surrogate pair, which people's programs do send, has no UTF-8 and is escaped."""
    try:
        return orjson.dumps(message)
    except orjson.JSONEncodeError:
        return json.dumps(message).encode()


async def _read(response: ClientResponse) -> Any:
    """Slack's JSON, ``None`` for whatever a broken proxy sent in its place."""
    try:
        return orjson.loads(await response.read())
    except orjson.JSONDecodeError:
        return None
