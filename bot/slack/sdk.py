"""Slack's own libraries, set up the way this bot uses them."""

import logging
from functools import cache

from aiohttp import ClientConnectorError, ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core.errors import SlackFailed
from bot.core.secret import Secret

__all__ = ["failure", "sdk_log", "socket_log", "web_client", "webhook"]

#: What Slack says where it broke, perhaps after it had done what was asked.
#: Source: docs.slack.dev, the errors of ``chat.postMessage``; "unreadable" is what a broken proxy says.
BROKEN = {"fatal_error", "internal_error", "service_unavailable", "request_timeout", "unreadable"}
#: What it says where it did nothing, and may do so later.
LATER = {"ratelimited", "rate_limited", "team_added_to_org"}
#: Seconds of a ``Retry-After`` that are waited out: somebody waits for the answer.
PATIENCE = 10


@cache  # setting a level empties the caches of all loggers
def sdk_log() -> logging.Logger:
    """A logger for Slack's libraries. At DEBUG they would log whole messages, customers' names included."""
    log = logging.getLogger("slack_sdk")
    log.setLevel(logging.WARNING)
    return log


@cache
def socket_log() -> logging.Logger:
    """One for Socket Mode, silent: its errors hold the WebSocket's address, which is a credential."""
    log = logging.getLogger("slack_sdk.socket_mode")
    log.setLevel(logging.CRITICAL + 1)
    return log


def web_client(
    token: Secret | None, api_url: str, session: ClientSession, *, repeating: bool = True
) -> AsyncWebClient:
    """The Web API's client on the shared session, whose time-outs hold; it waits out a short 429 twice.

    Unless ``repeating``, a cut connection is no reason to try again: Slack may have done what was asked.
    """
    handlers: list[AsyncRetryHandler] = [_WaitOutShort429(max_retry_count=2)]
    handlers += [AsyncConnectionErrorRetryHandler()] if repeating else []
    return AsyncWebClient(
        token.reveal() if token else None,
        base_url=api_url,
        session=session,
        logger=sdk_log(),
        retry_handlers=handlers,
    )


def webhook(url: Secret, session: ClientSession) -> AsyncWebhookClient:
    """A client for one ``response_url``, which waits out a short 429 as well."""
    handlers: list[AsyncRetryHandler] = [_WaitOutShort429(max_retry_count=2)]
    return AsyncWebhookClient(url.reveal(), session=session, logger=sdk_log(), retry_handlers=handlers)


def failure(error: Exception) -> SlackFailed:
    """What went wrong in a call: Slack's own code for it, or else the kind of error.

    The ``response`` of a ``SlackApiError`` is Slack's JSON, or whatever a broken proxy sent in its place.
    """
    if isinstance(error, SlackApiError):
        data = getattr(error.response, "data", error.response)
        code = data.get("error") if isinstance(data, dict) else None
        said = code if isinstance(code, str) else "unreadable"
        return SlackFailed(error=said, in_doubt=said in BROKEN, passing=said in LATER)
    never_sent = isinstance(error, ClientConnectorError)
    return SlackFailed(error=type(error).__name__, in_doubt=not never_sent, passing=never_sent)


class _WaitOutShort429(AsyncRateLimitErrorRetryHandler):
    """Slack's own handler sleeps for however long it is told to."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429:
            return False
        headers = {name.lower(): value for name, value in response.headers.items()}
        seconds = str(next(iter(headers.get("retry-after", [])), ""))
        return seconds.isascii() and seconds.isdigit() and int(seconds) <= PATIENCE
