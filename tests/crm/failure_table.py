"""Everything that can go wrong between the bot and SuperOffice, as one table.

``test_failure_table.py`` makes each of it happen over a real socket; ``make docs`` makes a page of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["TABLE", "Case"]

SO = "SuperOffice.Exceptions."
HTML = "<html><head><title>Sorry</title></head><body><p>Service unavailable</p></body></html>"
BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><lolz>&d;</lolz>'
)
EXTERNAL_ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>&secret;</s:Body></s:Envelope>'
)


@dataclass(frozen=True)
class Case:
    """One thing that happens, and what it is taken for."""

    id: str
    #: In words, for the page.
    happens: str
    #: The error's code.
    code: str
    #: The answer's body and status, made with the tests' kit; ``None`` where no answer comes.
    answer: Callable[[Any], tuple[bytes | str, int]] | None = None
    #: How often the bot asks before it gives up.
    tries: int = 1
    #: What the log names: an exception's type, or a word for the reason.
    logged: str = ""


def status(number: int, body: bytes | str = "") -> Callable[[Any], tuple[bytes | str, int]]:
    return lambda _: (body, number)


def exception(kind: str, message: str) -> Callable[[Any], tuple[bytes | str, int]]:
    def answer(soap: Any) -> tuple[bytes, int]:
        body = soap.response("GetMyActiveContactsResponse", '<Response i:nil="true"/>')
        return soap.envelope(body, soap.exception(kind, message)), 200

    return answer


def says(kind: str, code: str, message: str = "It broke") -> Case:
    """``Succeeded=false`` with one of the types that SuperOffice's documentation names."""
    short = kind.rpartition(".")[2]
    return Case(
        short,
        f"`Succeeded=false` with `{short}`",
        code,
        exception(kind, message),
        logged=kind,
    )


TABLE: tuple[Case, ...] = (
    Case("refused", "connection refused", "crm-unreachable", tries=4, logged="refused"),
    Case("dns", "the host's name is not known", "crm-unreachable", tries=4, logged="unknown-host"),
    Case("tls", "no TLS where `https` is set", "crm-unreachable", logged="tls"),
    Case(
        "certificate",
        "a certificate that nobody trusted vouches for",
        "crm-unreachable",
        logged="certificate",
    ),
    Case("connect", "no connection in time", "crm-unreachable", tries=4, logged="connect-timed-out"),
    Case("read", "no answer in time", "crm-timed-out"),
    Case(
        "cut", "the connection is cut in the middle of an answer", "crm-unreadable", tries=4, logged="cut-off"
    ),
    Case("hang-up", "the connection is cut before an answer", "crm-unreachable", tries=4, logged="cut-off"),
    Case(
        "302",
        "302, a redirect (a sign-in page of a proxy, say)",
        "crm-wrong-address",
        status(302),
        logged="302",
    ),
    Case("400", "400 without a fault", "crm-failed", status(400, HTML), logged="400"),
    Case("401", "401", "ticket-refused", status(401), logged="401"),
    Case("403", "403", "crm-refused", status(403, HTML), logged="403"),
    Case("404", "404", "crm-wrong-address", status(404, HTML), logged="404"),
    Case(
        "421",
        "421, the host is not the tenant's any more",
        "crm-wrong-address",
        status(421, HTML),
        logged="421",
    ),
    Case("429", "429", "crm-too-busy", status(429), tries=4, logged="429"),
    Case("500", "500 without a fault", "crm-failed", status(500, HTML), logged="500"),
    Case(
        "500-fault",
        "500 with a SOAP fault",
        "crm-failed",
        lambda soap: (soap.fault("Object reference not set"), 500),
        logged="Fault",
    ),
    Case(
        "500-fault-ticket",
        "500 with a SOAP fault that is about the ticket",
        "ticket-refused",
        lambda soap: (soap.fault("The ticket has expired"), 500),
        logged="Fault",
    ),
    Case("502", "502", "crm-too-busy", status(502, HTML), tries=4, logged="502"),
    Case(
        "503",
        "503 with a page of HTML that is well-formed XML",
        "crm-too-busy",
        status(503, HTML),
        tries=4,
        logged="503",
    ),
    Case("504", "504", "crm-too-busy", status(504), tries=4, logged="504"),
    Case("200-html", "200 with a page of HTML", "crm-unreadable", status(200, HTML)),
    Case("200-empty", "200 with nothing", "crm-unreadable", status(200)),
    Case(
        "truncated",
        "200 with truncated XML",
        "crm-unreadable",
        lambda soap: (soap.activities(soap.row())[:-200], 200),
    ),
    Case("wrong-xml", "200 with some other XML", "crm-unreadable", status(200, "<rss><channel/></rss>")),
    Case(
        "other-operation",
        "200 with another operation's answer",
        "crm-unreadable",
        lambda soap: (soap.system_info(), 200),
    ),
    Case(
        "over-the-cap",
        "an answer over 32 MiB, packed or not",
        "crm-too-large",
        lambda soap: (soap.activities(soap.row()) + b" " * 2_000_000, 200),
    ),
    Case("billion-laughs", "entities that explode", "crm-unreadable", status(200, BILLION_LAUGHS)),
    Case("external-entity", "an external entity", "crm-unreadable", status(200, EXTERNAL_ENTITY)),
    Case(
        "unproven",
        "an empty answer that does not say `Succeeded`",
        "crm-unreadable",
        lambda soap: (soap.activities(headers=None), 200),
    ),
    Case(
        "unproven-nil",
        "a nil answer that does not say `Succeeded`",
        "crm-unreadable",
        lambda soap: (
            soap.envelope(soap.response("GetMyActiveContactsResponse", '<Response i:nil="true"/>')),
            200,
        ),
    ),
    says(f"{SO}SoSessionException", "ticket-refused", "Authentication failed!"),
    Case(
        "ticket-by-words",
        "`Succeeded=false` with another type, and a text that says that the ticket, session or token is over",
        "ticket-refused",
        exception(f"{SO}SoServiceException", "Failed to validate tokens: expired"),
        logged=f"{SO}SoServiceException",
    ),
    says(f"{SO}SoSentryException", "crm-refused"),
    says(f"{SO}SoFunctionRightException", "crm-refused"),
    says(f"{SO}SoLicenseException", "crm-refused"),
    says(f"{SO}SoNotFoundException", "crm-failed"),
    says(f"{SO}SoDbAccessException", "crm-failed", "The database session has expired"),
    says(f"{SO}SoServiceException", "crm-failed"),
    says(f"{SO}SoMissingDatabaseContextException", "crm-failed"),
    Case(
        "no-exception",
        "`Succeeded=false` without saying why",
        "crm-failed",
        lambda soap: (soap.activities(headers=soap.headers(succeeded="false")), 200),
    ),
)
