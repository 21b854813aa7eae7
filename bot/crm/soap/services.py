"""zeep's part: requests built from WSDLs, and small answers turned into objects by them.

What it takes care of, since zeep would do otherwise:

- Tickets go along per call. ``set_default_soapheaders`` would mix those of calls at the same time.
- The transport of zeep, which logs whole envelopes, loads WSDLs and nothing else. ``zeep.xsd`` logs values
  that it cannot convert, and is silenced.
- No WS-Addressing headers, although the official WSDLs make zeep add them.
- A WSDL is read strictly, an answer liberally: its elements may be in another order, or unknown.
"""

# zeep has a py.typed and few types.
# mypy: allow-untyped-calls

import asyncio
import logging
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import requests
import zeep
from lxml import etree
from zeep.wsdl.bindings import Soap11Binding

from bot.core.secret import Secret
from bot.crm.soap.envelope import XSI, Envelope, Unreadable

__all__ = ["OPERATIONS", "Request", "Services", "Unsendable", "UnusableWsdl", "wsdl_folder"]

#: The operations in use, each with its service.
OPERATIONS: Mapping[str, str] = {
    "GetMyActiveContacts": "Contact",
    "AuthenticateUsernamePassword": "SoPrincipal",
    "AuthenticateWithAccessToken": "SoPrincipal",
    "GetSystemInfo": "SoPrincipal",
    "GetMyPerson": "Person",
    "GetSimpleList": "MDO",
}

#: Operations that older versions do not have, with the first that has.
_SINCE = {"AuthenticateWithAccessToken": 86}

_NAMESPACE = "http://www.superoffice.net/ws/crm/NetServer/Services{}"
_OURS = b"Services86"
_SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
_LOAD_SECONDS = 20

#: What stands in a template where a ticket and a start time go. No token or filter holds such a text.
_TICKET, _START = "7T:the-ticket-goes-here", "the-start-time-goes-here"
#: A ticket that is the same in XML. Others are left to zeep.
_PLAIN = re.compile(r"[\w+/=.:~-]+", re.ASCII)
_TEMPLATES = 256


class UnusableWsdl(ValueError):
    """A WSDL cannot be loaded, or does not describe what this bot calls."""


class Unsendable(ValueError):
    """A text holds characters that XML has no place for."""


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A request, ready to be posted. It holds a ticket or a password, so it does not show."""

    #: What the URL goes on with, after ``ServicesNN/``.
    path: str
    headers: Mapping[str, str]
    body: bytes


class Services:
    """The web services of one version, described by their WSDLs. Tenants share them."""

    def __init__(self, version: int, clients: Mapping[str, zeep.Client]) -> None:
        self.version = version
        self._operations = {
            name: _Operation(clients[service], service, name, version)
            for name, service in OPERATIONS.items()
            if _SINCE.get(name, version) <= version
        }

    @classmethod
    async def load(cls, version: int, overrides: Mapping[str, str] | None = None) -> "Services":
        """Load the WSDLs, in a thread. Do it once a process and version: it takes a tenth of a second.

        ``overrides`` names a file or URL to use in place of the bot's own WSDL, by service, such as
        ``Contact``. Raises :class:`UnusableWsdl`.
        """
        return await asyncio.to_thread(cls._load, version, overrides or {})

    @classmethod
    def _load(cls, version: int, overrides: Mapping[str, str]) -> "Services":
        logging.getLogger("zeep.xsd").setLevel(logging.CRITICAL)
        clients = {
            service: _client(version, service, overrides.get(service))
            for service in sorted(set(OPERATIONS.values()))
        }
        return cls(version, clients)

    def offers(self, operation: str) -> bool:
        """Whether this version has the operation."""
        return operation in self._operations

    def signature(self, operation: str) -> str:
        """What the operation takes and answers, in zeep's words."""
        return str(self._operations[operation])

    def request(
        self, operation: str, application_token: Secret, ticket: Secret | None, **params: object
    ) -> Request:
        """Build a request. Raises :class:`Unsendable`."""
        return self._operations[operation].request(
            application_token.reveal(), None if ticket is None else ticket.reveal(), params
        )

    def answer(self, operation: str, envelope: Envelope) -> Any:
        """The body of a small answer as zeep's object, by the WSDL. Raises :class:`Unreadable`."""
        return self._operations[operation].answer(envelope)


