"""``python -m bot keys``: the keys that seal what is stored."""

import base64
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from bot.cli.console import plain_errors, read_settings, tell
from bot.clock import SystemClock
from bot.ops.keys import Outcome, Report, check_keys, rotate_keys

__all__ = ["COMMANDS"]


@click.group()
def keys() -> None:
    """The keys that seal tickets at rest."""


@keys.command("new")
def new_key() -> None:
    """Print a new key, for BOT_SECRET_KEY."""
    click.echo(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


@keys.command("check")
def check() -> None:
    """Say which key opens how much, what no key opens, and what to do next. 0 if everything opens, else 1."""
    settings = read_settings(os.environ)
    with plain_errors():
        _report(check_keys(settings.database, settings.secret_key, SystemClock().now()))


@keys.command("rotate")
def rotate() -> None:
    """Seal everything anew with the newest key, while the bot runs. It can be stopped, and run again."""
    settings = read_settings(os.environ)
    with plain_errors():
        _report(rotate_keys(settings.database, settings.secret_key, SystemClock(), _progress))


@contextmanager
def _progress(length: int) -> Iterator[Callable[[Outcome], None]]:
    with click.progressbar(length=length, label="Sealing anew", file=sys.stderr) as bar:
        yield lambda _: bar.update(1)


def _report(report: Report) -> NoReturn:
    tell(report.lines)
    sys.exit(report.code)


COMMANDS = (keys,)
