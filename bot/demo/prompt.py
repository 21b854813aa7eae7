"""The prompt: type commands, press buttons by number, be somebody else."""

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.demo.browser import log_in
from bot.demo.stage import Stage
from bot.demo.story import ACTIONS
from bot.demo.superoffice import SuperOffice

__all__ = ["FAULTS", "do", "prompt"]

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
    page = await log_in(url, user.login, user.password)
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
    """Sign-ins last through the night, as they do while the bot keeps them alive."""
    zone, now = ZoneInfo(stage.member.tz or "UTC"), stage.clock.now()
    try:
        chosen = time.fromisoformat(at or "08:00")
    except ValueError:
        raise LookupError("At a time such as 16:00.") from None
    then = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), chosen, zone)
    stage.crm.tickets.live_through(then - now)
    stage.clock.forward(then - now)
    stage.console.print(f"It is {then:%A %H:%M}. A digest that is due comes within ten seconds.")


async def _happen(stage: Stage, _: str) -> None:
    random = Random()
    company = random.choice(stage.crm.companies(stage.user or stage.crm.seller))
    action = random.choice([name for name in ACTIONS if name != "Created"])
    event = stage.crm.happen(company.id, action, random.choice(stage.crm.users))
    stage.console.print(f"{event.actor.full_name}: {action} at {company.name}", markup=False)


async def _break(stage: Stage, how: str) -> None:
    if how not in FAULTS:
        raise LookupError(f"It can be {', '.join(FAULTS)}.")
    await _mend(stage, "")
    await FAULTS[how](stage.crm)
    stage.console.print(f"SuperOffice is {how}. mend ends that.", markup=False)


async def _mend(stage: Stage, _: str) -> None:
    stage.crm.faults.clear()
    await stage.crm.accept()


async def _down(crm: SuperOffice) -> None:
    await crm.refuse()


async def _expired(crm: SuperOffice) -> None:
    crm.tickets.expire()


def _fault(**how: object) -> Callable[[SuperOffice], Awaitable[None]]:
    async def switch(crm: SuperOffice) -> None:
        crm.faults.set("GetMyActiveContacts", **how)

    return switch


#: What can go wrong, as one would say it of SuperOffice.
FAULTS: dict[str, Callable[[SuperOffice], Awaitable[None]]] = {
    "slow": _fault(delay=6),
    "down": _down,
    "busy": _fault(status=503),
    "failing": _fault(exception_type="SuperOffice.Exceptions.SoDbAccessException"),
    "refusing": _fault(exception_type="SuperOffice.Exceptions.SoSentryException"),
    "silent": _fault(silent=True),
    "forgetful": _expired,
}

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
