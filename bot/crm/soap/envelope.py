"""An answer's envelope, opened: what the response headers say, and the body's one element.

The reader is liberal: a SOAP 1.1 or 1.2 envelope, any prefix or namespace, headers in any order or none, and
unknown ones. What it does not take is XML that is broken or that brings a DTD.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from bot.core.steps import at_once
from bot.crm.soap.rows import Bytes, Cut, Texts, cutting, is_of_rows

__all__ = [
    "Envelope",
    "ExceptionInfo",
    "Headers",
    "Unreadable",
    "local_name",
    "open_around",
    "open_envelope",
    "open_whole",
]

#: What is left of an answer without its rows is known again up to this size, in bytes.
_FRAME = 4096

XSI = "http://www.w3.org/2001/XMLSchema-instance"


class Unreadable(Exception):
    """Not an answer. Its one argument is a word for why, never a part of the answer."""


@dataclass(frozen=True, slots=True)
class ExceptionInfo:
    """What failed, as the server tells it. The texts may hold anything."""

    #: The .NET types, outermost first.
    types: tuple[str, ...]
    message: str
    friendly_text: str


@dataclass(frozen=True, slots=True)
class Headers:
    """The four response headers."""

    #: ``None`` where the server does not say.
    succeeded: bool | None = None
    exception: ExceptionInfo | None = None
    #: ``SoTimeZoneLocationCode``, such as ``NO``; ``""`` where the server does not say.
    location: str = ""
    extra: tuple[tuple[str, str], ...] = ()


class Envelope(NamedTuple):
    """An opened answer."""

    headers: Headers
    #: The first element of the body.
    body: etree._Element
    #: Its local name, such as ``GetMyActiveContactsResponse`` or ``Fault``.
    kind: str
    #: Of the answer, in bytes.
    size: int
    #: The rows of an answer with activities, where they were cut out before it was parsed.
    rows: list[Texts] | None = None


class _Parsers(threading.local):
    """A parser for each thread: making one costs as much as a small answer, and sharing one locks."""

    def __init__(self) -> None:
        self.hardened = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )


_PARSERS = _Parsers()


def open_envelope(content: Bytes) -> Envelope:
    """Parse and open an answer. Raises :class:`Unreadable`."""
    taken = at_once(cutting(content))
    return (open_around(taken, len(content)) if taken else None) or open_whole(content)


def open_around(taken: Cut, size: int) -> Envelope | None:
    """Open an answer of that size whose rows were cut out; ``None`` where they prove to be none."""
    opened = _around_rows if len(taken.rest) <= _FRAME else _around_rows.__wrapped__
    frame = opened(taken.rest)
    return frame and Envelope(frame.headers, frame.body, frame.kind, size, taken.rows)


@lru_cache(maxsize=64)
def _around_rows(rest: bytes) -> Envelope | None:
    """What is left of an answer without its rows, which a server writes alike again and again; ``None``
    where it proves them to be no rows.
    """
    with suppress(Unreadable):
        envelope = open_whole(rest)
        if is_of_rows(envelope.body):
            return envelope
    return None


def open_whole(content: Bytes) -> Envelope:
    """Parse and open an answer with all that is in it. Raises :class:`Unreadable`."""
    root = _parse(content)
    if local_name(root) != "Envelope":
        raise Unreadable("no envelope")
    parts: dict[str, etree._Element] = {}
    body = None
    for child in root:
        match local_name(child):
            case "Body":
                body = next(iter(child), None)
            case "Header":
                parts.update((local_name(header), header) for header in child)
            case name:  # beside the header, as the documentation's own sample shows it
                parts.setdefault(name, child)
    if body is None:
        raise Unreadable("no body")
    return Envelope(_headers(parts), body, local_name(body), len(content))


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def _parse(content: Bytes) -> etree._Element:
    try:
        # A bytearray will do, whatever the stub says; an empty one is an IndexError.
        root = etree.fromstring(content, _PARSERS.hardened) if content else None  # type: ignore[arg-type]
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:  # raised here, so that lxml's message, which quotes the answer, is not its context
        raise Unreadable("not XML")
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise Unreadable("a DTD")
    return root


def _headers(parts: dict[str, etree._Element]) -> Headers:
    said = _text(parts, "Succeeded").strip().lower()
    return Headers(
        succeeded={"true": True, "1": True, "false": False, "0": False}.get(said),
        exception=_exception(parts.get("ExceptionInfo")),
        location=_text(_children(parts.get("TimeZone")), "SoTimeZoneLocationCode").strip(),
        extra=tuple(_pairs(parts.get("ExtraInfo"))),
    )


def _exception(element: etree._Element | None) -> ExceptionInfo | None:
    """``None`` also where the element is nil or says nothing, which is how success looks."""
    fields = _children(element)
    message, friendly_text = _text(fields, "Message"), _text(fields, "FriendlyText")
    types = []
    while fields:
        types.append(_text(fields, "ExceptionType"))
        fields = _children(fields.get("InnerException"))
    types = [name for name in types if name]
    return ExceptionInfo(tuple(types), message, friendly_text) if types or message or friendly_text else None


def _pairs(element: etree._Element | None) -> list[tuple[str, str]]:
    pairs = (_children(pair) for pair in (element if element is not None else ()))
    return [(_text(pair, "Key"), _text(pair, "Value")) for pair in pairs]


def _children(element: etree._Element | None) -> dict[str, etree._Element]:
    return {} if element is None else {local_name(child): child for child in element}


def _text(fields: dict[str, etree._Element], name: str) -> str:
    element = fields.get(name)
    return "" if element is None else element.text or ""
