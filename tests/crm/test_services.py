# mypy: allow-untyped-calls
"""Requests as they go out, and small answers as they come in."""

import io
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bot.core.secret import Secret
from bot.crm.soap.envelope import Unreadable, open_envelope
from bot.crm.soap.reader import WIRE_NAMES
from bot.crm.soap.services import OPERATIONS, Services, Unsendable, UnusableWsdl, wsdl_folder

GOLDEN = Path(__file__).with_name("golden")
NAMESPACE = "http://www.superoffice.net/ws/crm/NetServer/Services86"
TOKEN, TICKET = Secret("app-token"), Secret("7T:1234abcxyzExample==")
ANONYMOUS = {"AuthenticateUsernamePassword", "AuthenticateWithAccessToken", "GetSystemInfo"}

CALLS: dict[str, dict[str, object]] = {
    "GetMyActiveContacts": {
        "ActivityStartTime": datetime(2026, 5, 2, 8, 30),
        "ContactCategories": {"int": [1, 2]},
        "ActionType": ["Created", "PersonAdded"],
    },
    "AuthenticateUsernamePassword": {"UserName": "SAL0", "Password": "p<w&1"},
    "AuthenticateWithAccessToken": {"AccessToken": "8A:Cust12345.abc"},
    "GetSystemInfo": {},
    "GetMyPerson": {},
    "GetSimpleList": {"Name": "category"},
}


def body(services: Services, operation: str, **changes: object) -> bytes:
    ticket = None if operation in ANONYMOUS else TICKET
    request = services.request(operation, TOKEN, ticket, **{**CALLS[operation], **changes})
    return canonical(request.body)


def canonical(content: bytes) -> bytes:
    return etree.tostring(etree.fromstring(content), method="c14n")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_golden(services: Services, operation: str) -> None:
    assert body(services, operation) == canonical((GOLDEN / f"{operation}.xml").read_bytes())


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_other_versions_differ_in_the_number_only(services: Services, operation: str) -> None:
    for version in (84, 85, 87, 88):
        other = await Services.load(version)
        if other.offers(operation):
            number = b"Services%d" % version
            assert body(other, operation) == body(services, operation).replace(b"Services86", number)


async def test_access_tokens_begin_with_86() -> None:
    assert [(await Services.load(v)).offers("AuthenticateWithAccessToken") for v in (84, 85, 86)] == [0, 0, 1]


def test_the_action_is_quoted(services: Services) -> None:
    request = services.request("GetSystemInfo", TOKEN, None)
    assert request.path == "SoPrincipal.svc"
    assert request.headers["SOAPAction"] == (
        '"http://www.superoffice.net/ws/crm/NetServer/Services86/SoPrincipal/GetSystemInfo"'
    )
    assert request.headers["Content-Type"] == "text/xml; charset=utf-8"


def test_all_categories_are_an_empty_array_not_a_missing_one(services: Services) -> None:
    assert b"<ns0:ContactCategories></ns0:ContactCategories>" in body(
        services, "GetMyActiveContacts", ContactCategories={"int": []}
    )


def test_actions_are_names_between_single_spaces(services: Services) -> None:
    assert b">Created PersonAdded</ns0:ActionType>" in body(services, "GetMyActiveContacts")


def test_a_request_does_not_show(services: Services) -> None:
    request = services.request("AuthenticateUsernamePassword", TOKEN, None, UserName="SAL0", Password="pw-1")
    assert "pw-1" not in repr(request)


@pytest.mark.parametrize("text", ["a\x00b", "\x1b", "\ud800"])
def test_what_xml_cannot_hold(services: Services, text: str) -> None:
    with pytest.raises(Unsendable) as caught:
        services.request("AuthenticateUsernamePassword", TOKEN, None, UserName=text, Password="pw")
    assert caught.value.__context__ is None


def test_zeep_logs_no_envelope_and_no_value(services: Services, soap: Any) -> None:
    """It would log both: envelopes at DEBUG, and values that it cannot convert as errors."""
    output = io.StringIO()
    handler, root = logging.StreamHandler(output), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        body(services, "GetMyActiveContacts")
        row = soap.element("Id", "Rodriguez") + soap.element("Name", "x")
        services.answer("GetSimpleList", open_envelope(listed(soap, row)))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "7T:" not in output.getvalue()
    assert "Rodriguez" not in output.getvalue()


# ---------------------------------------------------------------- small answers


