"""The prompt: type commands, press buttons by number, be somebody else."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.demo import controls
from bot.demo.controls import FAULTS
from bot.demo.lines import typed_lines
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
  forward <minutes>                 so much time has passed
  clocks                            ten minutes before the next clock change; once more: ten after
  expire                            your sign-in to SuperOffice is over
  limit                             Slack refuses messages for half a minute
  break <how>                       let SuperOffice fail: {faults};  mend: no more
  quit                              leave (or Ctrl-D)
"""


async def prompt(stage: Stage) -> None:
    """Read and do, until the end of input, ``quit`` or Ctrl-C."""
    stage.console.print("[bold]A SuperOffice, a Slack, and the real bot between them.[/] All of it made up.")
    stage.console.print(_help(stage), markup=False)
    async with contextlib.aclosing(typed_lines(lambda: f"{stage.member.name}> ")) as lines:
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
        if name.lower() in {member.name, member.id.lower()} and not member.is_bot:
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
    then = controls.tomorrow(stage, stage.member.zone, at)
    stage.console.print(f"It is {then:%A %H:%M}. A digest that is due comes within ten seconds.")


async def _forward(stage: Stage, minutes: str) -> None:
    if not minutes.isdigit():
        raise LookupError("Forward by minutes, such as 30.")
    then = controls.forward(stage, int(minutes)).astimezone(stage.member.zone)
    stage.console.print(f"It is {then:%A %H:%M}.")


async def _clocks(stage: Stage, _: str) -> None:
    then, is_past = controls.clock_change(stage, stage.member.zone)
    what = "the clocks have been changed" if is_past else "the clocks are changed in ten minutes"
    stage.console.print(f"It is {then:%A} {then.day} {then:%B %H:%M}: {what}.")


async def _expire(stage: Stage, _: str) -> None:
    controls.expire(stage, stage.user)


async def _limit(stage: Stage, _: str) -> None:
    controls.limit(stage)


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
    "forward": _forward,
    "clocks": _clocks,
    "expire": _expire,
    "limit": _limit,
    "break": _break,
    "mend": _mend,
}


def _names(stage: Stage) -> str:
    people = stage.slack.workspace.members.values()
    return ", ".join(member.name for member in people if not member.is_bot)


def _channels(stage: Stage) -> str:
    channels = stage.slack.workspace.channels.values()
    return ", ".join(
        channel.name for channel in channels if stage.member.id in channel.members and channel.name
    )


def _help(stage: Stage) -> str:
    return HELP.format(names=_names(stage), channels=_channels(stage), faults=", ".join(FAULTS))
