"""Pages, and what is shared of them, while companies come and go between two presses."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.audience import Refusal
from bot.core.errors import CrmUnreachable, LinkNotAllowed, TicketRefused
from bot.core.replies import ActivityAnswer, CannotRead, Failed, NotShared, Shared
from bot.core.requests import Ask, AskWhyHidden, AskWhyShown, Mute, Page, Share
from bot.core.secret import Secret
from bot.core.window import Mark, mark
from bot.services.categories import Categories
from tests.conftest import NOW
from tests.services.conftest import USER, Desk, activity, by, request

MINUTE = timedelta(minutes=1)


def some(count: int) -> list:  # type: ignore[type-arg]
    """Companies 1 to ``count``, the last the longest ago."""
    return [activity(number, NOW - number * MINUTE) for number in range(1, count + 1)]


def ids(answer: object) -> list[int]:
    assert isinstance(answer, ActivityAnswer)
    return [row.company_id for row in answer.rows]


def after(answer: object) -> Page:
    """What the button to the next page carries."""
    assert isinstance(answer, ActivityAnswer)
    return Page(answer.offset + len(answer.rows), answer.window, None, mark(answer.rows[-1]))


async def test_nobody_is_skipped_when_the_list_gets_shorter(linked: Desk) -> None:
    linked.crm.rows = some(20)
    first = await linked.ask("today")
    await linked.wish(Mute(3, "C3"))
    second = await linked.ask("today", after(first))
    assert ids(first) + ids(second) == list(range(1, 21))
    assert isinstance(second, ActivityAnswer)
    assert (second.offset, second.total, second.moved) == (9, 19, 0)


async def test_nobody_comes_twice_when_the_list_gets_longer_and_it_is_said(linked: Desk) -> None:
    linked.crm.rows = some(20)
    first = await linked.ask("today")
    again = [activity(number, NOW + number * MINUTE) for number in (15, 99)]
    linked.crm.rows = [*again, *(row for row in some(20) if row.company_id != 15)]
    second = await linked.ask("today", after(first))
    assert ids(second) == [n for n in range(11, 21) if n != 15]
    assert isinstance(second, ActivityAnswer)
    assert (second.offset, second.moved) == (12, 2)


async def test_a_saved_filter_is_carried_as_it_was(linked: Desk) -> None:
    linked.crm.rows = [by(n, n % 2, time=NOW - n * MINUTE) for n in range(1, 41)]
    await linked.ask('filter save f by:"Person 1"')
    first = await linked.ask("today filter:f")
    assert isinstance(first, ActivityAnswer)
    assert first.asked == 'today by:"Person 1"'
    await linked.ask('filter save f by:"Person 0"')
    assert ids(await linked.ask(first.asked, after(first))) == list(range(21, 41, 2))


@pytest.mark.parametrize("text", ["catchup by:me", "catchup top:3", "catchup action:created"])
async def test_a_filtered_catchup_is_none(linked: Desk, text: str) -> None:
    linked.crm.rows = some(12)
    await linked.ask(text)
    link = await linked.store.links.get(USER)
    assert link
    assert link.caught_up_at is None


async def test_shared_is_what_was_shown_and_no_other(linked: Desk) -> None:
    linked.crm.rows = some(30)
    second = await linked.ask("today top:20", after(await linked.ask("today")))
    assert isinstance(second, ActivityAnswer)
    shown = tuple(map(mark, second.rows))
    linked.crm.rows = [activity(12, NOW + MINUTE), *(row for row in some(30) if row.company_id != 12)]
    await linked.wish(Mute(2, "C2"))
    assert await linked.wish(Share("today top:20", second.page, shown)) == Shared("C1", "1.2")
    (page,) = linked.channels.posted
    assert [row.company_id for row in page.answer.rows] == [11, *range(13, 21)]
    assert page.changed == 1


async def test_nothing_left_to_share_is_said(linked: Desk) -> None:
    linked.crm.rows = [activity(1, NOW + MINUTE)]
    assert await linked.wish(Share("today", Page(), (Mark(NOW, 1),))) == NotShared(Refusal.CHANGED, "C1")
    assert linked.channels.posted == []


async def test_a_share_that_runs_out_of_time_may_have_been_posted(linked: Desk) -> None:
    linked.crm.rows = [activity(1)]
    linked.channels.delay = 5
    failed = await linked.wish(Share("today", Page(), (mark(activity(1)),)))
    assert isinstance(failed, Failed)
    assert (failed.code, failed.command) == ("post-uncertain", "")


@pytest.mark.parametrize(
    "wish", [Share("today", Page(), ()), AskWhyHidden("today", Page()), AskWhyShown("today", Page(), 1)]
)
async def test_only_a_question_can_be_tried_again(linked: Desk, wish: Share | AskWhyHidden) -> None:
    linked.crm.error = CrmUnreachable(tenant="onsite", reason="refused")
    failed = await linked.wish(wish)
    assert isinstance(failed, Failed)
    assert failed.command == ""


async def test_a_guest_is_not_told_to_try_again(desk: Desk) -> None:
    desk.people.is_guest = True
    failed = await desk.ask("today")
    assert isinstance(failed, Failed)
    assert (failed.code, failed.command) == (LinkNotAllowed.code, "")


async def test_what_cannot_be_read_any_more_is_said_beside_the_answer(linked: Desk) -> None:
    pressed = replace(request(Ask("today filter:gone", Page(10))), pressed=True, replace=True)
    await linked.commands.answer(pressed)
    reply, _, replaced = linked.messenger.said[-1]
    assert isinstance(reply, CannotRead)
    assert not replaced


async def test_an_answer_on_its_way_is_not_followed_by_another(linked: Desk) -> None:
    linked.messenger.delay = 0.05
    task = asyncio.create_task(linked.commands.answer(request(Ask("today"))))
    await linked.messenger.sending.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [type(reply) for reply, _, _ in linked.messenger.said] == [ActivityAnswer]


async def test_why_counts_rows_without_a_number(linked: Desk) -> None:
    linked.crm.rows = [activity(0), activity(0), activity(0)]
    why = await linked.wish(AskWhyHidden("today", Page()))
    assert (why.shown, why.total) == (3, 3)  # type: ignore[union-attr]


async def test_a_name_that_nobody_has_is_told(linked: Desk) -> None:
    linked.crm.rows = [by(1, 7)._replace(actor="Ida Holm")]
    answer = await linked.ask("today by:Idda not:me")
    assert isinstance(answer, ActivityAnswer)
    assert answer.unknown_people == (("Idda", "Ida Holm"),)


async def test_one_list_of_categories_for_all_who_wait(linked: Desk) -> None:
    linked.crm.list_error = CrmUnreachable(tenant="onsite", reason="refused")
    asked = [linked.commands.answer(request(Ask("today category:Customer"), f"d{n}")) for n in range(10)]
    await asyncio.gather(*asked)
    assert linked.crm.lists == 1
    assert [reply.code for reply, _, _ in linked.messenger.said] == ["crm-unreachable"] * 10  # type: ignore[union-attr]


async def test_a_colleagues_dead_ticket_is_no_reason_to_refuse_the_list(linked: Desk) -> None:
    """Both want it at the same time; the one who comes first is refused."""
    crm, colleague = linked.crm, Secret("a colleague's")
    crm.dead.add(colleague.reveal())
    categories = Categories(linked.clock)
    asking = (categories.names(crm, ticket, "en") for ticket in (colleague, Secret("mine")))
    refused, found = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(refused, TicketRefused)
    assert found == ("Customer", "Prospect")
    assert crm.lists == 2, "the colleague's is not tried again"


async def test_an_old_list_of_categories_is_better_than_none(linked: Desk) -> None:
    await linked.ask("today category:Customer")
    linked.clock.move(hours=30)
    linked.crm.list_error = CrmUnreachable(tenant="onsite", reason="refused")
    assert isinstance(await linked.ask("today category:Customer"), ActivityAnswer)


async def test_an_old_list_of_categories_does_not_tell_what_there_is_none_of(linked: Desk) -> None:
    """It may have just been added: a digest that asks for it would be paused for good."""
    await linked.ask("today category:Customer")
    linked.clock.move(minutes=5)
    linked.crm.list_error = CrmUnreachable(tenant="onsite", reason="refused")
    failed = await linked.ask("today category:New")
    assert isinstance(failed, Failed)
    assert failed.code == "crm-unreachable"
