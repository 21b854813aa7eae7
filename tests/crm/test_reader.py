"""The reader's results are zeep's own wherever zeep takes the answer, and the canonical ones where not."""

# mypy: allow-untyped-calls

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import pytest
import zeep
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.activity import Action, Activity
from bot.crm.soap import rows as cutting
from bot.crm.soap.envelope import Unreadable, open_envelope
from bot.crm.soap.reader import WIRE_NAMES, read, reading
from bot.crm.soap.services import wsdl_folder
from tests.bench.shapes import compact, documented
from tests.crm.conftest import NIL

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
OSLO = ZoneInfo("Europe/Oslo")
MISSING = object()

# ---------------------------------------------------------------- answers, generated

texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&'\"]]>😀👩‍👩‍👧שלוםمرحبا\u202e")
).map(lambda text: text.replace("\ufffe", "").replace("\uffff", ""))
numbers = st.integers(-(2**31), 2**31 - 1).map(str) | st.sampled_from(["0", " 7 ", "+3", "007"])
fractions = st.sampled_from(["", ".5", ".123456", ".1234567", ".9999999", ".000000001"])
suffixes = st.sampled_from(["", "", "", "Z", "+02:00", "-09:30"])
times = st.builds(
    lambda time, fraction, suffix: time.isoformat(timespec="seconds") + fraction + suffix,
    st.datetimes() | st.sampled_from([datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)]),
    fractions,
    suffixes,
)
actions = st.lists(st.sampled_from([*WIRE_NAMES, "UndefinedValue128", "Archived"])).map(" ".join)
VALUES = {"Action": actions, "ActionTime": times}


def is_number(name: str) -> bool:
    return name.endswith("Id")


@st.composite
def rows(draw: st.DrawFn, names: tuple[str, ...], *, whole: bool = False) -> dict[str, object]:
    absent = st.sampled_from([None, ""] if whole else [MISSING, None, ""])
    return {name: draw(absent | VALUES.get(name, numbers if is_number(name) else texts)) for name in names}


def write(text: str, style: int) -> str:
    """A text in one of the ways that XML has for it."""
    if style == 1 and "]]>" not in text and "\r" not in text:
        return f"<![CDATA[{text}]]>"
    if style == 2:
        return "".join(f"&#{ord(char)};" for char in text)
    aside = "<!-- aside -->" if style == 3 else ""
    return aside.join(escape(part, {"\r": "&#13;"}) for part in (text[:1], text[1:]))


def element(prefix: str, name: str, value: object, style: int) -> str:
    if value is MISSING:
        return ""
    if value is None:
        return f'<{prefix}{name} i:nil="true"/>'
    return f"<{prefix}{name}>{write(str(value), style)}</{prefix}{name}>"


class Writer:
    """Writes rows as an answer, in this way or that."""

    def __init__(self, namespace: str, seed: int) -> None:
        self.namespace = namespace
        self.random = random.Random(seed)
        self.prefix = self.random.choice(["", "c:", "NetServer-1:"])
        self.gap = self.random.choice(["", "\n   "])
        #: Of the ways to write a text: half of the answers are plain.
        self.styles = self.random.choice([1, 4])

    def row(self, values: dict[str, object], *, strange: bool) -> str:
        parts = [
            element(self.prefix, name, value, self.random.randrange(self.styles))
            for name, value in values.items()
        ]
        if strange:
            parts.append(f"<{self.prefix}Invented><deep>7</deep></{self.prefix}Invented>")
            self.random.shuffle(parts)
        else:
            parts.insert(0, f'<{self.prefix}TableRight i:nil="true"/>')
        tag = f"{self.prefix}ContactActivity"
        return f"<{tag}>{self.gap}{self.gap.join(parts)}</{tag}>{self.gap}"

    def answer(self, rows: list[dict[str, object]], *, strange: bool = False) -> bytes:
        soap = SOAP_12 if strange else "http://schemas.xmlsoap.org/soap/envelope/"
        declared = f'xmlns{":" * bool(self.prefix)}{self.prefix.rstrip(":")}="{self.namespace}"'
        name = f"{self.prefix}GetMyActiveContactsResponse"
        inner = "".join(self.row(values, strange=strange) for values in rows)
        head = f'<h:Succeeded xmlns:h="{self.namespace}">true</h:Succeeded>'
        if strange:
            head += '<ActivityId xmlns="http://schemas.microsoft.com/2004/09/Diagnostics">1</ActivityId>'
        return (
            f'\ufeff<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="{soap}">'
            f"<e:Header>{head}</e:Header><e:Body><{name} {declared} "
            f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><{self.prefix}Response>{self.gap}{inner}'
            f"</{self.prefix}Response></{name}></e:Body></e:Envelope>"
        ).encode()


