"""Slack's own libraries, set up the way this bot uses them."""

import logging

from aiohttp import ClientSession
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core.secret import Secret

__all__ = ["sdk_log", "web_client", "webhook"]

#: Seconds that Slack's Web API has for an answer.
TIMEOUT = 10


def sdk_log() -> logging.Logger:
    """A logger for Slack's libraries. At DEBUG they would log whole messages, customers' names included."""
    log = logging.getLogger("slack_sdk")
    log.setLevel(logging.WARNING)
    return log


def web_client(token: Secret, api_url: str, session: ClientSession) -> AsyncWebClient:
    """The Web API's client on the shared session; it waits out a 429 as long as Slack says, twice."""
    return AsyncWebClient(
        token.reveal(),
        base_url=api_url,
        timeout=TIMEOUT,
        session=session,
        logger=sdk_log(),
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(),
            _wait_out_429(),
        ],
    )


def webhook(url: Secret, session: ClientSession) -> AsyncWebhookClient:
    """A client for one ``response_url``, which waits out a 429 as well."""
    return AsyncWebhookClient(
        url.reveal(),
        timeout=TIMEOUT,
        session=session,
        logger=sdk_log(),
        retry_handlers=[_wait_out_429()],
    )


def _wait_out_429() -> AsyncRateLimitErrorRetryHandler:
    return AsyncRateLimitErrorRetryHandler(max_retry_count=2)
