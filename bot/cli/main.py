"""``python -m bot run`` and ``demo``, and all the other commands beside them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import click

from bot import __version__, app, logs
from bot.cli import channels, database, digests, keys, people
from bot.cli.console import plain_errors, read_settings, until_done
from bot.config import Settings, load
from bot.ops.links import outage_survived
from bot.services.ports import Clock

__all__ = ["main", "start_bot"]


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
        until_done(_serve(settings, role))


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
            sys.exit(until_done(show_page(start_bot, out=sys.stdout, port=port or 0, browser=not no_browser)))
    sys.exit(until_done(play(start_bot, interactive=somebody, out=sys.stdout, socket_mode=socket_mode)))


for command in (*channels.COMMANDS, *database.COMMANDS, *digests.COMMANDS, *keys.COMMANDS, *people.COMMANDS):
    main.add_command(command)


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
async def start_bot(environ: Mapping[str, str], clock: Clock) -> AsyncIterator[app.Bot]:
    """The real one, in the demo: it is of no part of the bot."""
    async with app.running(load(environ), clock) as bot:
        yield bot
