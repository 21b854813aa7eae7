"""The bot's own pages: for linking and installing, and for whoever watches the bot."""

from bot.web.addresses import Network, client_address
from bot.web.browsers import Browsers
from bot.web.health import Check, Probe, Remembered, health_routes
from bot.web.install import InstallPages
from bot.web.link import LinkPage
from bot.web.metrics import metrics_route
from bot.web.oidc import OidcPages
from bot.web.pages import Pages, PageSettings
from bot.web.references import referenced
from bot.web.slackopenid import SlackOpenIDPages

__all__ = [
    "Browsers",
    "Check",
    "InstallPages",
    "LinkPage",
    "Network",
    "OidcPages",
    "PageSettings",
    "Pages",
    "Probe",
    "Remembered",
    "SlackOpenIDPages",
    "client_address",
    "health_routes",
    "metrics_route",
    "referenced",
]
