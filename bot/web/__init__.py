"""The bot's own pages: linking, and health."""

from bot.web.addresses import Network, client_address
from bot.web.health import Check, Remembered, health_routes
from bot.web.link import LinkPage
from bot.web.metrics import metrics_route
from bot.web.oidc import OidcPages
from bot.web.pages import Pages, PageSettings

__all__ = [
    "Check",
    "LinkPage",
    "Network",
    "OidcPages",
    "PageSettings",
    "Pages",
    "Remembered",
    "client_address",
    "health_routes",
    "metrics_route",
]
