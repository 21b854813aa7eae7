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
from bot.crm.soap.scrubbing import scrub

__all__ = ["BUSY", "failure_of_exception", "failure_of_fault", "failure_of_status"]

log = logging.getLogger(__name__)

#: Statuses of a server that may do better in a moment.
BUSY = frozenset({429, 502, 503, 504})

_NOT_HERE = frozenset({404, 405, 410, 421})

#: The endings of exception types, as SuperOffice's documentation names them, and of .NET's own.
_RIGHTS = ("SoSentryException", "SoFunctionRightException", "SoLicenseException")
_SESSION = ("SoSessionException", "SoAuthenticationException")
_SERVERS_OWN = (
    "SoDbAccessException",
    "SoMissingDatabaseContextException",
    "SoNotFoundException",
    "SqlException",
    "TimeoutException",
)

_APPLICATION = re.compile(r"application\s*token", re.IGNORECASE)
_THING = r"\b(ticket|session|credential|token)s?\b"
#: The thing alone proves nothing: there are tokens in expressions, and databases have sessions.
_TICKET = re.compile(
    rf"""authentication\ failed | not\ authenticated | log\ ?[io]n\ again
      | failed\ to\ validate\ (the\ )? {_THING}
      | {_THING} [^.!?]{{0,80}} \b(expired|invalid|revoked|(not|no\ longer)\ valid)\b
      | \b(expired|invalid|revoked)\ ([a-z]+\ )? {_THING}""",
    re.VERBOSE | re.IGNORECASE,
)
_SIGN_IN = re.compile(r"user ?name|password|log ?[io]n\b|credential|authenticat", re.IGNORECASE)

#: A .NET type, such as ``SuperOffice.Exceptions.SoSessionException``; anything else may be anybody's text.
_TYPE = re.compile(r"[A-Za-z_][\w.+`]{0,199}", re.ASCII)


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


def failure_of_fault(tenant: str, fault: etree._Element, *, signing_in: bool) -> CrmError:
    """The error for a SOAP fault, 1.1 (``faultstring``) or 1.2 (``Reason/Text``)."""
    words = [part.text or "" for part in fault.iter() if local_name(part) in ("faultstring", "Text")]
    return failure_of_exception(tenant, ExceptionInfo(("Fault",), " ".join(words), ""), signing_in=signing_in)


def failure_of_exception(tenant: str, info: ExceptionInfo | None, *, signing_in: bool) -> CrmError:
    """The error for what ``ExceptionInfo`` tells, also if that is nothing. It is logged, scrubbed."""
    info = info or ExceptionInfo((), "", "")
    said = f"{info.message} {info.friendly_text}"
    kind = (_at_sign_in if signing_in else _with_ticket)(info.types, said)
    outermost = info.types[0] if info.types and _TYPE.fullmatch(info.types[0]) else ""
    log.warning(
        "SuperOffice says that it failed: %s",
        scrub(info.message or info.friendly_text),
        extra={"action": "crm.failed", "tenant": tenant, "exception_type": outermost, "error": kind.code},
    )
    if kind is SignInRefused:
        return SignInRefused(tenant=tenant)
    return kind(tenant=tenant, exception_type=outermost)


def _with_ticket(types: tuple[str, ...], said: str) -> type[CrmError]:
    """By the type if it is a known one, else by the words: an expired ticket's are not published."""
    if _any(types, _RIGHTS) or _APPLICATION.search(said):
        return CrmRefused
    if _any(types, _SESSION):
        return TicketRefused
    return TicketRefused if _TICKET.search(said) and not _any(types, _SERVERS_OWN) else CrmFailed


def _at_sign_in(types: tuple[str, ...], said: str) -> type[CrmError]:
    """A refusal unless it is clearly something else: how a wrong password is told is not published either."""
    if _any(types, _RIGHTS) or _APPLICATION.search(said):
        return CrmRefused
    if _any(types, _SESSION):
        return SignInRefused
    if _any(types, _SERVERS_OWN):
        return CrmFailed
    superoffices_own = all(name.rpartition(".")[2].startswith("So") for name in types)
    return SignInRefused if superoffices_own or _SIGN_IN.search(said) else CrmFailed


def _any(types: tuple[str, ...], endings: tuple[str, ...]) -> bool:
    return any(name.endswith(endings) for name in types)