def ours(content: bytes, zone: ZoneInfo | None = None) -> list[Activity]:
    return read(open_envelope(content), zone)


# ---------------------------------------------------------------- zeep's own result


@pytest.fixture(scope="module")
def client() -> zeep.Client:
    return zeep.Client(str(wsdl_folder() / "Contact.wsdl"))


def zeeps(client: zeep.Client, content: bytes) -> list[Activity]:
    binding = client.service._binding
    response = SimpleNamespace(status_code=200, headers={}, content=content, encoding="utf-8")
    result = binding.process_reply(client, binding.get("GetMyActiveContacts"), response)
    array = result.body.Response
    return [as_activity(row) for row in (array.ContactActivity if array else ()) if row is not None]


def as_activity(row: Any) -> Activity:
    names = row.Action or []
    known = Action(0)
    for name in names:
        known |= WIRE_NAMES.get(name, Action(0))
    return Activity(
        company_id=row.ContactId or 0,
        company=row.Name or "",
        department=row.Department or "",
        org_number=row.OrgNr or "",
        url=row.URL or "",
        category=row.Category or "",
        owner=row.AssociateFullName or "",
        owner_id=row.AssociateId or 0,
        action=known,
        other_actions=tuple(name for name in names if name not in WIRE_NAMES),
        time=row.ActionTime,
        actor=row.ActivityPersonName or "",
        actor_id=row.ActivityPersonId or 0,
        action_id=row.ActionId or 0,
        person_id=row.PersonId or 0,
    )


@given(data=st.data(), seed=st.integers(0, 999))
@settings(max_examples=200)
def test_equal_to_zeep(client: zeep.Client, soap: Any, data: st.DataObject, seed: int) -> None:
    row = rows(soap.fields, whole=data.draw(st.booleans()))
    drawn = data.draw(st.lists(row, max_size=4))
    content = Writer(soap.namespace, seed).answer(drawn)
    assert ours(content) == zeeps(client, content)


@given(data=st.data(), seed=st.integers(0, 999))
@settings(max_examples=100)
def test_a_strange_answer_reads_as_the_canonical_one(soap: Any, data: st.DataObject, seed: int) -> None:
    """Reordered and unknown elements, actions and headers, in SOAP 1.2: zeep refuses each."""
    drawn = data.draw(st.lists(rows(soap.fields), max_size=4))
    strange = Writer(soap.namespace, seed).answer(drawn, strange=True)
    assert ours(strange) == ours(Writer(soap.namespace, seed).answer(drawn))


# ---------------------------------------------------------------- rows cut out, or in the tree


def whole(content: bytes) -> bytes:
    """The same answer as one that nothing is cut out of."""
    return content + b"<!-- unusual -->"


def is_cut(content: bytes) -> bool:
    try:
        return open_envelope(content).rows is not None
    except Unreadable:
        return False


@pytest.mark.parametrize("answer", [compact, documented])
@pytest.mark.parametrize("number", [1, 3, 100, 1000])
def test_a_usual_answer_reads_alike_both_ways(answer: Callable[[int], bytes], number: int) -> None:
    content = answer(number)
    assert is_cut(content)
    assert not is_cut(whole(content))
    assert ours(content, OSLO) == ours(whole(content), OSLO)
    assert len(ours(content)) == number


