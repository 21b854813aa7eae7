"""Other libraries' ways from an answer's bytes to its rows, where ``constraints-bench.txt`` is installed."""

from collections.abc import Callable
from dataclasses import field, make_dataclass
from typing import Any

from tests.bench.shapes import FIELDS, NS, SOAP, WSDL

__all__ = ["OTHERS", "Reader"]

Reader = Callable[[bytes], Any]


def suds() -> Reader:
    """suds-community, with the same WSDL. Raises :class:`ImportError`."""
    from suds.client import Client
    from suds.sax.parser import Parser

    client = Client(WSDL.as_uri(), cache=None)
    method = client.service.GetMyActiveContacts.method

    def read(data: bytes) -> object:
        return method.binding.output.get_reply(method, Parser().parse(string=data)).ContactActivity

    return read


def xsdata() -> Reader:
    """xsdata, with such classes as it generates, and its quicker handler. Raises :class:`ImportError`."""
    from xsdata.formats.dataclass.parsers import XmlParser
    from xsdata.formats.dataclass.parsers.handlers import XmlEventHandler
    from xsdata.models.datatype import XmlDateTime

    kinds = {"int": int, "string": str, "dateTime": XmlDateTime}

    def column(name: str, kind: str) -> tuple[str, Any, Any]:
        if kind == "ContactAction":
            return _element(name, list[str], tokens=True)
        return _element(name, kinds[kind] | None, nillable=kind == "string")

    rights = [_element(name, object, nillable=True) for name in ("TableRight", "FieldProperties")]
    row: Any = make_dataclass("ContactActivity", [*rights, *(column(name, kind) for name, kind, _ in FIELDS)])
    rows = make_dataclass("ArrayOfContactActivity", [_element(row.__name__, list[row])])
    answer = make_dataclass("GetMyActiveContactsResponse", [_element("Response", rows | None)])
    header = make_dataclass("Header", [_element("Succeeded", bool | None)])
    body = make_dataclass("Body", [_element(answer.__name__, answer | None)])
    parts = [_element(each.__name__, each | None, SOAP) for each in (header, body)]
    meta = type("Meta", (), {"namespace": SOAP})
    envelope = make_dataclass("Envelope", parts, namespace={"Meta": meta})
    parser = XmlParser(handler=XmlEventHandler)

    def read(data: bytes) -> object:
        return parser.from_bytes(data, envelope).Body.GetMyActiveContactsResponse.Response.ContactActivity

    return read


OTHERS: dict[str, Callable[[], Reader]] = {"suds": suds, "xsdata": xsdata}


def _element(name: str, kind: Any, namespace: str = NS, **more: object) -> tuple[str, Any, Any]:
    default: Any = {"default": None}
    if getattr(kind, "__origin__", None) is list:
        default = {"default_factory": list}
    metadata = {"type": "Element", "name": name, "namespace": namespace, **more}
    return name, kind, field(**default, metadata=metadata)
