"""SOAP 1.1 as SuperOffice's WCF speaks it: reads requests strictly, writes answers compactly.

Source of the protocol: the official WSDLs of Services84 to 88 (document/literal, wrapped, BasicHttpBinding).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

__all__ = [
    "NIL",
    "OPERATIONS",
    "Operation",
    "Request",
    "SoapFault",
    "element",
    "envelope",
    "exception_info",
    "fault",
    "read_request",
    "succeeded",
    "time_zone",
]

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACE = "http://www.superoffice.net/ws/crm/NetServer/"
_DISPATCH = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"

#: An absent value's attribute; the parent declares the prefix.
NIL = ' i:nil="true"'
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Operation(NamedTuple):
    """An operation: its agent, name, parameters in their order, response element, need of a ticket."""

    agent: str
    name: str
    parameters: tuple[str, ...]
    response: str
    needs_ticket: bool = True
    since: int = 84


OPERATIONS: Mapping[tuple[str, str], Operation] = {
    (operation.agent, operation.name): operation
    for operation in (
        Operation(
            "Contact",
            "GetMyActiveContacts",
            ("ActivityStartTime", "ContactCategories", "ActionType"),
            "GetMyActiveContactsResponse",
        ),
        Operation(
            "SoPrincipal",
            "AuthenticateUsernamePassword",
            ("UserName", "Password"),
            "AuthenticateResponse",
            False,
        ),
        Operation(
            "SoPrincipal", "AuthenticateWithAccessToken", ("AccessToken",), "AuthenticateResponse", False, 86
        ),
        Operation("SoPrincipal", "GetSystemInfo", (), "GetSystemInfoResponse", False),
        Operation("MDO", "GetSimpleList", ("Name",), "GetSimpleListResponse"),
        Operation("Person", "GetMyPerson", (), "GetMyPersonResponse"),
    )
}


class SoapFault(Exception):
    """The request is not what the service understands. ``code`` is a SOAP 1.1 fault code or a WCF one."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was understood. ``start``'s zone is as sent: naive, or with what was written."""

    operation: Operation
    services: str
    application_token: str
    ticket: str
    zone: tuple[int, str] | None
    text: Mapping[str, str]
    start: datetime | None = None
    categories: tuple[int, ...] = ()
    actions: tuple[str, ...] = ()


def read_request(
    body: bytes, services: str, agent: str, action: str, legal_actions: Mapping[str, int]
) -> Request:
    """Understand a request, or raise :class:`SoapFault` where a WCF service would."""
    namespace = NAMESPACE + services
    header, wrapper = _split(body)
    operation = _operation(wrapper, namespace, agent, action, services)
    if header is None and operation.needs_ticket:
        raise SoapFault("Client", "A soap:Header with Credentials is required.")
    parameters = _parameters(wrapper, namespace, operation)
    start = parameters.get("ActivityStartTime")
    return Request(
        operation,
        services,
        _header(header, namespace, "ApplicationToken"),
        _header(header, namespace, "Credentials", "Ticket"),
        _zone(header, namespace),
        {name: node.text or "" for name, node in parameters.items() if not len(node)},
        None if start is None else read_time(start.text or ""),
        _ints(parameters.get("ContactCategories")),
        _actions(parameters.get("ActionType"), legal_actions),
    )


