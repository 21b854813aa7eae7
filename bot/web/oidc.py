"""To SuperOffice CRM Online and back: the browser's part of signing in there."""

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.core.secret import Secret
from bot.services.onlinelinking import OnlineLinking
from bot.web.link import LinkPage

__all__ = ["OidcPages"]

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class OidcPages:
    """Sends browsers away, and takes them back at ``GET /oidc/callback``."""

    def __init__(
        self, linking: OnlineLinking, link_page: LinkPage, token: Callable[[], Secret], *, https: bool
    ) -> None:
        self._linking = linking
        self._link_page = link_page
        self._token = token
        self._https = https
        # The prefix makes browsers refuse the cookie from any other host, and over plain http.
        self._cookie = "__Host-signing-in" if https else "signing-in"

    def routes(self) -> list[Route]:
        """To be mounted at the root."""
        return [
            Route("/link/{nonce}", self.leave, methods=["GET"]),
            Route("/oidc/callback", self.come_back, methods=["GET"]),
        ]

    async def leave(self, request: Request) -> Response:
        """To SuperOffice's own page, or to the form. Nothing is used up: previews of links are harmless."""
        browser = self._browser(request) or self._token()
        try:
            address = await self._linking.begin(Secret(request.path_params["nonce"]), browser)
        except Exception as error:
            return self._link_page.closed(error)
        if address is None:
            return await self._link_page.show(request)
        response = RedirectResponse(address.reveal(), 303, headers={"Cache-Control": "no-store"})
        # Lax: the way back starts at another site.
        response.set_cookie(
            self._cookie, browser.reveal(), path="/", secure=self._https, httponly=True, samesite="lax"
        )
        return response

    async def come_back(self, request: Request) -> Response:
        """Link, or say what is wrong, each with its own sentence; where it helps, with a way to try again."""
        query = request.query_params
        state = Secret(query.get("state", ""))
        try:
            authorization = await self._linking.returned(state, self._browser(request) or Secret(""))
        except Exception as error:
            return self._link_page.closed(error)
        try:
            code, denied = Secret(query.get("code", "")), query.get("error", "")
            offer, done = await self._linking.finish(authorization, state, code, denied)
        except Exception as error:
            return self._link_page.closed(error, again=f"/link/{authorization.page.reveal()}")
        return self._link_page.done(offer, done)

    def _browser(self, request: Request) -> Secret | None:
        given = request.cookies.get(self._cookie, "")
        return Secret(given) if TOKEN.fullmatch(given) else None
