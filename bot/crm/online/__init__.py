"""SuperOffice CRM Online: signing in by OpenID Connect, and hosts that move."""
