"""A SuperOffice on 127.0.0.1: the story of its companies, told by SOAP."""

from bot.demo.superoffice.server import SuperOffice

__all__ = ["SuperOffice"]
