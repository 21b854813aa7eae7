"""What all commands of ``python -m bot`` do alike: read the settings, say lines, say what went wrong."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import click

from bot import app
from bot.backup import BackUpRefused
from bot.channels import ImportRefused
from bot.config import ConfigurationError, Settings, load
from bot.keys import RotationRefused
from bot.move import NotMoved

__all__ = ["plain_errors", "read_settings", "tell"]


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings; with what is wrong with them, the end."""
    try:
        return load(environ)
    except ConfigurationError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


@contextmanager
def plain_errors() -> Iterator[None]:
    """What an administrator can mend is said in one line, without a traceback."""
    try:
        yield
    except (*app.CANNOT_START, RotationRefused, NotMoved, ImportRefused, BackUpRefused) as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)


def tell(lines: Iterable[str]) -> None:
    """Say them."""
    for line in lines:
        click.echo(line)