#: What may turn a usual answer into another, or into none.
SCRAPS = (
    *(
        "<",
        ">",
        "/",
        "&",
        "&amp;",
        "&#65;",
        "&eacute;",
        "&amp;lt;",
        "]]>",
        "<![CDATA[x]]>",
        "<!--",
        "-->",
        "<?x y?>",
    ),
    *(
        "\0",
        "\x0b",
        "\r",
        "\n",
        "\t",
        " ",
        "\xa0",
        "\x85",
        "\ufeff",
        "\uffff",
        "\U0001f600",
        "7",
        "é",
        '"',
        "'",
    ),
    *(
        "<Response>",
        "</Response>",
        "<Response/>",
        "<ContactActivity>",
        "</ContactActivity>",
        "<ContactActivity/>",
    ),
    *(
        "<Name>",
        "</Name>",
        "<Name/>",
        "<Name />",
        "<Name>7</Name>",
        "<Other/>",
        "<Name><b/></Name>",
        "<c:Name/>",
    ),
    *(
        ' i:nil="true"',
        ' i:nil="1"',
        ' j:nil="true"',
        ' i:nil="true" i:nil="true"',
        " i:nil=&quot;true&quot;",
        ' i:type="x"',
        ' xmlns="urn:x"',
    ),
    *("RowsWereHere", "<RowsWereHere/>", '<?xml version="1.0" encoding="iso-8859-1"?>', 'xmlns:i="urn:x"'),
)


@given(data=st.data())
@settings(max_examples=400)
def test_an_answer_like_a_usual_one_reads_as_by_the_tree(soap: Any, data: st.DataObject) -> None:
    """Whatever is cut out, the tree has the same; so nothing is, where the tree is none."""
    text = soap.activities(soap.row(), soap.row(Name="A & B", Department="", URL=NIL), soap.row()).decode()
    for _ in range(data.draw(st.integers(0, 2))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.sampled_from([0, 0, 1, 5, 40]))
        text = text[:start] + data.draw(st.sampled_from(SCRAPS)) + text[end:]
    content = text.encode(
        data.draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-16", "cp1252"])), "replace"
    )
    with patch.object(cutting, "_PART", data.draw(st.sampled_from([900, 100_000]))):
        if is_cut(content):
            assert ours(content, OSLO) == ours(whole(content), OSLO)


@pytest.mark.parametrize("name", ["A & B", "A < B & C", "&lt;", "&amp;amp;", "'A' & \"B\" > <C>"])
def test_an_entity_means_the_same_both_ways(soap: Any, name: str) -> None:
    content = soap.activities(soap.row(Name="A"), soap.row(Name=name))
    assert is_cut(content)
    assert [row.company for row in ours(content)] == ["A", name]
    assert ours(content) == ours(whole(content))


def test_a_step_is_no_longer_because_an_answer_is(soap: Any) -> None:
    content = soap.activities(*[soap.row()] * 1_000)
    assert len(list(cutting.cutting(content))) >= len(content) // cutting._PART
    for answer in (content, whole(content)):
        assert len(list(reading(open_envelope(answer), OSLO))) == 10, "a hundred rows each"


def test_what_is_read_is_forgotten_with_each_step(soap: Any) -> None:
    """The texts of ten thousand rows at once would take 2 ms to be freed."""
    envelope = open_envelope(soap.activities(*[soap.row()] * 1_000))
    assert envelope.rows
    left = [len(envelope.rows) for _ in reading(envelope, OSLO)]
    assert left == list(range(1_000, 0, -100))
    assert envelope.rows == []


def test_a_row_unlike_the_first_leaves_all_to_the_tree(soap: Any) -> None:
    for odd in (
        '<ContactActivity i:nil="true"/>',
        soap.row().replace("<Name>", "<Name><!-- a -->"),
        soap.row(Name="&").replace("&amp;", "&#38;"),
        soap.row(Name="&", URL=NIL).replace('"true"', "&quot;true&quot;"),
        soap.row(Name="\uffff"),
        soap.row(Name="\x1f"),
        soap.row(Name="A\rB"),
        soap.row() + "<!-- a -->",
        soap.row() + "and",
        soap.row().replace("<OrgNr>", "<OrgNo>").replace("</OrgNr>", "</OrgNo>"),
    ):
        assert not is_cut(soap.activities(soap.row(), odd, soap.row()))


