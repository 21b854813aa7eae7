"""``python -m bot demo``: the main job with no account anywhere."""

import asyncio
import contextlib
import os
import signal
import sys
import webbrowser
from typing import TextIO

from bot.demo.playground import Playground
from bot.demo.prompt import prompt
from bot.demo.servers import StartBot, running_servers
from bot.demo.stage import set_up
from bot.demo.tour import Disappointed, tour

__all__ = ["play", "show_page"]

#: Seconds that the tour may take altogether.
TOUR = 30


async def play(start_bot: StartBot, *, interactive: bool, out: TextIO, socket_mode: bool = False) -> int:
    """Start both servers and the bot; then a prompt, or without a terminal a short tour. The exit code."""
    async with set_up(start_bot, out, socket_mode=socket_mode) as stage:
        if interactive:
            await prompt(stage)
            return 0
        try:
            async with asyncio.timeout(TOUR):
                await tour(stage)
        except (Disappointed, LookupError, OSError) as error:
            stage.console.print(
                f"The tour failed: {str(error) or type(error).__name__}", style="bold red", markup=False
            )
            return 1
        stage.console.print("That was the tour: in a terminal, this is a page to try it at.", markup=False)
        return 0


async def show_page(start_bot: StartBot, *, out: TextIO, port: int = 0, browser: bool = True) -> int:
    """Start both servers and the bot, and serve the playground until Ctrl-C. The exit code."""
    async with running_servers(start_bot, socket_mode=True) as servers, Playground(servers, port) as page:
        out.write("A SuperOffice, a Slack, and the real bot between them. All of it made up:\n")
        out.write(f"\n  {page.url}\n\nCtrl-C ends it.\n")
        out.flush()
        if browser and _has_display():
            await asyncio.to_thread(webbrowser.open, page.url)
        await _interrupted()
    return 0


def _has_display() -> bool:
    """Whether a browser can show itself: one that would take over the terminal is not meant."""
    return sys.platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


async def _interrupted() -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # on Windows Ctrl-C ends it all the same
            loop.add_signal_handler(number, stop.set)
    await stop.wait()
