"""Everything that can go wrong and that a person should hear about.

An error carries a code, its parameters and a reference id; the words, and the way out, are in
``bot/text`` under ``error.<code>`` and ``error.<code>.next``. An error's docstring says what happened.
Parameters never hold a secret, and never the text of a request or an answer.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.core.posting import Unpostable
from bot.core.signin import Why

__all__ = [
    "BadCommand",
    "BotBusy",
    "BotError",
    "CrmError",
    "CrmFailed",
    "CrmPaused",
    "CrmRefused",
    "CrmTimedOut",
    "CrmTooBusy",
    "CrmTooLarge",
    "CrmUnreachable",
    "CrmUnreadable",
    "CrmWrongAddress",
    "FilesNotAllowed",
    "LinkEmailMismatch",
    "LinkError",
    "LinkExpired",
    "LinkNotAllowed",
    "LinkThrottled",
    "MissingScope",
    "NotAnAdmin",
    "NotLinked",
    "PostUncertain",
    "Problem",
    "Restarting",
    "SealBroken",
    "SignInElsewhere",
    "SignInOver",
    "SignInRefused",
    "SlackFailed",
    "TenantNotAllowed",
    "TicketRefused",
]


class BotError(Exception):
    """Something went wrong that this bot did not foresee."""

    code: ClassVar[str] = "unexpected"

    def __init__(self, **params: object) -> None:
        super().__init__(self.code, params)
        self.params = params

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in sorted(self.params.items()))
        return f"{self.code}({shown})"


class BotBusy(BotError):
    """As many commands wait as this bot takes at once."""

    code = "busy"


class Restarting(BotError):
    """The bot is being stopped before it could answer."""

    code = "restarting"


class CrmError(BotError):
    """SuperOffice did not give an answer. ``tenant`` names whose."""

    code = "crm"


class CrmUnreachable(CrmError):
    """No connection: refused, unknown host, no route, TLS not trusted (``reason`` is a word for it)."""

    code = "crm-unreachable"


class CrmTimedOut(CrmError):
    """No answer within the time a command has (``seconds``)."""

    code = "crm-timed-out"


class CrmPaused(CrmError):
    """It did not answer several times in a row: for some ``seconds`` nobody asks it."""

    code = "crm-paused"


class CrmTooBusy(CrmError):
    """429, 502, 503 or 504, and still so after the retries (``status``)."""

    code = "crm-too-busy"


class CrmWrongAddress(CrmError):
    """404, 421 or a redirect: nothing that speaks SOAP lives at this address (``status``)."""

    code = "crm-wrong-address"


class CrmTooLarge(CrmError):
    """The answer is larger than this bot reads (``limit`` in bytes)."""

    code = "crm-too-large"


class CrmUnreadable(CrmError):
    """The answer is not what this operation answers: not XML, another element, or no proof of success."""

    code = "crm-unreadable"


class CrmFailed(CrmError):
    """SuperOffice says that the operation failed (``exception_type``; a SOAP Fault has ``Fault``)."""

    code = "crm-failed"


class CrmRefused(CrmFailed):
    """SuperOffice says that this user may not do that: data rights, function rights or licence."""

    code = "crm-refused"


class TicketRefused(CrmFailed):
    """SuperOffice no longer takes the ticket: expired, revoked or never valid."""

    code = "ticket-refused"


class NotAnAdmin(BotError):
    """What was asked is for admins of the workspace, and those whom the settings name."""

    code = "not-an-admin"


class NotLinked(BotError):
    """The user is not linked, or to a tenant that this bot does not know any more."""

    code = "not-linked"


class SignInOver(BotError):
    """The user's sign-in is over, for certain: SuperOffice was asked twice (``why``)."""

    code = "sign-in-over"

    def __init__(self, *, why: Why) -> None:
        super().__init__(why=why)
        self.why = why


class SignInRefused(CrmError):
    """SuperOffice does not know this user name with this password."""

    code = "sign-in-refused"


class LinkError(BotError):
    """Linking did not work."""

    code = "link"


class LinkExpired(LinkError):
    """The one-time page is used up, replaced, expired or was never made."""

    code = "link-expired"


class LinkThrottled(LinkError):
    """Too many attempts, by this user or from this address (``seconds`` to wait)."""

    code = "link-throttled"


class LinkEmailMismatch(LinkError):
    """The Slack profile and the SuperOffice user have different e-mail addresses."""

    code = "link-email-mismatch"


class LinkNotAllowed(LinkError):
    """Guests, users of other organisations and deactivated users may not link."""

    code = "link-not-allowed"


class TenantNotAllowed(LinkError):
    """The workspace may not use this tenant, or none at all, or there is no such tenant any more."""

    code = "tenant-not-allowed"


class SignInElsewhere(LinkError):
    """A password was sent for a tenant that signs its users in on pages of its own."""

    code = "sign-in-elsewhere"


class SealBroken(BotError):
    """What is stored cannot be opened: its key is missing (``reason`` ``unknown-key``), or it was altered or
    moved (``altered``). The row stays.
    """

    code = "seal-broken"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a command; its words are ``problem.<code>``."""

    code: str
    #: What was typed, unescaped.
    given: str = ""
    #: What might have been meant, ready to be typed; ``""`` where nothing is near.
    nearest: str = ""
    #: What there is to choose from, where that is a list.
    known: tuple[str, ...] = ()
    #: ``nearest`` is a part of a command, not all of it.
    part: bool = False
    #: What might have been meant as well.
    other: str = ""


class FilesNotAllowed(BotError):
    """Slack does not let the app send files: it was installed before it asked for that (``files:write``)."""

    code = "files-not-allowed"


class SlackFailed(BotError):
    """Slack did not answer, or refused (``error`` is Slack's own code for it).

    ``in_doubt``: it may have done what was asked all the same. ``passing``: it has not, and may do so later,
    after ``retry_after`` seconds if it says so. ``permanent``: it posts nothing there until that is mended.
    """

    code = "slack-failed"

    def __init__(
        self,
        *,
        error: str,
        in_doubt: bool = False,
        passing: bool = False,
        retry_after: float | None = None,
        permanent: Unpostable | None = None,
    ) -> None:
        super().__init__(error=error)
        self.error = error
        self.in_doubt = in_doubt
        self.passing = passing
        self.retry_after = retry_after
        self.permanent = permanent


class MissingScope(SlackFailed):
    """Slack does not let the bot look there: a scope is missing, or its kind of token may not."""

    code = "missing-scope"


class PostUncertain(SlackFailed):
    """Slack may have posted what was shared before it failed; it is not tried again."""

    code = "post-uncertain"


class BadCommand(BotError):
    """The command cannot be read; every problem is named, not only the first."""

    code = "bad-command"

    def __init__(self, *problems: Problem, categories: tuple[str, ...] = (), saved: str = "") -> None:
        super().__init__(problems=len(problems))
        self.problems = problems
        #: The categories that it names as well, which only SuperOffice knows; and the saved filter.
        self.categories = categories
        self.saved = saved
        #: It is about what one participant of a digest shares, not about the digest.
        self.is_a_participants = False
