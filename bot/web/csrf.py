"""A form counts only if this page gave it to this browser."""

import base64
import hmac
import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from bot.core.secret import Secret

__all__ = ["Csrf"]

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Csrf:
    """The field is a keyed hash of a cookie that only this site's own requests carry, and of the page."""

    def __init__(self, *, sign: Callable[..., bytes], token: Callable[[], Secret], https: bool) -> None:
        self._sign = sign
        self._token = token
        self._https = https
        # The prefix makes browsers refuse the cookie from any other host, and over plain http.
        self._cookie = "__Host-link" if https else "link"

    def browser(self, request: Request) -> str:
        """What names the browser: its cookie, or a new one."""
        given = request.cookies.get(self._cookie, "")
        return given if TOKEN.fullmatch(given) else self._token().reveal()

    def field(self, browser: str, page: Secret) -> str:
        """What goes into the form."""
        return base64.urlsafe_b64encode(self._sign("csrf", browser, page.reveal())).decode()

    def is_ours(self, request: Request, page: Secret, field: str) -> bool:
        """Whether this browser got this form from this page."""
        expected = self.field(request.cookies.get(self._cookie, ""), page)
        return hmac.compare_digest(expected.encode(), field.encode())

    def remember(self, response: Response, browser: str) -> None:
        """Give the browser its cookie."""
        response.set_cookie(
            self._cookie, browser, path="/", secure=self._https, httponly=True, samesite="strict"
        )
