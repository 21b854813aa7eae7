"""``python -m bot doctor``, ``migrate``, ``backup``, ``restore``, ``move``: the set-up and the database."""

import asyncio
import os
import sys
from pathlib import Path

import click
from rich.console import Console

from bot import app, logs
from bot.cli.console import json_option, plain_errors, read_settings, tell
from bot.clock import SystemClock
from bot.config import Settings
from bot.doctor import as_json, examine, exit_code, show
from bot.ops.backup import BackUpRefused, back_up, is_good, restore, show_examined
from bot.ops.move import moved
from bot.store import Sealer
from bot.store.copying import examine_copy

__all__ = ["COMMANDS"]

_file = click.argument("file", type=click.Path(path_type=Path))


@click.command("doctor")
@json_option
def examination(*, in_json: bool) -> None:
    """Look at the whole set-up, and say how to mend it. 1 if there is a problem, 2 if in the settings."""
    logs.keep_quiet()
    found = asyncio.run(examine(os.environ, SystemClock()))
    if in_json:
        click.echo(as_json(found))
    else:
        out = sys.stdout
        show(found, Console(file=out, highlight=False, width=None if out.isatty() else 120))
    sys.exit(exit_code(found))


@click.command()
def migrate() -> None:
    """Bring the database up to date, after a back-up, without running the bot."""
    settings = read_settings(os.environ)
    with plain_errors():
        tell(app.migrate(settings))


@click.command()
@_file
@click.option("--verify", is_flag=True, help="Make none: look whether FILE is whole and opens. 1 if not.")
@click.option("--force", is_flag=True, help="Write over a file.")
def backup(*, file: Path, verify: bool, force: bool) -> None:
    """Copy the database to FILE, for its owner alone, while the bot runs or not; the copy is verified."""
    settings = read_settings(os.environ)
    with plain_errors():
        if not verify:
            tell(back_up(_sqlite(settings), settings.secret_key, file, SystemClock().now(), force=force))
            return
        found = examine_copy(_there(file), Sealer.from_text(settings.secret_key))
        tell(show_examined(file, found))
    sys.exit(0 if is_good(found) else 1)


@click.command("restore")
@_file
@click.option("--yes", is_flag=True, help="Do not ask.")
def restoring(*, file: Path, yes: bool) -> None:
    """Put the back-up FILE in the place of the database, while no bot runs; what was there is kept."""
    settings = read_settings(os.environ)
    with plain_errors():
        database = _sqlite(settings)
        _there(file)
        if not yes:
            click.confirm(f"Put {file} in the place of {database}?", abort=True)
        tell(restore(database, settings.secret_key, file, SystemClock().now()))


@click.command()
@click.argument("source")
@click.argument("target")
def move(*, source: str, target: str) -> None:
    """Move all that is stored from SOURCE, sqlite:data/bot.db, to TARGET, postgresql://user@host/database.

    SOURCE stays as it is, and every row is compared. A bot may run on SOURCE meanwhile: then move once more
    when it is stopped.
    """
    with plain_errors():
        tell(moved(source, target, SystemClock().now()))


def _sqlite(settings: Settings) -> Path:
    if not isinstance(settings.database, Path):
        raise BackUpRefused(
            "PostgreSQL is copied by pg_dump and put back by pg_restore, not by this command."
        )
    return settings.database


def _there(file: Path) -> Path:
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file}.")
    return file


COMMANDS = (examination, migrate, backup, restoring, move)
