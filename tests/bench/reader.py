"""An answer to activities: our reader, zeep on the same bytes, and lxml's bare parse of them."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
import zeep
from lxml import etree

from bot.crm.soap.envelope import open_envelope
from bot.crm.soap.reader import read
from tests.bench.timing import interleaved, verdict

__all__ = ["measure"]

Reader = Callable[[bytes], object]

NS = "http://www.superoffice.net/ws/crm/NetServer/Services86"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
WSDL = Path(__file__).parents[2] / "config/wsdl/Contact.wsdl"
OSLO = ZoneInfo("Europe/Oslo")
#: By shape, and whether it is large: zeep ÷ ours, ours ÷ lxml.
GOALS = {
    ("compact", False): (">= 10", "<= 3.3"),
    ("documented", False): (">= 10", "<= 2.2"),
    ("compact", True): (">= 8", "<= 3.6"),
    ("documented", True): (">= 8", "<= 2.5"),
}
FIELDS = (
    ("ContactId", "int", "726"),
    ("Department", "string", ""),
    ("OrgNr", "string", "1041773"),
    ("Name", "string", "Rodríguez &amp; Sønner AS"),
    ("URL", "string", "http://www.example.com/"),
    ("AssociateFullName", "string", "Kianna Ledner"),
    ("Action", "ContactAction", "NewActivity PersonAdded"),
    ("ActionTime", "dateTime", "2026-05-02T10:31:07"),
    ("Category", "string", "VIP Customer"),
    ("ActivityPersonName", "string", "Walsh Brekke"),
    ("ActionId", "int", "510"),
    ("PersonId", "int", "419"),
    ("ActivityPersonId", "int", "947"),
    ("AssociateId", "int", "528"),
)


def compact(rows: int) -> bytes:
    """As WCF's serialiser writes it: a default namespace, no white space, no types."""
    fields = "".join(f"<{name}>{text}</{name}>" if text else f"<{name}/>" for name, _, text in FIELDS)
    base = '<TableRight i:nil="true"/><FieldProperties i:nil="true"/>'
    row = f"<ContactActivity>{base}{fields}</ContactActivity>"
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header>'
        f'<h:Succeeded xmlns:h="{NS}">true</h:Succeeded></s:Header><s:Body>'
        f'<GetMyActiveContactsResponse xmlns="{NS}"><Response xmlns:i="{XSI}">{row * rows}</Response>'
        f"</GetMyActiveContactsResponse></s:Body></s:Envelope>"
    ).encode()


def documented(rows: int) -> bytes:
    """As the documented sample looks: prefixes, indented, a type on every element."""
    kinds = {"ContactAction": "Contact:ContactAction"}
    fields = "".join(
        f'\n     <Contact:{name} xsi:type="{kinds.get(kind, f"xsd:{kind}")}">{text}</Contact:{name}>'
        for name, kind, text in FIELDS
    )
    element = "Contact:ContactActivity"
    row = f'\n    <{element} xsi:type="{element}">{fields}\n    </{element}>'
    return (
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}" xmlns:xsi="{XSI}" xmlns:Contact="{NS}" '
        f'xmlns:xsd="http://www.w3.org/2001/XMLSchema">\n <SOAP-ENV:Header>'
        f"<Contact:Succeeded>true</Contact:Succeeded></SOAP-ENV:Header>\n <SOAP-ENV:Body>\n"
        f"  <Contact:GetMyActiveContactsResponse>\n"
        f'   <Contact:Response xsi:type="Contact:ArrayOfContactActivity">{row * rows}\n'
        f"   </Contact:Response>\n"
        f"  </Contact:GetMyActiveContactsResponse>\n </SOAP-ENV:Body>\n</SOAP-ENV:Envelope>"
    ).encode()


def measure(rounds: int) -> Iterator[str]:
    """A table: how our reader compares, by the answer's shape and size."""
    yield "Answer to activities (CPU; µs a row; zeep's process_reply ÷ ours; ours ÷ lxml.etree.fromstring)"
    yield f"{'':11}{'rows':>5}{'µs/row':>8}  {'zeep ÷ ours':24}ours ÷ bare"
    by_zeep = zeeps_own()
    for shape in (compact, documented):
        for rows in (20, 100, 1000):
            data = shape(rows)
            readers: dict[str, Reader] = {"ours": ours, "lxml": etree.fromstring, "zeep": by_zeep}
            times = interleaved({name: partial(by, data) for name, by in readers.items()}, rounds)
            faster, slower = GOALS[shape.__name__, rows >= 1000]
            yield (
                f"{shape.__name__:11}{rows:>5}{times.median('ours') / rows * 1e6:>8.2f}  "
                f"{verdict(times.ratio('zeep', 'ours'), faster):24}"
                f"{verdict(times.ratio('ours', 'lxml'), slower)}"
            )


def ours(data: bytes) -> object:
    """Our way from the bytes of an answer to its activities."""
    return read(open_envelope(data), OSLO)


def zeeps_own() -> Callable[[bytes], object]:
    """zeep's way from the bytes of an answer to its result."""
    logging.getLogger("zeep").setLevel(logging.WARNING)
    client: Any = zeep.Client(str(WSDL))  # type: ignore[no-untyped-call]
    (binding,) = client.wsdl.bindings.values()
    operation = binding.get("GetMyActiveContacts")

    def parse(data: bytes) -> object:
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "text/xml; charset=utf-8"
        response._content = data
        return binding.process_reply(client, operation, response)

    return parse
