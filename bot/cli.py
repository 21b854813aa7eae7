"""The command line: ``python -m bot``."""

import asyncio
import base64
import json
import os
import re
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console

from bot import __version__, app, logs
from bot.channelcli import channels
from bot.clock import SystemClock
from bot.config import Settings, load
from bot.console import plain_errors, read_settings, tell
from bot.core.errors import BotError
from bot.core.people import SlackUser
from bot.core.subscription import State
from bot.digests import as_json, history, list_digests, listed, show_history, show_status, status
from bot.keys import Outcome, Report, check_keys, rotate_keys
from bot.links import list_links, outage_survived
from bot.operatorcli import backup, examination, move, restoring
from bot.privacy import audit_as_json, export_user, forget_user, list_audit, stored_about
from bot.services.ports import Clock

__all__ = ["main"]

Result = TypeVar("Result")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="superoffice-slack")
def main() -> None:
    """What happened on my companies? SuperOffice activity in Slack."""


@main.command()
@click.option(
    "--role",
    type=click.Choice([*app.Role], case_sensitive=False),
    default=app.Role.RUN,
    help="A part of it, beside other processes: web answers people, clock says what is due, worker does it.",
)
def run(*, role: app.Role) -> None:
    """Run the bot: all in one process. The database is brought up to date first, after a back-up."""
    settings = read_settings(os.environ)
    logs.configure(settings.log_level, settings.log_format)
    with plain_errors():
        _run(_serve(settings, role))


@main.command()
@click.option("--terminal", is_flag=True, help="A prompt to type at instead of the page.")
@click.option("--port", type=click.IntRange(0, 65535), help="Serve the page at this port of 127.0.0.1.")
@click.option("--no-browser", is_flag=True, help="Print the page's address, but open no browser.")
@click.option("--socket-mode", is_flag=True, help="Prompt and tour: Socket Mode instead of HTTP.")
def demo(*, terminal: bool, port: int | None, no_browser: bool, socket_mode: bool) -> None:
    """Try it with no account anywhere: a SuperOffice and a Slack of its own, and the real bot between.

    It is a page in the browser. Where nobody is at a terminal, a tour plays by itself instead, unless a port
    or --no-browser asks for the page.
    """
    from bot.demo.play import play, show_page  # the demo is outside the product: nothing else loads it

    logs.configure("ERROR")
    somebody = sys.stdin.isatty() and sys.stdout.isatty()
    if not terminal and (somebody or no_browser or port is not None):
        with plain_errors():
            sys.exit(_run(show_page(_start, out=sys.stdout, port=port or 0, browser=not no_browser)))
    sys.exit(_run(play(_start, interactive=somebody, out=sys.stdout, socket_mode=socket_mode)))


@main.command()
def migrate() -> None:
    """Bring the database up to date, after a back-up, without running the bot."""
    settings = read_settings(os.environ)
    with plain_errors():
        for line in app.migrate(settings):
            click.echo(line)


@main.command()
def links() -> None:
    """List who is linked, whose sign-in is over or failing, and what outage the tickets outlive."""
    settings = read_settings(os.environ)
    with plain_errors():
        for line in list_links(settings.database, settings.secret_key, settings.keep_alive.policy):
            click.echo(line)


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


_user = click.option("--user", type=_User(), required=True, help="Whose data: T024BE7LH/U061F7AUR.")


@main.command("export")
@_user
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


@main.command()
@_user
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(*, user: SlackUser, yes: bool) -> None:
    """Delete everything that is stored about a user, with a receipt, while the bot runs or not."""
    settings = read_settings(os.environ)
    with plain_errors():
        stored = stored_about(settings.database, settings.secret_key, user)
        if stored and not yes:
            click.echo("\n".join((f"Stored about {'/'.join(user)}:", *stored)))
            click.confirm("Delete all of it? It cannot be undone.", abort=True)
        for line in forget_user(settings.database, settings.secret_key, user, SystemClock().now()):
            click.echo(line)


@main.command()
@_user
@click.option("--json", "in_json", is_flag=True, help="The messages' blocks, as Slack would get them.")
def preview(*, user: SlackUser, in_json: bool) -> None:
    """Show what a user's digest would say now, asked as that user; nothing is posted. 1 if there is none."""
    settings = read_settings(os.environ)
    with plain_errors():
        try:
            found = _run(app.preview(settings, user))
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


_json = click.option("--json", "in_json", is_flag=True, help="For a program.")


@main.group()
def digests() -> None:
    """How the digests are doing, while the bot runs or not."""


@digests.command("status")
@_json
def digests_status(*, in_json: bool) -> None:
    """Say how many are on, due and under way, what became of those of the last day, and what is ahead."""
    settings = read_settings(os.environ)
    with plain_errors():
        found = status(settings.database, settings.secret_key, SystemClock().now())
        tell([as_json(found)] if in_json else show_status(found, settings.slack.messages_per_minute))


@digests.command("list")
@_json
def digests_list(*, in_json: bool) -> None:
    """List every digest, those first that are paused or failed within a day."""
    settings = read_settings(os.environ)
    with plain_errors():
        found = listed(settings.database, settings.secret_key, SystemClock().now())
        tell([as_json(found)] if in_json else list_digests(found))


@digests.command("show")
@_user
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="So many slots.")
@_json
def digests_show(*, user: SlackUser, last: int, in_json: bool) -> None:
    """Show what became of each slot of a user's digests, the latest first. 1 if there is none."""
    settings = read_settings(os.environ)
    with plain_errors():
        found = history(settings.database, settings.secret_key, user, last)
        tell([as_json(found)] if in_json else show_history(found))
    if not found:
        click.echo(f"{'/'.join(user)} has set up no digest.", err=True)
        sys.exit(1)


main.add_command(channels)
main.add_command(examination)
main.add_command(backup)
main.add_command(restoring)
main.add_command(move)


@main.command()
@_json
def audit(*, in_json: bool) -> None:
    """List what was done: who linked, shared, changed, approved, exported, was forgotten, and why."""
    settings = read_settings(os.environ)
    with plain_errors():
        told = audit_as_json if in_json else list_audit
        tell(told(settings.database, settings.secret_key))


@main.group()
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


async def _serve(settings: Settings, role: app.Role) -> None:
    """Run until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with app.running(settings, role=role) as bot:
        app.settle()
        click.echo(f"Listening on {bot.url}", err=True)
        click.echo(outage_survived(settings.keep_alive.policy), err=True)
        stopped = asyncio.create_task(stop.wait())
        ended = asyncio.create_task(bot.ended())
        await asyncio.wait({stopped, ended}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        ended.cancel()


@asynccontextmanager
async def _start(environ: Mapping[str, str], clock: Clock) -> AsyncIterator[app.Bot]:
    async with app.running(load(environ), clock) as bot:
        yield bot


@contextmanager
def _progress(length: int) -> Iterator[Callable[[Outcome], None]]:
    with click.progressbar(length=length, label="Sealing anew", file=sys.stderr) as bar:
        yield lambda _: bar.update(1)


def _report(report: Report) -> NoReturn:
    for line in report.lines:
        click.echo(line)
    sys.exit(report.code)


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        import uvloop
    except ImportError:  # not on Windows
        return asyncio.run(work)
    return uvloop.run(work)
