"""``python -m bot channels``: channels' digests as a reviewed file."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from bot.cli.console import plain_errors, read_settings, tell
from bot.clock import SystemClock
from bot.config import ConfigurationError
from bot.config.channelfile import read_channels
from bot.core.channelfile import ChannelEntry
from bot.holidays import COUNTRIES
from bot.ops.channels import difference, export_channels, import_channels, show_changes

__all__ = ["COMMANDS"]


@click.group()
def channels() -> None:
    """Channels' digests as a reviewed file, while the bot runs or not."""


_file = click.argument("file", type=click.Path(path_type=Path))


@channels.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--private", is_flag=True, help="Private channels, too: their ids, and their owners' ids.")
@click.option("--force", is_flag=True, help="Write over a file.")
def channels_export(*, file: Path | None, private: bool, force: bool) -> None:
    """Write all channels' digests to a new FILE; without one they are printed."""
    settings = read_settings(os.environ)
    with plain_errors():
        if file and file.exists() and not force:
            raise FileExistsError(f"{file} exists: name a new file, or say --force.")
        export = export_channels(settings.database, settings.secret_key, private=private)
        if file:
            file.write_text(export.text, "utf-8")
        else:
            click.echo(export.text, nl=False)
    if export.private:
        left = f"{export.private} of private channels are left out: --private writes them as well."
        click.echo(left, err=True)
    if export.unreadable:
        click.echo(f"{export.unreadable} do not open: see `python -m bot keys check`.", err=True)


@channels.command("import")
@_file
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def channels_import(*, file: Path, dry_run: bool) -> None:
    """Make the digests what FILE says, all of them or none. From then on they are changed there alone."""
    settings, now = read_settings(os.environ), SystemClock().now()
    with plain_errors():
        change = difference if dry_run else import_channels
        tell(show_changes(change(settings.database, settings.secret_key, _entries(file), now)))


@channels.command("diff")
@_file
def channels_diff(*, file: Path) -> None:
    """Say what importing FILE would change. 1 if anything would."""
    settings = read_settings(os.environ)
    with plain_errors():
        found = difference(settings.database, settings.secret_key, _entries(file), SystemClock().now())
        tell(show_changes(found))
    sys.exit(1 if found else 0)


def _entries(file: Path) -> Sequence[ChannelEntry]:
    """What a file says. Everything that is wrong with it is told together."""
    try:
        return read_channels(file.read_text("utf-8"), COUNTRIES, str(file))
    except UnicodeDecodeError:
        click.echo(f"{file} is not UTF-8.", err=True)
    except ConfigurationError as error:
        click.echo(str(error), err=True)
    sys.exit(2)


COMMANDS = (channels,)
