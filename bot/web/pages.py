"""Draw the pages, and send them with headers that let a browser do nothing else."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.text import locale_of, preferred, sentence

__all__ = ["PageSettings", "Pages", "browser_language"]

TEMPLATES = Path(__file__).with_name("templates")
#: So much of what a browser says of languages is read.
MAX_LANGUAGES = 200
YEAR_SECONDS = 365 * 24 * 60 * 60
_TYPED = re.compile("`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """What the pages say about this installation."""

    #: Where people reach the pages; its scheme decides about Secure cookies and HSTS.
    public_url: str
    #: The slash command.
    command: str
    #: The names of workspaces by their ids; one without a name is shown by its id.
    workspaces: Mapping[str, str] = field(default_factory=dict)

    @property
    def https(self) -> bool:
        """Whether the pages travel encrypted."""
        return self.public_url.startswith("https:")


class Pages:
    """The templates. Every value is escaped."""

    def __init__(self, settings: PageSettings) -> None:
        self._settings = settings
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._css = (TEMPLATES / "page.css").read_text("utf-8")
        self._headers = _headers(self._css, https=settings.https)

    def response(self, template: str, status: int, locale: str, **values: object) -> HTMLResponse:
        """A page in the reader's language."""

        def say(id: str, /, **params: object) -> Markup:  # noqa: A002
            return _marked_up(sentence(id, locale, **{"command": self._settings.command, **params}))

        html = self._templates.get_template(f"{template}.html").render(
            say=say, lang=locale_of(locale), css=self._css, settings=self._settings, **values
        )
        return HTMLResponse(html, status, self._headers)


def browser_language(request: Request) -> str:
    """The language of ours that the browser likes best; browsers name them in that order."""
    named = request.headers.get("accept-language", "")[:MAX_LANGUAGES].split(",")
    return preferred(each.partition(";")[0] for each in named)


def _marked_up(text: str) -> Markup:
    """A sentence, escaped; what is typed stands between back-ticks in Slack, and is code here."""
    return Markup(_TYPED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def _headers(css: str, *, https: bool) -> dict[str, str]:
    style = base64.b64encode(sha256(css.encode()).digest()).decode()
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        ),
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
    }
    if https:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    return headers
