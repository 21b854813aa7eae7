"""``python -m bot links``, ``export``, ``forget``, ``preview`` and ``audit``: people, and their data."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from bot import app
from bot.cli.console import json_option, plain_errors, read_settings, tell, until_done, user_option
from bot.clock import SystemClock
from bot.core.errors import BotError
from bot.core.people import SlackUser
from bot.core.subscription import State
from bot.ops.links import list_links
from bot.ops.privacy import audit_as_json, export_user, forget_user, list_audit, stored_about

__all__ = ["COMMANDS"]


@click.command()
def links() -> None:
    """List who is linked, whose sign-in is over or failing, and what outage the tickets outlive."""
    settings = read_settings(os.environ)
    with plain_errors():
        now, policy = SystemClock().now(), settings.keep_alive.policy
        tell(list_links(settings.database, settings.secret_key, policy, now))


@click.command()
@user_option
@click.option("--out", type=click.Path(path_type=Path), help="A new file, for its owner alone; else printed.")
def export(*, user: SlackUser, out: Path | None) -> None:
    """Write everything that is stored about a user as JSON, as `my-data` does. 1 if nothing is."""
    settings = read_settings(os.environ)
    with plain_errors():
        if out and out.exists():
            raise FileExistsError(f"{out} exists: name a new file.")
        text = export_user(settings.database, settings.secret_key, user, SystemClock().now())
        if text is None:
            click.echo(f"Nothing is stored about {'/'.join(user)}.", err=True)
            sys.exit(1)
        if out is None:
            click.echo(text, nl=False)
        else:
            with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(text)


@click.command()
@user_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(*, user: SlackUser, yes: bool) -> None:
    """Delete everything that is stored about a user, with a receipt, while the bot runs or not."""
    settings = read_settings(os.environ)
    with plain_errors():
        stored = stored_about(settings.database, settings.secret_key, user)
        if stored and not yes:
            click.echo("\n".join((f"Stored about {'/'.join(user)}:", *stored)))
            click.confirm("Delete all of it? It cannot be undone.", abort=True)
        tell(forget_user(settings.database, settings.secret_key, user, SystemClock().now()))


@click.command()
@user_option
@click.option("--json", "in_json", is_flag=True, help="The messages' blocks, as Slack would get them.")
def preview(*, user: SlackUser, in_json: bool) -> None:
    """Show what a user's digest would say now, asked as that user; nothing is posted. 1 if there is none."""
    settings = read_settings(os.environ)
    with plain_errors():
        try:
            found = until_done(app.preview(settings, user))
        except (app.NobodyKnown, BotError) as error:
            click.echo(app.why_no_preview(error, user, settings.slack.command), err=True)
            sys.exit(1)
    if in_json:
        click.echo(json.dumps([asdict(message) for message in found.messages], indent=2, ensure_ascii=False))
    else:
        _draw(found, settings.slack.command)


def _draw(found: app.Preview, command: str) -> None:
    from bot.demo.mrkdwn import Viewer
    from bot.demo.terminal import draw  # the demo is outside the product: nothing else loads it

    out = sys.stdout
    console = Console(file=out, highlight=False, width=None if out.isatty() else 100)
    if not found.subscription.id:
        console.print(f"There is none: after {command} digest on it would be this.", markup=False)
    elif found.subscription.state is not State.ON:
        console.print(f"It is {found.subscription.state}: switched on, it would be this.", markup=False)
    for message in found.messages:
        console.print(draw(message.text, message.blocks, Viewer(found.subscription.zone)).content)
        console.print()


@click.command()
@json_option
def audit(*, in_json: bool) -> None:
    """List what was done: who linked, shared, changed, approved, exported, was forgotten, and why."""
    settings = read_settings(os.environ)
    with plain_errors():
        told = audit_as_json if in_json else list_audit
        tell(told(settings.database, settings.secret_key))


COMMANDS = (links, export, forget, preview, audit)
