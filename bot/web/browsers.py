"""Which browser it is, on its way to another site and back."""

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.core.secret import Secret

__all__ = ["Browsers"]

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Browsers:
    """Names browsers by a cookie, which scripts cannot read and no other host can set."""

    def __init__(self, token: Callable[[], Secret], *, https: bool) -> None:
        self._token = token
        self._https = https
        # The prefix makes browsers refuse the cookie from any other host, and over plain http.
        self._cookie = "__Host-signing-in" if https else "signing-in"

    def known(self, request: Request) -> Secret:
        """The browser, as it was named before; ``""`` for one that was not."""
        given = request.cookies.get(self._cookie, "")
        return Secret(given) if TOKEN.fullmatch(given) else Secret("")

    def named(self, request: Request) -> Secret:
        """The browser, with a new name if it has none."""
        return self.known(request) or self._token()

    def send(self, browser: Secret, address: Secret) -> Response:
        """Send the browser away, and give it its cookie."""
        response = RedirectResponse(address.reveal(), 303, headers={"Cache-Control": "no-store"})
        # Lax: the way back starts at another site.
        response.set_cookie(
            self._cookie, browser.reveal(), path="/", secure=self._https, httponly=True, samesite="lax"
        )
        return response
