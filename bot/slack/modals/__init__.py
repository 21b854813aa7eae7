"""Forms: drawn as modals, and read back from what Slack delivers of them."""

import logging
from collections.abc import Mapping
from typing import Any

from bot.core.replies import DigestForm, Reader, Reply
from bot.core.replies.channels import ShareForm
from bot.core.requests import Request
from bot.slack.guard import UNREADABLE
from bot.slack.modals.digest import DIGEST, digest_modal, submitted_digest
from bot.slack.modals.notice import loading_view, notice_view, unreadable_view
from bot.slack.modals.share import SHARE, share_modal, submitted_share

__all__ = [
    "FORMS",
    "View",
    "acknowledged",
    "digest_modal",
    "form_view",
    "loading_view",
    "notice_view",
    "read",
    "share_modal",
    "submitted",
    "submitted_digest",
]

log = logging.getLogger(__name__)

View = dict[str, Any]
#: The ``callback_id`` of each form.
FORMS = (DIGEST, SHARE)


def form_view(reply: Reply, reader: Reader, command: str) -> View | None:
    """The modal of a reply that is a form; ``None`` for every other."""
    match reply:
        case DigestForm():
            return digest_modal(reply, reader, command)
        case ShareForm():
            return share_modal(reply, reader)
        case _:
            return None


def submitted(body: Mapping[str, Any], command: str) -> Request | dict[str, str]:
    """The request in a ``view_submission`` payload; or what is wrong, by the ids of its blocks.

    Raises :class:`ValueError` and what else comes of a payload that is not as Slack describes it.
    """
    if body["view"]["callback_id"] == SHARE:
        return submitted_share(body)
    return submitted_digest(body, command)


def read(body: Mapping[str, Any], command: str) -> Request | dict[str, str] | None:
    """What a form asks for, or what is wrong in it; ``None`` for one that this bot never opened."""
    try:
        return submitted(body, command)
    except UNREADABLE as error:
        log.warning("a form not read: %s", type(error).__name__, extra={"action": "slack.not-read"})
        return None


def acknowledged(said: Request | dict[str, str] | None, reader: Reader) -> dict[str, Any]:
    """What Slack is answered to it, in the reader's language where the form did not tell its own."""
    if said is None:
        return {"response_action": "update", "view": unreadable_view(reader)}
    return {"response_action": "errors", "errors": said} if isinstance(said, dict) else {}
