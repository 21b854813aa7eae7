"""``python -m bot demo``: the main job with no account anywhere."""

import asyncio
from typing import TextIO

from bot.demo.prompt import prompt
from bot.demo.servers import StartBot
from bot.demo.stage import set_up
from bot.demo.tour import Disappointed, tour

__all__ = ["play"]

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
        stage.console.print("That was the tour: in a terminal, this is a prompt.", markup=False)
        return 0