def listed(soap: Any, item: str) -> bytes:
    inner = f"<Response><MDOListItem>{item}</MDOListItem></Response>"
    return soap.envelope(soap.response("GetSimpleListResponse", inner), soap.headers())  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "item",
    [
        "<Id>1</Id><Name>Customer</Name>",
        "<Name>Customer</Name><Id>1</Id>",
        "<Id>1</Id><Invented>7</Invented><Name>Customer</Name>",
        f'<TableRight xmlns:x="{NAMESPACE}" i:type="x:TableRight"/><Id>1</Id><Name>Customer</Name>',
        '<Id i:type="x:int" xmlns:x="urn:y">1</Id><Name>Customer</Name>',
    ],
)
def test_a_small_answer_is_read_liberally(services: Services, soap: Any, item: str) -> None:
    for content in (listed(soap, item), listed(soap, item).replace(b"Services86", b"Services88")):
        for soap_12 in (False, True):
            text = content.decode()
            if soap_12:
                text = text.replace(
                    "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
                )
            (got,) = services.answer("GetSimpleList", open_envelope(text.encode())).Response.MDOListItem
            assert (got.Id, got.Name) == (1, "Customer")


def test_another_answer_is_none(services: Services, soap: Any) -> None:
    with pytest.raises(Unreadable):
        services.answer("GetSystemInfo", open_envelope(soap.signed_in()))


def test_a_nil_exception_is_none_although_zeep_makes_an_object_of_it(soap: Any) -> None:
    nil = (
        f'<h:ExceptionInfo xmlns:h="{soap.namespace}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
        ' i:nil="true"/>'
    )
    headers = open_envelope(soap.activities(headers=nil + soap.headers())).headers
    assert headers.exception is None
    assert headers.succeeded is True
    assert headers.location == "NO"


def test_every_header_is_read_wherever_it_is(soap: Any) -> None:
    pair = "<h:ExtraInfoNameValuePair><h:Key>a</h:Key><h:Value>b</h:Value></h:ExtraInfoNameValuePair>"
    content = soap.activities(headers=None).decode()
    headers = soap.exception("SoX", "m", "f", inner="SoY") + soap.header("ExtraInfo", pair)
    beside = content.replace("<s:Body>", f"{headers}<s:Body>").encode()
    read = open_envelope(beside).headers
    assert read == open_envelope(soap.activities(headers=headers)).headers
    assert read.exception is not None
    assert (read.exception.types, read.exception.message) == (("SoX", "SoY"), "m")
    assert read.exception.friendly_text == "f"
    assert (read.succeeded, read.extra) == (False, (("a", "b"),))


# ---------------------------------------------------------------- WSDLs of others


async def test_a_wsdl_by_file(tmp_path: Path) -> None:
    for name in ("Contact.wsdl", "common.xsd"):
        (tmp_path / name).write_bytes((wsdl_folder() / name).read_bytes())
    loaded = await Services.load(86, {"Contact": str(tmp_path / "Contact.wsdl")})
    assert loaded.offers("GetMyActiveContacts")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be loaded"),
        (b"<html>no</html>", "has no GetMyActiveContacts|cannot be loaded"),
        (b"<wsdl:definitions", "cannot be loaded"),
        (b"<!DOCTYPE x><x/>", "cannot be loaded"),
        ("MDO.wsdl", "has no GetMyActiveContacts"),
    ],
)
async def test_an_unusable_wsdl(tmp_path: Path, content: bytes | str | None, complaint: str) -> None:
    path = tmp_path / "x.wsdl"
    if isinstance(content, str):
        content = (wsdl_folder() / content).read_bytes()
        (tmp_path / "common.xsd").write_bytes((wsdl_folder() / "common.xsd").read_bytes())
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnusableWsdl, match=complaint):
        await Services.load(86, {"Contact": str(path)})


async def test_the_wsdl_of_another_version(tmp_path: Path) -> None:
    for name in ("Contact.wsdl", "common.xsd"):
        (tmp_path / name).write_bytes((wsdl_folder() / name).read_bytes())
    with pytest.raises(UnusableWsdl, match="not that of Services88"):
        await Services.load(88, {"Contact": str(tmp_path / "Contact.wsdl")})


@given(
    ticket=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)
    | st.just("7T:a+b/c=="),
    start=st.datetimes(),
    categories=st.lists(st.integers(0, 2**31 - 1), max_size=4),
    actions=st.lists(st.sampled_from(tuple(WIRE_NAMES)), min_size=1, unique=True),
    token=st.sampled_from(["", "secret & <token>"]),
)
def test_a_filled_in_template_is_what_zeep_writes(
    services: Services, ticket: str, start: datetime, categories: list[int], actions: list[str], token: str
) -> None:
    params: dict[str, object] = {"ContactCategories": {"int": categories}, "ActionType": actions}
    operation = services._operations["GetMyActiveContacts"]
    by_zeep = operation._rendered(token, ticket, {"ActivityStartTime": start, **params})
    for _ in range(2):
        made = services.request(
            "GetMyActiveContacts", Secret(token), Secret(ticket), ActivityStartTime=start, **params
        )
        assert made.body == by_zeep


def test_templates_do_not_pile_up(services: Services) -> None:
    for number in range(600):
        services.request(
            "GetMyActiveContacts",
            Secret(""),
            Secret("7T:abc=="),
            ActivityStartTime=datetime(2026, 11, 1),
            ContactCategories={"int": [number]},
            ActionType=["Created"],
        )
    assert len(services._operations["GetMyActiveContacts"]._templates) <= 256