def _split(body: bytes) -> tuple[etree._Element | None, etree._Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SoapFault("Client", "The request is not well-formed XML.") from error
    if b"<!DOCTYPE" in body:
        raise SoapFault("Client", "For security reasons DTD is prohibited in this XML document.")
    if root.tag != f"{{{SOAP}}}Envelope":
        raise SoapFault("VersionMismatch", "The envelope is not one of SOAP 1.1.")
    parts = [child for child in root if isinstance(child.tag, str)]
    tags = [child.tag for child in parts]
    if tags not in ([f"{{{SOAP}}}Header", f"{{{SOAP}}}Body"], [f"{{{SOAP}}}Body"]):
        raise SoapFault("Client", "An Envelope holds a Header and a Body, nothing else.")
    contents = [child for child in parts[-1] if isinstance(child.tag, str)]
    if len(contents) != 1:
        raise SoapFault("Client", "A Body holds one element.")
    return (parts[0] if len(parts) == 2 else None), contents[0]


def _operation(wrapper: etree._Element, namespace: str, agent: str, action: str, services: str) -> Operation:
    name = action.strip('"').removeprefix(f"{namespace}/{agent}/")
    operation = OPERATIONS.get((agent, name))
    if operation is None or int(services[-2:]) < operation.since:
        raise SoapFault("a:ActionNotSupported", f"The message with Action '{action}' cannot be processed.")
    if wrapper.tag != f"{{{namespace}}}{name}":
        raise SoapFault("a:DeserializationFailed", f"OperationFormatter expected '{name}' of '{namespace}'.")
    return operation


def _parameters(wrapper: etree._Element, namespace: str, operation: Operation) -> dict[str, etree._Element]:
    found = {}
    remaining = list(operation.parameters)
    for child in wrapper.iterchildren("{*}*"):
        name = etree.QName(child)
        if name.namespace != namespace or name.localname not in remaining:
            # WCF would skip it without a word and take the default; a test should hear of it.
            raise SoapFault("a:DeserializationFailed", f"'{name.localname}' is unknown or out of its order.")
        del remaining[: remaining.index(name.localname) + 1]
        found[name.localname] = child
    return found


def _header(header: etree._Element | None, namespace: str, *path: str) -> str:
    if header is None:
        return ""
    understood = {f"{{{namespace}}}{name}" for name in ("ApplicationToken", "Credentials", "TimeZone")}
    for child in header.iterchildren("{*}*"):
        if child.get(f"{{{SOAP}}}mustUnderstand") in {"1", "true"} and child.tag not in understood:
            raise SoapFault("MustUnderstand", "A header that must be understood is not.")
    return header.findtext("/".join(f"{{{namespace}}}{name}" for name in path)) or ""


def _zone(header: etree._Element | None, namespace: str) -> tuple[int, str] | None:
    code = _header(header, namespace, "TimeZone", "SoTimeZoneLocationCode")
    number = _header(header, namespace, "TimeZone", "SoTimeZoneId")
    return (int(number or 0), code) if code or number else None


def read_time(text: str) -> datetime:
    """An xs:dateTime; WCF writes up to seven digits of a second."""
    shortened = re.sub(r"(\.\d{6})\d+", r"\1", text.strip())
    if not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", shortened):
        raise SoapFault("a:DeserializationFailed", "The value cannot be parsed as the type 'DateTime'.")
    try:
        return datetime.fromisoformat(shortened)
    except ValueError as error:
        raise SoapFault(
            "a:DeserializationFailed", "The value cannot be parsed as the type 'DateTime'."
        ) from error


def _ints(array: etree._Element | None) -> tuple[int, ...]:
    if array is None:
        return ()
    if (array.text or "").strip():
        raise SoapFault("a:DeserializationFailed", "ContactCategories holds int elements.")
    numbers = []
    for child in array.iterchildren("{*}*"):
        if child.tag != f"{{{ARRAYS}}}int" or not re.fullmatch(r"\s*-?\d+\s*", child.text or ""):
            raise SoapFault(
                "a:DeserializationFailed", "ContactCategories holds int elements of Serialization/Arrays."
            )
        numbers.append(int(child.text or ""))
    return tuple(numbers)


def _actions(flags: etree._Element | None, legal: Mapping[str, int]) -> tuple[str, ...]:
    text = "" if flags is None else flags.text or ""
    names = tuple(text.split(" ")) if text else ()
    for name in names:
        if name not in legal and name != "UndefinedValue128":
            raise SoapFault(
                "a:DeserializationFailed", f"Invalid enum value '{name}' for the type 'ContactAction'."
            )
    return names


# ---------------------------------------------------------------- writing


def element(name: str, value: object) -> str:
    """An element with escaped text, or an empty one. ``None`` is nil; booleans are XML's."""
    if value is None:
        return f"<{name}{NIL}/>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    escaped = escape(_ILLEGAL.sub("\ufffd", text))
    return f"<{name}>{escaped}</{name}>" if escaped else f"<{name}/>"


def envelope(namespace: str, headers: Sequence[str], response: str, content: bytes) -> bytes:
    """A whole answer. ``content`` is what the response element holds, in the service's namespace."""
    head = f"<s:Header>{''.join(headers)}</s:Header>" if headers else ""
    opening = f'<s:Envelope xmlns:s="{SOAP}">{head}<s:Body><{response} xmlns="{namespace}">'
    return opening.encode() + content + f"</{response}></s:Body></s:Envelope>".encode()


def succeeded(namespace: str, yes: bool) -> str:
    """The header that says whether the call succeeded."""
    return f'<h:Succeeded xmlns:h="{namespace}">{"true" if yes else "false"}</h:Succeeded>'


def extra_info(namespace: str) -> str:
    """The header that is always there and always nil."""
    return f'<h:ExtraInfo{NIL} xmlns:h="{namespace}" xmlns:i="{INSTANCE}"/>'


def time_zone(namespace: str, number: int, code: str) -> str:
    """The header that tells the zone in force."""
    inner = element("h:SoTimeZoneId", number) + element("h:SoTimeZoneLocationCode", code)
    return f'<h:TimeZone xmlns:h="{namespace}">{inner}</h:TimeZone>'


def exception_info(namespace: str, exception_type: str, message: str) -> str:
    """The header that tells what went wrong: SuperOffice's way of failing."""
    fields = {
        "Message": message,
        "StackTrace": "   at SuperOffice.SoContext.Authenticate()",
        "FriendlyText": message,
        "ExceptionType": exception_type,
        "Source": "SoCore",
        "InnerException": None,
        "Parameters": None,
    }
    inner = "".join(element(f"h:{name}", value) for name, value in fields.items())
    return f'<h:ExceptionInfo xmlns:h="{namespace}" xmlns:i="{INSTANCE}">{inner}</h:ExceptionInfo>'


def fault(code: str, reason: str) -> bytes:
    """A SOAP 1.1 Fault as WCF writes it."""
    prefixed = code if code.startswith("a:") else f"s:{code}"
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault>'
        f'<faultcode xmlns:a="{_DISPATCH}">{prefixed}</faultcode>'
        f'<faultstring xml:lang="en-US">{escape(reason)}</faultstring></s:Fault></s:Body></s:Envelope>'
    ).encode()
