"""To Slack and back: a browser proves whose it is before the one-time page shows."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.core.secret import Secret
from bot.services.slacksignin import SlackSignIn
from bot.web.browsers import Browsers
from bot.web.link import LinkPage

__all__ = ["SlackOpenIDPages"]


class SlackOpenIDPages:
    """Takes browsers back at ``GET /slack/openid``; the one-time page sends them away."""

    def __init__(self, sign_in: SlackSignIn, link_page: LinkPage, browsers: Browsers) -> None:
        self._sign_in = sign_in
        self._link_page = link_page
        self._browsers = browsers

    def routes(self) -> list[Route]:
        """To be mounted at the root."""
        return [Route("/slack/openid", self.come_back, methods=["GET"])]

    async def come_back(self, request: Request) -> Response:
        """Back to the one-time page, or say what is wrong; with a way to try again where that helps."""
        query = request.query_params
        state = Secret(query.get("state", ""))
        try:
            authorization = await self._sign_in.returned(state, self._browsers.known(request))
        except Exception as error:
            return self._link_page.closed(request, error)
        page = f"/link/{authorization.page.reveal()}"
        try:
            code, denied = Secret(query.get("code", "")), query.get("error", "")
            await self._sign_in.finish(authorization, state, code, denied)
        except Exception as error:
            return self._link_page.closed(request, error, again=page)
        return RedirectResponse(page, 303, headers={"Cache-Control": "no-store"})
