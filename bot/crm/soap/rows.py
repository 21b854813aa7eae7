"""The rows of the usual answer, cut out before the rest is parsed: their tree would be most of the work.

Usual is what WCF's serialiser writes, and what the documented sample looks like: elements that hold nothing
but text, each row the same ones in the same order. Rows are taken where every one of them matches one
pattern, made from the first, which leaves nothing open: no comment, no CDATA, no entity but XML's own five,
no character that XML forbids or reads as another. An empty element goes into their place. By it the parser of
the rest proves what is around them: well-formed, their prefixes declared, the encoding theirs, and that this
is where an answer has its rows (:func:`is_of_rows`).

What is unusual in anything stays whole, and takes the way through the tree.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from lxml import etree

from bot.core.steps import Steps

__all__ = ["ANSWER", "FIELDS", "Bytes", "Cut", "Texts", "cutting", "is_of_rows"]

#: The body's element in an answer to GetMyActiveContacts.
ANSWER = "GetMyActiveContactsResponse"

#: The elements of a row that are read.
FIELDS = (
    "ContactId",
    "Name",
    "Department",
    "OrgNr",
    "URL",
    "Category",
    "AssociateFullName",
    "AssociateId",
    "Action",
    "ActionTime",
    "ActivityPersonName",
    "ActivityPersonId",
    "ActionId",
    "PersonId",
)

#: The texts of a row, in the order of ``FIELDS``; an empty one says the same as none.
Texts = tuple[str | None, ...]


#: An answer as it comes.
Bytes: TypeAlias = bytes | bytearray


class Cut(NamedTuple):
    """An answer in two."""

    #: The answer with an empty element in the place of its rows.
    rest: bytes
    rows: list[Texts]


class _Usual(NamedTuple):
    """How to read the rows of an answer."""

    #: Each has its texts as groups, and a last one that is empty: where no row is, that takes all the rest.
    row: re.Pattern[str]
    #: How each begins, and nothing else.
    begins: bytes
    #: Puts the groups of the pattern in the order of ``FIELDS``.
    in_order: Callable[[Texts], Texts]


#: Bytes of a part of the rows: more than any one has.
_PART = 50_000
_USUALS = 32
#: By the prefixes of the answer's elements and of ``xsi``.
_LAST: dict[tuple[str, str], _Usual] = {}

_PLACEHOLDER = "RowsWereHere"
_NAME = "[A-Za-z_][A-Za-z0-9_.-]*"
#: Nothing behind it can be a part of it, so that nothing is given back (``*+``): an eighth faster.
_GAP = "[ \t\r\n]*+"
#: Less what is no XML, and the carriage return, which is read as a line feed.
_TEXT = "[^<>\0-\x08\x0b-\x1f]*+"
_NO_XML = ("\ufffe", "\uffff")
#: Around the rows.
_TRICKY = (b"<!", _PLACEHOLDER.encode())
_OPENED = re.compile(f"<((?:{_NAME}:)?)Response(?: [^<>]*)?>{_GAP}".encode())
_SCHEMA_PREFIX = re.compile(f' ({_NAME}):(?:nil|type)="'.encode())
#: The ampersand last: what it makes is no entity.
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_UNUSUAL_ENTITY = re.compile("&(?!(?:amp|lt|gt|quot|apos);)")


def cutting(content: Bytes) -> Steps[Cut | None]:
    """Take the rows out of an answer; ``None`` where it is not a usual one.

    No more than a part of it is decoded at a time: all of tens of thousands of rows would take milliseconds.
    """
    opened = _OPENED.search(content) if ANSWER.encode() in content else None
    if not opened:
        return None
    prefix, start = opened[1].decode(), opened.end()
    nil = _SCHEMA_PREFIX.search(content, start)
    schema = nil[1].decode() if nil else ""
    end = content.rfind(f"</{prefix}Response>".encode(), start)
    rows = (yield from _rows(content, start, end, prefix, schema)) if end >= 0 else []
    before, after = bytes(content[:start]), bytes(content[end:])
    if not rows or any(each in before + after for each in _TRICKY):
        return None
    attribute = f' {schema}:nil=""' if schema else ""
    return Cut(before + f"<{prefix}{_PLACEHOLDER}{attribute}/>".encode() + after, rows)


def is_of_rows(body: etree._Element) -> bool:
    """Whether the rows that were cut out are those of this body's answer, and it is UTF-8 as they are."""
    tags = [child.tag.rpartition("}")[2] for response in body for child in response]
    encoding = body.getroottree().docinfo.encoding or ""
    return tags == [_PLACEHOLDER] and encoding.lower() == "utf-8"