@pytest.mark.parametrize("place", [0, 1, 150, 298, 299])
def test_one_row_of_many_that_is_odd_leaves_all_to_the_tree(soap: Any, place: int) -> None:
    """Also where a part of them ends."""
    usual = [soap.row(Name=f"Company {number}") for number in range(300)]
    assert is_cut(soap.activities(*usual))
    for odd in (
        usual[place] + "and",
        usual[place].replace("<Name>", "<Name><!-- a -->"),
        "<ContactActivity/>",
    ):
        rows = [*usual[:place], odd, *usual[place + 1 :]]
        assert not is_cut(soap.activities(*rows))


def test_a_row_longer_than_a_part_leaves_all_to_the_tree(soap: Any) -> None:
    content = soap.activities(soap.row(), soap.row(Name="A" * 120_000), soap.row())
    assert not is_cut(content)
    assert [len(row.company) for row in ours(content)][1] == 120_000


def test_a_prefix_that_nothing_declares_makes_it_no_answer(soap: Any) -> None:
    with pytest.raises(Unreadable, match="not XML"):
        ours(soap.activities(soap.row(), headers=None).replace(b"xmlns:i=", b"xmlns:j="))


def test_a_dot_in_a_name_is_a_dot(soap: Any) -> None:
    usual, broken = (
        soap.row().replace("</ContactActivity>", f"<a.b>1{end}</ContactActivity>")
        for end in ("</a.b>", "</axb>")
    )
    assert is_cut(soap.activities(usual, usual))
    with pytest.raises(Unreadable, match="not XML"):
        ours(soap.activities(usual, broken))


def test_only_the_rows_of_the_answer_itself_are_cut_out(soap: Any) -> None:
    """Not those of a header that looks like one, nor of a text in another encoding."""
    lookalike = f'<Response xmlns="{soap.namespace}">{soap.row()}</Response>'.replace(' i:nil="true"', "")
    content = soap.activities(soap.row(Name="B"), headers=lookalike)
    assert not is_cut(content)
    assert [row.company for row in ours(content)] == ["B"]
    latin = '<?xml version="1.0" encoding="iso-8859-1"?>' + soap.activities(soap.row(Name="Ã¥")).decode()
    assert not is_cut(latin.encode("iso-8859-1"))
    assert ours(latin.encode("iso-8859-1"))[0].company == "Ã¥"


@pytest.mark.parametrize(
    "inner",
    [
        "<Response/>",
        '<Response i:nil="true"/>',
        "",
        "<Response><ContactActivity/></Response>",
        "<Response><ContactActivity><ContactId>x</ContactId><ActionTime>soon</ActionTime></ContactActivity></Response>",
        "<Response><ContactActivity><ActionTime>2026-05-02</ActionTime></ContactActivity></Response>",
        "<Response><ContactActivity><ActionTime>2026-05-02T24:00:00</ActionTime></ContactActivity></Response>",
    ],
)
def test_equal_to_zeep_at_the_edges(client: zeep.Client, soap: Any, inner: str) -> None:
    content = soap.envelope(soap.response("GetMyActiveContactsResponse", inner), soap.headers())
    assert ours(content) == zeeps(client, content)


def test_a_nil_row_is_none(soap: Any) -> None:
    """zeep makes an object of nothing of it."""
    assert ours(soap.activities('<ContactActivity i:nil="true"/>', soap.row())) == ours(
        soap.activities(soap.row())
    )


def test_utf_16_and_latin_1(client: zeep.Client, soap: Any) -> None:
    for encoding in ("utf-16", "iso-8859-1"):
        text = (
            f'<?xml version="1.0" encoding="{encoding}"?>' + soap.activities(soap.row(Name="Blåbær")).decode()
        )
        content = text.encode(encoding)
        assert ours(content) == zeeps(client, content)
        assert ours(content)[0].company == "Blåbær"


# ---------------------------------------------------------------- what zeep refuses


