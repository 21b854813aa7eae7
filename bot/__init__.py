"""superoffice-slack: a self-hosted Slack bot for people who work with SuperOffice CRM."""

__version__ = "0.1.0"
