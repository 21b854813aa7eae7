"""The configuration: read once, every problem reported together, secrets hidden from the start.

The settings are defined in one place, :mod:`bot.config.settings`; the example file and
``docs/configuration.md`` are made from there (`make docs`).
"""

from bot.config.loading import load
from bot.config.parsers import Listen, Network
from bot.config.problems import ConfigurationError, SettingProblem
from bot.config.settings import Commands, KeepAlive, Kept, Linking, Settings, Slack, Web
from bot.config.tenant import TenantConfig, Wsdl
from bot.config.workspace import WorkspaceConfig

__all__ = [
    "Commands",
    "ConfigurationError",
    "KeepAlive",
    "Kept",
    "Linking",
    "Listen",
    "Network",
    "SettingProblem",
    "Settings",
    "Slack",
    "TenantConfig",
    "Web",
    "WorkspaceConfig",
    "Wsdl",
    "load",
]
