"""SuperOffice's answers, as it writes them and as its documentation shows them."""

from pathlib import Path
from zoneinfo import ZoneInfo

__all__ = ["FIELDS", "NS", "OSLO", "SOAP", "WSDL", "compact", "documented"]

NS = "http://www.superoffice.net/ws/crm/NetServer/Services86"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
WSDL = Path(__file__).parents[2] / "config/wsdl/Contact.wsdl"
OSLO = ZoneInfo("Europe/Oslo")
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
