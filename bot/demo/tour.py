"""The tour: the main job, played by itself, each answer drawn; a failed expectation ends it."""

import asyncio
from collections.abc import Callable

from bot.demo.browser import log_in
from bot.demo.slack.answers import Answer
from bot.demo.slack.workspace import Message
from bot.demo.stage import Stage

__all__ = ["Disappointed", "tour"]

#: Seconds for one answer.
PATIENCE = 10.0


class Disappointed(Exception):
    """Something did not happen as it should; the text says what, in plain words."""


async def tour(stage: Stage) -> None:
    """Play it. Raises :class:`Disappointed`."""
    # Just after midnight nothing would have happened today.
    stage.crm.happen(stage.crm.companies(stage.crm.seller)[1].id, "DocumentAdded", stage.crm.manager)
    offered = await _type(stage, "today")
    await _answered(offered, "an offer to link", lambda message: bool(stage.link_url))
    await _link(stage, offered)
    everything = await _expect(stage, "since monday")
    await _share(stage, everything)
    await _expect(stage, "filter save news action:document,follow-up not:me")
    await _expect(stage, "since 2w filter:news top:3 style:table")
    await _expect(stage, "since mondy actoin:created category:VPI")
    await _expect(stage, "me")
    await _expect(stage, "help")
    await _something_new(stage)
    await _expect(stage, "digest at 08:00 weekdays")
    await _digest(stage)
    await _unlink(stage)


async def _type(stage: Stage, text: str) -> Answer:
    stage.clear()
    stage.console.print(f"[bold green]{stage.member.name}[/] types [bold]/superoffice {text}[/]")
    answer = await stage.slack.command("/superoffice", text, user=stage.member, channel=stage.channel)
    if not answer.acknowledged:
        raise Disappointed(
            f"/superoffice {text} was not acknowledged: {answer.error} (HTTP {answer.status})."
        )
    return answer


async def _answered(answer: Answer, what: str, wanted: Callable[[Message], bool] = lambda _: True) -> Message:
    try:
        async with asyncio.timeout(PATIENCE):
            while not wanted(message := await answer.next(PATIENCE)):
                pass
            return message
    except TimeoutError:
        raise Disappointed(f"I expected {what}, and waited {PATIENCE:.0f} seconds.") from None


async def _expect(stage: Stage, text: str) -> Message:
    return await _answered(await _type(stage, text), f"an answer to /superoffice {text}")


async def _link(stage: Stage, offered: Answer) -> None:
    user = stage.user
    if user is None:
        raise Disappointed("Nobody of that name can sign in to SuperOffice.")
    stage.console.print(f"[bold green]{stage.member.name}[/] signs in on the page as {user.login}")
    page = await log_in(stage.link_url, user.login, user.password)
    if page.status != 200:
        raise Disappointed(f"The link page answered HTTP {page.status}: {page.words[:200]}")
    stage.console.print(f"[dim]The page says:[/dim] {page.words}\n", markup=True)
    # The command typed before linking is answered now.
    await _answered(
        offered, "the answer that waited for linking", lambda message: _tells_activity(stage, message)
    )


async def _share(stage: Stage, message: Message) -> None:
    stage.console.print(f"[bold green]{stage.member.name}[/] presses [bold]Share in Channel[/]")
    stage.clear()
    pressed = await stage.slack.press(message, "share", user=stage.member)
    await _answered(pressed, "a word on what was shared")
    if not any(each.ephemeral_to is None for each in stage.slack.messages(stage.channel)):
        raise Disappointed("What was shared does not stand in the channel.")


async def _something_new(stage: Stage) -> None:
    company = stage.crm.companies(stage.crm.seller)[0]
    stage.console.print("[bold green]ida[/] adds a follow-up in SuperOffice\n")
    stage.crm.happen(company.id, "NewActivity", stage.crm.colleague)
    message = await _expect(stage, "today")
    if company.name not in str(message.blocks):
        raise Disappointed("A new follow-up does not show in the answer to /superoffice today.")


async def _digest(stage: Stage) -> None:
    """One that is sent at once, and counts for nothing."""
    await _expect(stage, "digest test")
    if not any(_tells_activity(stage, each) for each in stage.slack.direct_messages(stage.member)):
        raise Disappointed("The digest does not stand among the direct messages.")


async def _unlink(stage: Stage) -> None:
    question = await _expect(stage, "unlink")
    pressable = [
        element["action_id"] for _, element in question.elements() if element.get("style") == "danger"
    ]
    if pressable:
        pressed = await stage.slack.press(question, pressable[0], user=stage.member)
        await _answered(pressed, "a word on what was deleted")
    await _answered(await _type(stage, "today"), "an offer to link again", lambda _: bool(stage.buttons))


def _tells_activity(stage: Stage, message: Message) -> bool:
    """Whether a message names one of the seller's companies."""
    told = str(message.blocks)
    return any(f"contact_id={company.id}" in told for company in stage.crm.companies(stage.crm.seller))
