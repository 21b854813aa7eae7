"""Slack: what arrives from it, what is drawn for it, and what is asked of it."""
