"""To SuperOffice CRM Online and back: the browser's part of signing in there."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.secret import Secret
from bot.services.onlinelinking import OnlineLinking
from bot.web.browsers import Browsers
from bot.web.link import LinkPage

__all__ = ["OidcPages"]


class OidcPages:
    """Sends browsers away, and takes them back at ``GET /oidc/callback``."""

    def __init__(self, linking: OnlineLinking, link_page: LinkPage, browsers: Browsers) -> None:
        self._linking = linking
        self._link_page = link_page
        self._browsers = browsers

    def routes(self) -> list[Route]:
        """To be mounted at the root."""
        return [
            Route("/link/{nonce}", self.leave, methods=["GET"]),
            Route("/oidc/callback", self.come_back, methods=["GET"]),
        ]

    async def leave(self, request: Request) -> Response:
        """To SuperOffice's own page, or to the form. Nothing is used up: previews of links are harmless."""
        browser = self._browsers.named(request)
        try:
            address = await self._linking.begin(Secret(request.path_params["nonce"]), browser)
        except Exception as error:
            return await self._link_page.stopped(request, error)
        if address is None:
            return await self._link_page.show(request)
        return self._browsers.send(browser, address)

    async def come_back(self, request: Request) -> Response:
        """Link, or say what is wrong, each with its own sentence; where it helps, with a way to try again."""
        query = request.query_params
        state = Secret(query.get("state", ""))
        try:
            authorization = await self._linking.returned(state, self._browsers.known(request))
        except Exception as error:
            return self._link_page.closed(request, error)
        try:
            code, denied = Secret(query.get("code", "")), query.get("error", "")
            offer, done = await self._linking.finish(authorization, state, code, denied)
        except Exception as error:
            return self._link_page.closed(request, error, again=f"/link/{authorization.page.reveal()}")
        return self._link_page.done(offer, done)
