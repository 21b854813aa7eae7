"""Slack's own libraries, set up the way this bot uses them."""

import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

from aiohttp import ClientConnectorError, ClientSession, ConnectionTimeoutError
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

from bot.core.errors import SlackFailed
from bot.core.posting import Unpostable
from bot.core.secret import Secret

__all__ = [
    "PATIENCE",
    "failure",
    "open_view",
    "permanent",
    "refusal",
    "retry_after",
    "sdk_log",
    "socket_log",
    "web_client",
]

#: What Slack says where it broke, perhaps after it had done what was asked.
#: Source: docs.slack.dev, the errors of ``chat.postMessage``; "unreadable" is what a broken proxy says.
BROKEN = {"fatal_error", "internal_error", "service_unavailable", "request_timeout", "unreadable"}
#: What it says where it did nothing, and may do so later: a workspace that is moved, frozen or over a limit.
LATER = {
    *("ratelimited", "rate_limited", "team_added_to_org", "org_login_required", "message_limit_exceeded"),
    *("ekm_access_denied", "accesslimited"),
}
#: What it says where it did nothing, and will not do so until somebody mends that.
FOR_GOOD: Mapping[Unpostable, set[str]] = {
    Unpostable.USER_GONE: {"user_disabled", "user_not_found", "user_not_visible", "cannot_dm_bot"},
    Unpostable.CHANNEL_GONE: {"channel_not_found"},
    Unpostable.ARCHIVED: {"is_archived"},
    Unpostable.NOT_IN_CHANNEL: {"not_in_channel"},
    Unpostable.NOT_ALLOWED: {
        *("messages_tab_disabled", "access_denied", "no_permission", "app_access_restricted"),
        *("user_is_restricted", "cannot_reply_to_message", "enterprise_is_restricted"),
        # and everything that starts with restricted_action
    },
    Unpostable.APP_REMOVED: {
        *("account_inactive", "invalid_auth", "not_authed", "not_installed", "team_access_not_granted"),
        *("team_not_found", "token_expired", "token_revoked"),
    },
    Unpostable.MISSING_SCOPE: {"missing_scope", "not_allowed_token_type"},
    Unpostable.UNSENDABLE: {
        *("invalid_arguments", "invalid_blocks", "invalid_blocks_format", "invalid_metadata_format"),
        *("invalid_metadata_schema", "metadata_must_be_sent_from_app", "metadata_too_large"),
        *("msg_blocks_too_long", "msg_too_long", "no_text", "too_many_attachments"),
    },
}
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


async def open_view(client: AsyncWebClient, trigger: Secret, view: dict[str, Any]) -> str:
    """Open a modal with the trigger of a press or a command, good once, for three seconds. The modal's id."""
    opened = await client.views_open(trigger_id=trigger.reveal(), view=view)
    return str(opened["view"]["id"])


def failure(error: Exception) -> SlackFailed:
    """What went wrong in a call: Slack's own code for it, or else the kind of error.

    The ``response`` of a ``SlackApiError`` is Slack's JSON, or whatever a broken proxy sent in its place.
    """
    if isinstance(error, SlackFailed):
        return error
    if isinstance(error, SlackApiError):
        response = error.response
        status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 200)
        return refusal(status, getattr(response, "headers", {}), getattr(response, "data", response))
    never_sent = isinstance(error, ClientConnectorError | ConnectionTimeoutError)
    return SlackFailed(error=type(error).__name__, in_doubt=not never_sent, passing=never_sent)


def refusal(status: int, headers: Mapping[str, Any], answer: object) -> SlackFailed:
    """What an answer of Slack means that is not ``ok``; ``answer`` is its JSON, or what came in its place."""
    if status == 429:
        return SlackFailed(error="ratelimited", passing=True, retry_after=retry_after(headers))
    code = answer.get("error") if isinstance(answer, dict) else None
    said = code if isinstance(code, str) else "unreadable"
    if said in BROKEN or status >= 500:
        return SlackFailed(error=said, in_doubt=True)
    return SlackFailed(error=said, passing=said in LATER, permanent=permanent(said))


def permanent(said: str) -> Unpostable | None:
    """What has to be mended before Slack no longer says that."""
    if said.startswith("restricted_action"):
        return Unpostable.NOT_ALLOWED
    return next((why for why, codes in FOR_GOOD.items() if said in codes), None)


def retry_after(headers: Mapping[str, Any]) -> int | None:
    """The seconds that a 429 says, if it does."""
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    seconds = str(found[0] if isinstance(found, list) and found else found)
    return int(seconds) if seconds.isascii() and seconds.isdigit() else None


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
        seconds = retry_after(response.headers)
        return seconds is not None and seconds <= PATIENCE
