"""What went wrong, as an error of the bot's own: from a status, a fault or the response headers.

SuperOffice tells failures in response headers, with status 200 and no fault (its WSDLs declare no
``wsdl:fault`` anywhere). Which exception an expired ticket brings is not published, hence the words.
"""

import logging
import re
from http import HTTPStatus

from lxml import etree

from bot.core.errors import (
    CrmError,
    CrmFailed,
    CrmRefused,
    CrmTooBusy,
    CrmWrongAddress,
    SignInRefused,
    TicketRefused,
)
from bot.crm.soap.envelope import ExceptionInfo, local_name

__all__ = ["BUSY", "failure_of_exception", "failure_of_fault", "failure_of_status", "scrub"]

log = logging.getLogger(__name__)

#: Statuses of a server that may do better in a moment.
BUSY = frozenset({429, 502, 503, 504})

_NOT_HERE = frozenset({404, 405, 410, 421})

_RIGHTS = ("SoSentryException", "SoFunctionRightException", "SoLicenseException")
_APPLICATION = re.compile(r"application\s*token", re.IGNORECASE)
_SESSION = re.compile(r"authenticat|ticket|token|session|log ?on|credential", re.IGNORECASE)

_LONGEST = 200
_SCRUBBED = re.compile(
    r"""\b\w{2}:\S+            # a ticket or token: 7T:…, 8A:…
      | \S+@\S+                # an e-mail address
      | "[^"]*"? | “[^”]*”? | «[^»]*»? | '[^']*'? | ‘[^’]*’?""",
    re.VERBOSE,
)


def failure_of_status(tenant: str, status: int, *, with_ticket: bool) -> CrmError:
    """The error for an answer that is not one, by its HTTP status (other than 200)."""
    if status in BUSY:
        return CrmTooBusy(tenant=tenant, status=status)
    if status in _NOT_HERE or HTTPStatus(300) <= status < HTTPStatus(400):
        return CrmWrongAddress(tenant=tenant, status=status)
    kind: type[CrmFailed] = CrmFailed
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        kind = TicketRefused if with_ticket and status == HTTPStatus.UNAUTHORIZED else CrmRefused
    return kind(tenant=tenant, status=status, exception_type=f"HTTP {status}")


def failure_of_fault(tenant: str, fault: etree._Element, signing_in_as: str | None) -> CrmError:
    """The error for a SOAP fault, 1.1 (``faultstring``) or 1.2 (``Reason/Text``)."""
    words = [part.text or "" for part in fault.iter() if local_name(part) in ("faultstring", "Text")]
    info = ExceptionInfo(("Fault",), " ".join(words), "")
    return failure_of_exception(tenant, info, signing_in_as)


def failure_of_exception(tenant: str, info: ExceptionInfo | None, signing_in_as: str | None) -> CrmError:
    """The error for what ``ExceptionInfo`` tells, also if that is nothing. It is logged, less what is secret.

    ``signing_in_as`` is the name that somebody signs in with, if so: it does not belong into the log.
    """
    info = info or ExceptionInfo((), "", "")
    outermost = re.sub(r"[^\w.]", "", info.types[0] if info.types else "")[:_LONGEST]
    kind = _kind(info, signing_in=signing_in_as is not None)
    log.warning(
        "SuperOffice says that it failed: %s",
        scrub(info.message or info.friendly_text, signing_in_as or ""),
        extra={"action": "crm.failed", "tenant": tenant, "exception_type": outermost, "error": kind.code},
    )
    if kind is SignInRefused:
        return SignInRefused(tenant=tenant)
    return kind(tenant=tenant, exception_type=outermost)


def scrub(text: str, user: str = "") -> str:
    """What may be logged of a server's message: no ticket, no address, nothing quoted, one short line."""
    line = " ".join(text[: 4 * _LONGEST].split())
    if user:
        line = re.sub(re.escape(user), "…", line, flags=re.IGNORECASE)
    line = "".join(char for char in _SCRUBBED.sub("…", line) if char.isprintable())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def _kind(info: ExceptionInfo, *, signing_in: bool) -> type[CrmError]:
    said = f"{info.message} {info.friendly_text}"
    if any(name.endswith(_RIGHTS) for name in info.types) or _APPLICATION.search(said):
        return CrmRefused
    if any(name.endswith("SoSessionException") for name in info.types) or _SESSION.search(said):
        return SignInRefused if signing_in else TicketRefused
    return CrmFailed