def test_the_sample_of_the_documentation(soap: Any) -> None:
    """SOAP 1.2, ``xsi:type`` everywhere, no header, no elements of the base type; a time with a zone."""
    kinds = {"Action": "Contact:ContactAction", "ActionTime": "xsd:dateTime"}
    values = {**soap.example, "ActionTime": "2021-11-30T13:22:49Z"}
    fields = "".join(
        f'<Contact:{name} xsi:type="{kinds.get(name, "xsd:int" if is_number(name) else "xsd:string")}">'
        f"{value}</Contact:{name}>\n"
        for name, value in values.items()
    )
    content = f"""<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP_12}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:Contact="{soap.namespace}">
 <SOAP-ENV:Body>
  <Contact:GetMyActiveContactsResponse>
   <Contact:Response xsi:type="Contact:ArrayOfContactActivity">
    <Contact:ContactActivity xsi:type="Contact:ContactActivity">{fields}</Contact:ContactActivity>
   </Contact:Response>
  </Contact:GetMyActiveContactsResponse>
 </SOAP-ENV:Body>
</SOAP-ENV:Envelope>""".encode()
    (activity,) = ours(content, OSLO)
    assert activity.time == datetime(2021, 11, 30, 13, 22, 49, tzinfo=UTC)
    assert activity._replace(time=None) == ours(soap.activities(soap.row()))[0]._replace(time=None)


def test_rows_that_differ_in_shape_are_not_mixed_up(soap: Any) -> None:
    short = "<ContactActivity><Name>B</Name><ContactId>2</ContactId></ContactActivity>"
    first, second, third = ours(soap.activities(soap.row(Name="A"), short, soap.row(Name="C")))
    assert (first.company, third.company) == ("A", "C")
    assert (second.company_id, second.company, second.action, second.time) == (2, "B", Action(0), None)


def test_another_version_answers_in_its_own_namespace(soap: Any) -> None:
    other = soap.activities(soap.row()).replace(b"Services86", b"Services99")
    assert ours(other) == ours(soap.activities(soap.row()))


def test_text_around_a_comment_and_an_instruction_is_one(soap: Any) -> None:
    content = soap.activities(soap.row(Name="XY")).replace(b"XY", b"X<!-- a --><?pi b?>Y")
    assert ours(content)[0].company == "XY"


# ---------------------------------------------------------------- time


def test_a_time_without_a_zone_gets_the_tenants(soap: Any) -> None:
    (activity,) = ours(soap.activities(soap.row()), OSLO)
    assert activity.time is not None
    assert activity.time.astimezone(UTC) == datetime(2026, 5, 2, 8, 31, 7, tzinfo=UTC)


def test_a_time_with_a_zone_keeps_it(soap: Any) -> None:
    (activity,) = ours(soap.activities(soap.row(ActionTime="2026-05-02T10:31:07-05:00")), OSLO)
    assert activity.time is not None
    assert activity.time.tzinfo == timezone(timedelta(hours=-5))


def test_an_hour_that_comes_twice_is_read_as_the_later(soap: Any) -> None:
    (activity,) = ours(soap.activities(soap.row(ActionTime="2026-10-25T02:30:00")), OSLO)
    assert activity.time is not None
    assert activity.time.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


# ---------------------------------------------------------------- what is no answer

LAUGHS = """<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not XML"),
        (b"Service unavailable", "not XML"),
        (b"<html><head><title>x</title></head><body><p>Sorry</p></body></html>", "no envelope"),
        (b"<html><p>Sorry<br></html>", "not XML"),
        (b'<e:Envelope xmlns:e="urn:x"/>', "no body"),
        (b'<e:Envelope xmlns:e="urn:x"><e:Body/></e:Envelope>', "no body"),
        (b'<e:Envelope xmlns:e="urn:x"><e:Body>text</e:Body></e:Envelope>', "no body"),
        (b'<e:Envelope xmlns:e="urn:x"><e:Body><Other/></e:Body></e:Envelope>', "another answer"),
        (LAUGHS.encode() + b"<e>&b;</e>", "a DTD"),
        (b'<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd"><html/>', "a DTD"),
        (b"<e>&undeclared;</e>", "not XML"),
        (b"<a>" * 400 + b"</a>" * 400, "not XML"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_no_answer(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        ours(content)
    assert caught.value.__context__ is None


def test_a_truncated_answer_is_none(soap: Any) -> None:
    whole = soap.activities(soap.row(), soap.row())
    for end in range(0, len(whole) - 1, 7):
        with pytest.raises(Unreadable):
            ours(whole[:end])