def _rows(content: Bytes, start: int, end: int, prefix: str, schema: str) -> Steps[list[Texts]]:
    """The rows from ``start`` to ``end``: mostly they are like those of the answer before."""
    last = _LAST.get((prefix, schema))
    rows = (yield from _rows_like(last, content, start, end)) if last else []
    if not rows:
        usual = _usual_by_first(content[start : start + _PART].decode(errors="ignore"), prefix, schema)
        if usual and usual is not last:
            if len(_LAST) >= _USUALS:
                _LAST.clear()
            _LAST[prefix, schema] = usual
            rows = yield from _rows_like(usual, content, start, end)
    return rows


def _rows_like(usual: _Usual, content: Bytes, start: int, end: int) -> Steps[list[Texts]]:
    """The rows that fill everything from ``start`` to ``end``, one behind the other; none if anything else
    is among them. A large answer is taken in parts, since nothing else runs while one is searched, not in
    another thread either.
    """
    rows: list[Texts] = []
    while start < end:
        part = end if end - start <= _PART else content.rfind(usual.begins, start + 1, start + _PART)
        found = _found(usual.row, content[start:part]) if part > 0 else []
        if not found or found[-1][-1]:
            return []
        rows.extend(map(usual.in_order, found))
        start = part
        yield
    return rows


def _found(row: re.Pattern[str], part: Bytes) -> list[Texts]:
    """The texts of the rows, as they are meant; none where an entity is unusual, or a character no XML.

    Nearly all entities are ampersands. Those can be put in place beforehand, since no tag of a pattern holds
    one, neither way; by ``replace`` that takes half as long again.
    """
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return []
    if any(each in text for each in _NO_XML):
        return []
    if "&" not in text:
        return row.findall(text)
    parts = text.split("&amp;")
    if not any("&" in part for part in parts):
        return row.findall("&".join(parts))
    if _UNUSUAL_ENTITY.search(text):
        return []
    found = row.findall(text)
    return [tuple([_unescaped(each) if "&" in each else each for each in texts]) for texts in found]


def _usual_by_first(text: str, prefix: str, schema: str) -> _Usual | None:
    """How to read rows like the one that ``text`` begins with."""
    kind = f'((?: {schema}:type="[A-Za-z0-9_.:-]*")?)' if schema else "()"
    element = re.compile(f"<{re.escape(prefix)}({_NAME}){kind}")
    first = element.match(text)
    if not first:
        return None
    inner = text[first.end() : text.find(f"</{prefix}{first[1]}>")]
    return _usual(prefix, schema, first.groups(), *element.findall(inner))


@lru_cache(maxsize=_USUALS)
def _usual(prefix: str, schema: str, row: tuple[str, ...], *fields: tuple[str, ...]) -> _Usual | None:
    """How to read rows of these elements, each with its ``xsi:type`` as in the first row. ``None`` where
    something is missing from them, or there twice.
    """
    names = [name for name, _ in fields]
    if len(set(names)) < len(names) or not set(names) >= set(FIELDS):
        return None
    before, nil = re.escape(prefix), f'(?: {re.escape(schema)}:nil="true")?' if schema else ""
    inner = "".join(
        f"<{before}{re.escape(name)}{re.escape(kind)}"
        f"(?:>({'' if name in FIELDS else '?:'}{_TEXT})</{before}{re.escape(name)}>|{nil} ?/>){_GAP}"
        for name, kind in fields
    )
    begins, ends = f"<{prefix}{''.join(row)}>", f"</{prefix}{row[0]}>"
    known = [name for name in names if name in FIELDS]
    return _Usual(
        re.compile(f"{re.escape(begins)}{_GAP}{inner}{re.escape(ends)}{_GAP}|(.+)", re.DOTALL),
        begins.encode(),
        itemgetter(*map(known.index, FIELDS)),
    )


def _unescaped(text: str) -> str:
    for written, meant in _ENTITIES:
        if written in text:
            text = text.replace(written, meant)
    return text
