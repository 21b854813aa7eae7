"""Slack's side on 127.0.0.1: a workspace or many, its Web API, and how it reaches the app."""

from bot.demo.slack.server import Slack

__all__ = ["Slack"]
