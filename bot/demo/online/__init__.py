"""SuperOffice CRM Online on 127.0.0.1: sign-in by OpenID Connect, the state service, tenants on nodes."""

from bot.demo.online.server import Online

__all__ = ["Online"]
