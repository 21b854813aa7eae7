"""The pages where people sign in, to SuperOffice and to Slack."""

from collections.abc import Callable

import aiohttp
from starlette.routing import Route

from bot import store, web
from bot.config import Settings
from bot.core.secret import Secret
from bot.services.access import Access
from bot.services.installing import Installing
from bot.services.journeys import Journeys
from bot.services.linking import Linking
from bot.services.onlinelinking import OnlineLinking
from bot.services.ports import Clock
from bot.services.slacksignin import SlackSignIn
from bot.slack.app import SlackOAuth
from bot.slack.openid import SlackOpenID
from bot.slack.workspaces import Workspaces

__all__ = ["sign_in_pages"]


def sign_in_pages(
    *,
    settings: Settings,
    public_url: str,
    clock: Clock,
    database: store.Store,
    session: aiohttp.ClientSession,
    linking: Linking,
    access: Access,
    workspaces: Workspaces,
    token: Callable[[], Secret],
) -> list[Route]:
    """The one-time page, and where browsers come back to from SuperOffice CRM Online and from Slack."""
    browsers = web.Browsers(token, https=public_url.startswith("https:"))
    slack_sign_in = None
    if settings.slack.client:
        identities = SlackOpenID(
            *settings.slack.client, workspaces.tokenless, session, settings.slack.api_url, clock
        )
        slack_sign_in = SlackSignIn(
            linking=linking,
            journeys=Journeys(database.slack_sign_ins, clock, token),
            identities=identities,
            proofs=database.proofs,
            places=workspaces,
            redirect_uri=f"{public_url}/slack/openid",
        )
    page_settings = web.PageSettings(
        public_url=public_url, workspaces=workspaces.names, command=settings.slack.command
    )
    link_page = web.LinkPage(
        linking=linking,
        settings=page_settings,
        sign=database.hasher.digest,
        token=token,
        browsers=browsers,
        trusted_proxies=settings.web.trusted_proxies,
        slack_sign_in=slack_sign_in,
    )
    online = OnlineLinking(
        linking=linking,
        journeys=Journeys(database.authorizations, clock, token),
        clock=clock,
        redirect_uri=f"{public_url}/oidc/callback",
    )
    # The first that fits counts: who opens the page of an online tenant is led to another.
    routes = [*web.OidcPages(online, link_page, browsers).routes(), *link_page.routes()]
    if slack_sign_in:
        routes += web.SlackOpenIDPages(slack_sign_in, link_page, browsers).routes()
    if settings.slack.client:
        installing = Installing(
            app=SlackOAuth(*settings.slack.client, workspaces.tokenless, settings.slack.api_url),
            installs=workspaces,
            journeys=Journeys(database.install_states, clock, token),
            attempts=database.attempts,
            access=access,
            audit=database.audit,
            clock=clock,
            redirect_uri=f"{public_url}/slack/oauth_redirect",
        )
        pages = web.Pages(page_settings)
        proxies = settings.web.trusted_proxies
        routes += web.InstallPages(installing, link_page, pages, browsers, proxies).routes()
    return routes
