"""``python -m bot digests``: how the digests are doing."""

import os
import sys

import click

from bot.cli.console import json_option, plain_errors, read_settings, tell, user_option
from bot.clock import SystemClock
from bot.core.people import SlackUser
from bot.ops.digests import as_json, history, list_digests, listed, show_history, show_status, status

__all__ = ["COMMANDS"]


@click.group()
def digests() -> None:
    """How the digests are doing, while the bot runs or not."""


@digests.command("status")
@json_option
def digests_status(*, in_json: bool) -> None:
    """Say how many are on, due and under way, what became of those of the last day, and what is ahead."""
    settings = read_settings(os.environ)
    with plain_errors():
        found = status(settings.database, settings.secret_key, SystemClock().now())
        tell([as_json(found)] if in_json else show_status(found, settings.slack.messages_per_minute))


@digests.command("list")
@json_option
def digests_list(*, in_json: bool) -> None:
    """List every digest, those first that are paused or failed within a day."""
    settings = read_settings(os.environ)
    with plain_errors():
        found = listed(settings.database, settings.secret_key, SystemClock().now())
        tell([as_json(found)] if in_json else list_digests(found))


@digests.command("show")
@user_option
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="So many slots.")
@json_option
def digests_show(*, user: SlackUser, last: int, in_json: bool) -> None:
    """Show what became of each slot of a user's digests, the latest first. 1 if there is none."""
    settings = read_settings(os.environ)
    with plain_errors():
        found = history(settings.database, settings.secret_key, user, last)
        tell([as_json(found)] if in_json else show_history(found))
    if not found:
        click.echo(f"{'/'.join(user)} has set up no digest.", err=True)
        sys.exit(1)


COMMANDS = (digests,)
