"""The bot's own pages and its file of stored data as text: what a browser shows, line by line."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from textwrap import wrap
from typing import Any

from lxml import html
from lxml.html import HtmlElement

from bot.core.people import Profile, SlackUser
from bot.core.replies import Reader
from bot.services.linking import Offer
from bot.services.tenants import Tenant
from bot.text import SOURCE, sentence
from bot.text.dates import clock, zone_name
from bot.text.mydata import document, filename
from bot.web.link import READERS_OWN, words_of
from bot.web.pages import Pages, PageSettings
from docs.catalogue import said_in
from docs.intext import WIDTH
from docs.samples import MY_DATA
from tests.slack.replies import NOW

__all__ = ["FILES", "PAGES", "Written"]

COMMAND = "/superoffice"
BOT = Pages(
    PageSettings(
        public_url="https://bot.example.com", command=COMMAND, workspaces={"T1": "Rodriguez Inc and Sons"}
    )
)
#: What the sentences of errors put in.
VALUES = {"seconds": 25, "state": "OfflineMaintenance", "by": "SuperOffice", "workspace": "T024BE7LH"}
PROFILE = Profile(SlackUser("T1", "U0SELLER"), "kianna", "Europe/Oslo", email="kianna@example.com")
#: No SuperOffice is asked anything here.
_UNASKED: Any = None
#: What is drawn for a reader, in text.
Written = Callable[[Reader], str]


def _form(reader: Reader, code: str = "", email: str | None = PROFILE.email, asked: str = "") -> str:
    """The one-time page, as it opens or with what went wrong."""
    profile = replace(PROFILE, email=email)
    offer = Offer(profile, NOW, Tenant(_UNASKED, reader.zone, host="crm.example.com"))
    return _shown(
        "form",
        reader,
        offer=offer,
        workspace="Rodriguez Inc and Sons",
        csrf="",
        until=clock(NOW, reader.zone, reader.locale),
        zone=zone_name(reader.zone, reader.locale),
        asked=asked,
        code=code,
        error=words_of(code) if code else None,
        username="",
        reference="1f0c93ab" if code.startswith("crm") else "",
        params=VALUES,
    )


def _closed(reader: Reader, code: str, about: str = "page", again: str = "") -> str:
    """A page without a form: what is wrong, and what to do."""
    reference = "" if code in READERS_CODES else "1f0c93ab"
    error = words_of(code, about)
    return _shown("closed", reader, error=error, reference=reference, params=VALUES, again=again)


def _shown(template: str, reader: Reader, **values: object) -> str:
    """What a page says, from top to bottom."""
    page = bytes(BOT.response(template, 200, reader.locale, **values).body)
    main = html.document_fromstring(page.decode()).find(".//main")
    assert main is not None  # noqa: S101 - for mypy
    lines = (line for element in main.iter() for line in _lines(element))
    return "\n".join(lines).strip("\n")


def _lines(element: HtmlElement) -> Iterator[str]:
    text = " ".join(element.text_content().split()) if isinstance(element.tag, str) else ""
    match element.tag:
        case "h1":
            yield from (text, "─" * WIDTH)
        case "dt":
            yield f"{text}:"
        case "dd":
            yield f"  {text}"
        case "p" | "label":
            yield from wrap(text, WIDTH)
        case "input" if element.get("type") != "hidden":
            yield "  [ ]"
        case "button" | "a":
            yield from ("", f"[ {text} ]", "")


def _codes(start: str) -> list[str]:
    """The errors that are said in words of their own on a page."""
    own = (id_.removeprefix(start) for id_ in said_in(SOURCE) if id_.startswith(start))
    return list(dict.fromkeys(code.removesuffix(".next") for code in own))


READERS_CODES = frozenset({error.code for error in READERS_OWN} | {"junk"})
#: What goes wrong with the page itself; the rest is said above its form.
_CLOSING = ("junk", "link-expired")
_ON_THE_FORM = ("sign-in-refused", "link-throttled", "link-email-mismatch")

#: Every page that the bot serves to people.
PAGES: Mapping[str, Written] = {
    "page": partial(_form, asked=f"{COMMAND} since monday"),
    **{
        f"page-{code}": partial(_form, code=code)
        for code in (*_codes("page.error."), *_ON_THE_FORM)
        if code not in _CLOSING
    },
    "page-link-no-email": partial(_form, code="link-email-mismatch", email=None),
    **{f"page-{code}": partial(_closed, code=code) for code in _CLOSING},
    **{
        f"page-{error.code}": partial(_closed, code=error.code)
        for error in READERS_OWN
        if error.code not in (*_ON_THE_FORM, *_CLOSING)
    },
    "page-sign-in-failed": partial(_closed, code="sign-in-failed", again="/link/NONCE"),
    "page-linked": lambda reader: _done(reader, ""),
    "page-linked-then": lambda reader: _done(reader, f"{COMMAND} since monday"),
    "page-installed": lambda reader: _shown(
        "installed", reader, name="Rodriguez Inc and Sons", back="slack://open"
    ),
    **{
        f"install-{code}": partial(_closed, code=code, about="install", again="/slack/install")
        for code in _codes("install.error.")
    },
}


def _done(reader: Reader, asked: str) -> str:
    return _shown("done", reader, name="Kianna Ledner", asked=asked, back="slack://open")


def _my_data(reader: Reader) -> str:
    """The message with the file, and the file."""
    message = sentence("mydata.comment", reader.locale, command=COMMAND)
    titles = [sentence("mydata.title", reader.locale), filename(MY_DATA, reader.zone)]
    return "\n".join((*wrap(message, WIDTH), "", *titles, document(MY_DATA, reader.zone, reader.locale)))


#: Every file that it sends.
FILES: Mapping[str, Written] = {"my-data-file": _my_data}
