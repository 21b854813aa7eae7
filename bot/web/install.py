"""Installing the app: to Slack's own page and back."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.secret import Secret
from bot.services.installing import Installing
from bot.web.addresses import Network, client_address
from bot.web.browsers import Browsers
from bot.web.link import LinkPage
from bot.web.pages import Pages, browser_language

__all__ = ["InstallPages"]

START = "/slack/install"


class InstallPages:
    """``/slack/install`` and ``/slack/oauth_redirect``, in the browser's language: who reads is unknown."""

    def __init__(
        self,
        installing: Installing,
        link_page: LinkPage,
        pages: Pages,
        browsers: Browsers,
        trusted_proxies: Sequence[Network] = (),
    ) -> None:
        self._installing = installing
        self._link_page = link_page
        self._pages = pages
        self._browsers = browsers
        self._trusted = trusted_proxies

    def routes(self) -> list[Route]:
        """To be mounted at the root."""
        return [
            Route(START, self.leave, methods=["GET"]),
            Route("/slack/oauth_redirect", self.come_back, methods=["GET"]),
        ]

    async def leave(self, request: Request) -> Response:
        """To Slack's own page, which says what the app may and asks for leave."""
        browser = self._browsers.named(request)
        try:
            address = await self._installing.begin(browser, client_address(request.scope, self._trusted))
        except Exception as error:
            return self._link_page.closed(request, error, about="install")
        return self._browsers.send(browser, address)

    async def come_back(self, request: Request) -> Response:
        """Installed, or what is wrong, each with its own sentence and a way to try again."""
        query = request.query_params
        state = Secret(query.get("state", ""))
        try:
            await self._installing.returned(state, self._browsers.known(request))
            code, denied = Secret(query.get("code", "")), query.get("error", "")
            new = await self._installing.finish(state, code, denied)
        except Exception as error:
            return self._link_page.closed(request, error, again=START, about="install")
        back = "slack://open" if new.is_organization else f"slack://open?team={new.id}"
        return self._pages.response("installed", 200, browser_language(request), name=new.name, back=back)
