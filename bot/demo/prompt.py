"""The prompt: type commands, press buttons by number, be somebody else."""

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.demo import controls
from bot.demo.controls import FAULTS
from bot.demo.stage import Stage

__all__ = ["do", "prompt"]

HELP = """\
  today, since monday, me, help …   what you would type after /superoffice
  1, 2, 3 …                         press the button with that number
  link                              where to sign in, and as whom;  login: do it for me
  as <name>                         be somebody else: {names}
  in <channel>                      go to another channel: {channels}
  invite                            bring the bot into the channel
  happen                            something happens in SuperOffice
  tomorrow, tomorrow 16:00          it is tomorrow, 08:00 or then; a digest that is due comes soon
  break <how>                       let SuperOffice fail: {faults};  mend: no more
  quit                              leave (or Ctrl-D)
"""


async def prompt(stage: Stage) -> None:
    """Read and do, until the end of input, ``quit`` or Ctrl-C."""
    stage.console.print("[bold]A SuperOffice, a Slack, and the real bot between them.[/] All of it made up.")
    stage.console.print(_help(stage), markup=False)
    async with contextlib.aclosing(_lines(lambda: f"{stage.member.name}> ")) as lines:
        async for line in lines:
            if line in {"quit", "exit"}:
                return
            try:
                await do(stage, line)
            except (LookupError, TimeoutError, OSError) as error:
                stage.console.print(str(error) or "No answer in time.", markup=False)


async def do(stage: Stage, line: str) -> None:
    """Do one line. Raises :class:`LookupError` or :class:`TimeoutError` with a word for the person."""
    verb, _, rest = line.partition(" ")
    if verb.isdigit():
        await _press(stage, int(verb))
    elif verb in _OWN:
        await _OWN[verb](stage, rest.strip())
    elif line == "?":
        stage.console.print(_help(stage), markup=False)
    else:
        await _type(stage, line.removeprefix("/superoffice").strip())


async def _type(stage: Stage, text: str) -> None:
    stage.clear()
    answer = await stage.slack.command("/superoffice", text, user=stage.member, channel=stage.channel)
    if answer.error:
        stage.console.print(f"/superoffice failed with the error “{answer.error}”.", markup=False)
        return
    await answer.next(30)


async def _press(stage: Stage, number: int) -> None:
    if number not in stage.buttons:
        raise LookupError(f"There is no button {number}.")
    message, button = stage.buttons[number]
    if button.question:
        stage.buttons[number] = message, replace(button, question="")
        stage.console.print(f"{button.question}\nPress {number} again to say yes.", markup=False)
        return
    if button.url:
        stage.console.print(button.url, markup=False, soft_wrap=True)
    stage.clear()
    answer = await stage.slack.press(message, button.action_id, user=stage.member, choice=button.choice)
    if button.url:
        return
    with contextlib.suppress(TimeoutError):
        await answer.next(10)


async def _link(stage: Stage, _: str) -> None:
    if not stage.link_url:
        await _type(stage, "link")
    user = stage.user
    stage.console.print(stage.link_url, markup=False, soft_wrap=True)
    if user is not None:
        stage.console.print(f"User name {user.login}, password {user.password}", markup=False)


async def _login(stage: Stage, _: str) -> None:
    if not stage.link_url:
        await _type(stage, "link")
    user = stage.user
    if user is None:
        raise LookupError(f"{stage.member.real_name} has no SuperOffice user.")
    if not stage.link_url:
        raise LookupError("No link page was offered.")
    url, stage.link_url = stage.link_url, ""
    page = await controls.sign_in(url, user)
    stage.console.print(f"The page says ({page.status}): {page.words}", markup=False)


async def _as(stage: Stage, name: str) -> None:
    for member in stage.slack.workspace.members.values():
        if name.lower() in {member.name, member.id.lower()} and "is_bot" not in member.flags:
            stage.member, stage.link_url = member, ""
            stage.clear()
            return
    raise LookupError(f"Nobody is called that. There are {_names(stage)}.")


async def _in(stage: Stage, name: str) -> None:
    for channel in stage.slack.workspace.channels.values():
        if channel.name and channel.name == name.lstrip("#") and stage.member.id in channel.members:
            stage.channel = channel.id
            stage.clear()
            return
    raise LookupError(f"{stage.member.name} is in no such channel. There are {_channels(stage)}.")


async def _invite(stage: Stage, _: str) -> None:
    stage.slack.invite(stage.channel)


async def _tomorrow(stage: Stage, at: str) -> None:
    then = controls.tomorrow(stage, ZoneInfo(stage.member.tz or "UTC"), at)
    stage.console.print(f"It is {then:%A %H:%M}. A digest that is due comes within ten seconds.")


async def _happen(stage: Stage, _: str) -> None:
    stage.console.print(*controls.happen(stage, stage.user), markup=False)


async def _break(stage: Stage, how: str) -> None:
    await controls.break_(stage, how)
    stage.console.print(f"SuperOffice is {how}. mend ends that.", markup=False)


async def _mend(stage: Stage, _: str) -> None:
    await controls.mend(stage)


_OWN: dict[str, Callable[[Stage, str], Awaitable[None]]] = {
    "link": _link,
    "login": _login,
    "as": _as,
    "in": _in,
    "invite": _invite,
    "happen": _happen,
    "tomorrow": _tomorrow,
    "break": _break,
    "mend": _mend,
}


def _names(stage: Stage) -> str:
    people = stage.slack.workspace.members.values()
    return ", ".join(member.name for member in people if "is_bot" not in member.flags)


def _channels(stage: Stage) -> str:
    channels = stage.slack.workspace.channels.values()
    return ", ".join(
        channel.name for channel in channels if stage.member.id in channel.members and channel.name
    )


def _help(stage: Stage) -> str:
    return HELP.format(names=_names(stage), channels=_channels(stage), faults=", ".join(FAULTS))


async def _lines(ask: Callable[[], str]) -> AsyncGenerator[str, None]:
    """Lines typed, with readline's editing and history; they end with Ctrl-D or Ctrl-C.

    A daemon thread reads: one of the loop's own would keep the program from ending while it waits for a key.
    """
    loop = asyncio.get_running_loop()
    typed: asyncio.Queue[str | None] = asyncio.Queue()
    wanted = threading.Semaphore(0)

    def read() -> None:
        with contextlib.suppress(EOFError, RuntimeError):
            while wanted.acquire():
                line = input(ask())
                loop.call_soon_threadsafe(typed.put_nowait, line)
        with contextlib.suppress(RuntimeError):  # the loop may be gone
            loop.call_soon_threadsafe(typed.put_nowait, None)

    with _terminal_kept(), _interrupt(loop, typed):
        threading.Thread(target=read, name="prompt", daemon=True).start()
        wanted.release()
        while (line := await typed.get()) is not None:
            if line.strip():
                yield line.strip()
            wanted.release()


@contextlib.contextmanager
def _interrupt(loop: asyncio.AbstractEventLoop, typed: asyncio.Queue[str | None]) -> Iterator[None]:
    loop.add_signal_handler(signal.SIGINT, typed.put_nowait, None)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


@contextlib.contextmanager
def _terminal_kept() -> Iterator[None]:
    """Leave the terminal as it was, also where readline is left waiting for a key."""
    try:
        import readline  # noqa: F401  (line editing and history for input())
        import termios

        before = termios.tcgetattr(sys.stdin)
    except (ImportError, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