class _Operation:
    """One operation of a loaded WSDL."""

    def __init__(self, client: zeep.Client, service: str, name: str, version: int) -> None:
        self._client = client
        self._name = name
        self._path = f"{service}.svc"
        for qname, binding in client.wsdl.bindings.items():
            if isinstance(binding, Soap11Binding) and name in binding.all():
                self._proxy = client.create_service(qname, self._path)
                self._operation = binding.get(name)
                break
        else:
            raise UnusableWsdl(f"The WSDL of {service} has no {name} over SOAP 1.1.")
        self._operation.abstract.wsa_action = None
        self._answer = self._operation.output.body.qname
        if self._answer.namespace != _NAMESPACE.format(version):
            raise UnusableWsdl(f"The WSDL of {service} is not that of Services{version}.")
        self._http_headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{self._operation.soapaction}"',
        }
        self._templates: dict[tuple[str, bytes], tuple[bytes, ...]] = {}

    def __str__(self) -> str:
        return str(self._operation)

    def request(self, application_token: str, ticket: str | None, params: dict[str, object]) -> Request:
        start = params.get("ActivityStartTime")
        if isinstance(start, datetime) and ticket and _PLAIN.fullmatch(ticket):
            before, between, after = self._template(
                application_token, {**params, "ActivityStartTime": _START}
            )
            body = b"".join((before, ticket.encode(), between, _wire(start), after))
        else:
            body = self._rendered(application_token, ticket, params)
        return Request(self._path, self._http_headers, body)

    def _template(self, application_token: str, params: Mapping[str, object]) -> tuple[bytes, ...]:
        """zeep's envelope in three parts: a ticket and a start time go between them.

        zeep takes 150 µs for it, which is a third of what a call of twenty rows costs in all.
        """
        key = (application_token, orjson.dumps(params))
        if key not in self._templates:
            rendered = self._rendered(application_token, _TICKET, params)
            before, after = rendered.split(_TICKET.encode())
            if len(self._templates) >= _TEMPLATES:
                self._templates.clear()
            self._templates[key] = (before, *after.split(_START.encode()))
        return self._templates[key]

    def _rendered(self, application_token: str, ticket: str | None, params: Mapping[str, object]) -> bytes:
        headers: dict[str, object] = {"ApplicationToken": application_token}
        if ticket is not None:
            headers["Credentials"] = {"Ticket": ticket}
        try:
            envelope = self._client.create_message(self._proxy, self._name, _soapheaders=headers, **params)
        except ValueError:
            envelope = None
        if envelope is None:
            raise Unsendable(self._name)
        return bytes(etree.tostring(envelope, encoding="utf-8"))

    def answer(self, envelope: Envelope) -> Any:
        if envelope.kind != self._answer.localname:
            raise Unreadable("another answer")
        try:
            result = self._operation.process_reply(_as_declared(envelope, self._answer.namespace))
        except (zeep.exceptions.Error, TypeError, ValueError):
            result = None
        if result is None:
            raise Unreadable("not as the WSDL describes it")
        return result.body


def wsdl_folder() -> Path:
    """Where the bot's own WSDLs are: within the package if it was installed, else beside it."""
    crm = Path(__file__).parents[1]
    installed = crm / "wsdl"
    return installed if installed.is_dir() else crm.parents[1] / "config" / "wsdl"


class _OfVersion(zeep.Transport):
    """Loads the bot's own files, which speak of Services86, for another version."""

    def __init__(self, version: int, session: requests.Session) -> None:
        super().__init__(session=session)
        self._version = b"Services%d" % version

    def load(self, url: str) -> bytes:
        content: bytes = super().load(url)
        return content.replace(_OURS, self._version)


def _client(version: int, service: str, location: str | None) -> zeep.Client:
    settings = zeep.Settings(raw_response=True, forbid_dtd=True, forbid_entities=True)
    with closing(requests.Session()) as session:
        if location is None:
            location = str(wsdl_folder() / f"{service}.wsdl")
            transport: zeep.Transport = _OfVersion(version, session)
        else:
            transport = zeep.Transport(timeout=_LOAD_SECONDS, session=session)
        try:
            client = zeep.Client(location, transport=transport, settings=settings)
        except (OSError, zeep.exceptions.Error, etree.XMLSyntaxError, LookupError, ValueError) as error:
            raise UnusableWsdl(f"The WSDL of {service} cannot be loaded: {type(error).__name__}.") from error
    settings.strict = False
    settings.xsd_ignore_sequence_order = True
    return client


def _wire(start: datetime) -> bytes:
    """A date-time as zeep writes it."""
    return start.isoformat().replace("+00:00", "Z").encode()


def _as_declared(envelope: Envelope, namespace: str) -> etree._Element:
    """The envelope as the WSDL declares it: in SOAP 1.1, in the WSDL's namespace, with no ``xsi:type``."""
    declared = etree.Element(f"{{{_SOAP_11}}}Envelope")
    body = etree.SubElement(declared, f"{{{_SOAP_11}}}Body")
    body.append(envelope.body)
    for element in body.iterdescendants():
        element.attrib.pop(f"{{{XSI}}}type", "")
        element.tag = f"{{{namespace}}}{etree.QName(element).localname}"
    return declared
