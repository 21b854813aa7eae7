"""What all commands of ``python -m bot`` do alike: read the settings, say lines, say what went wrong."""

import asyncio
import re
import sys
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from bot import app
from bot.config import ConfigurationError, Settings, load
from bot.core.people import SlackUser
from bot.ops.backup import BackUpRefused
from bot.ops.channels import ImportRefused
from bot.ops.keys import RotationRefused
from bot.ops.move import NotMoved

__all__ = ["json_option", "plain_errors", "read_settings", "tell", "until_done", "user_option"]

Result = TypeVar("Result")


class _User(click.ParamType[SlackUser]):
    """A user of a Slack workspace, such as ``T024BE7LH/U061F7AUR``."""

    name = "workspace/user"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> SlackUser:
        """Read it; `admin links` and `python -m bot links` show both ids."""
        found = re.fullmatch(r"([TE][A-Z0-9]+)/([UW][A-Z0-9]+)", str(value), re.ASCII)
        if not found:
            self.fail(
                "the ids of workspace and user, such as T024BE7LH/U061F7AUR (see `python -m bot links`)"
            )
        return SlackUser(*found.groups())


user_option = click.option("--user", type=_User(), required=True, help="Whose data: T024BE7LH/U061F7AUR.")
json_option = click.option("--json", "in_json", is_flag=True, help="For a program.")


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
    except BrokenPipeError:  # whoever reads has read enough, such as head: click ends without a word
        raise
    except (*app.CANNOT_START, RotationRefused, NotMoved, ImportRefused, BackUpRefused) as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)


def tell(lines: Iterable[str]) -> None:
    """Say them."""
    for line in lines:
        click.echo(line)


def until_done(work: Coroutine[Any, Any, Result]) -> Result:
    """What comes of it, on the fastest loop that there is."""
    try:
        import uvloop
    except ImportError:  # not on Windows
        return asyncio.run(work)
    return uvloop.run(work)
