"""A channel's digest on real connections: SOAP on one side, a Slack that checks blocks on the other."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

import pytest

from bot.core.people import Link, Principal
from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member, Message
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.cast import User
from bot.demo.superoffice.story import Company
from tests.e2e.channels import PUBLIC, Rig, rigged, title, user

Record = Callable[[str, object], None]

PEOPLE = ((Slack.seller, SuperOffice.seller), (Slack.manager, SuperOffice.manager))
#: From the rig's time, 09:41 in Oslo, to eight o'clock the next day.
TO_EIGHT = {"hours": 22, "minutes": 19, "seconds": 1}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A bot, with a channel's digest that two people share with."""
    async with rigged(tmp_path / "bot.db") as made:
        for member, who in PEOPLE:
            await link(made, member, who)
        await made.digest(PUBLIC, Slack.seller, Slack.manager)
        yield made


async def link(rig: Rig, member: Member, who: User) -> None:
    """With a new ticket."""
    now, ticket = rig.clock.now(), Secret(rig.crm.ticket(who))
    principal = Principal(who.associate_id, who.person_id, who.full_name, who.login)
    await rig.store.links.put(Link(user(member), "onsite", principal, now, now, ticket))


def only(rig: Rig, who: User, other: User) -> int:
    """A company that one of them sees and the other does not."""
    theirs = {company.id for company in rig.crm.companies(other)}
    return next(company.id for company in rig.crm.companies(who) if company.id not in theirs)


def written(*messages: Message) -> str:
    """All that is in their blocks."""
    return json.dumps([message.blocks for message in messages], ensure_ascii=False)


async def test_one_headline_and_in_its_thread_each_company_once(rig: Rig) -> None:
    hers, his = only(rig, *(who for _, who in PEOPLE)), only(rig, *(who for _, who in reversed(PEOPLE)))
    rig.clock.move(**TO_EIGHT)
    for company in (hers, his):
        rig.crm.happen(company, "DocumentAdded", SuperOffice.colleague)
    for member, who in PEOPLE:
        await link(rig, member, who)
    await rig.tick()
    headline, *thread = rig.posted()
    assert "of the team's companies moved" in title(headline)
    assert thread
    assert {message.thread_ts for message in thread} == {headline.ts}
    told = written(*thread)
    for company in (hers, his):
        assert told.count(f'contact_id={company}"') == 1
    assert f"seen by {SuperOffice.seller.full_name}" in told
    assert "<@" not in told + written(headline)


async def test_a_ticket_that_is_over_is_a_missing_view_until_they_sign_in_again(rig: Rig) -> None:
    his = only(rig, *(who for _, who in reversed(PEOPLE)))
    rig.clock.move(**TO_EIGHT)
    rig.crm.happen(his, "DocumentAdded", SuperOffice.colleague)
    for member, who in PEOPLE:
        await link(rig, member, who)
    rig.crm.tickets.expire(SuperOffice.manager)
    await rig.tick()
    headline, *thread = rig.posted()
    assert f"1 of 2 views is missing. SuperOffice sign-in over: {SuperOffice.manager.full_name}." in written(
        headline
    )
    assert f'contact_id={his}"' not in written(*thread)
    rig.clock.move(days=3)  # over the weekend
    for member, who in PEOPLE:
        await link(rig, member, who)
    await rig.tick()
    assert f'contact_id={his}"' in written(*rig.posted()[1 + len(thread) :])


async def test_everybody_can_act_on_the_headline_which_stays_as_it_is(rig: Rig) -> None:
    rig.clock.move(**TO_EIGHT)
    rig.crm.happen(only(rig, *(who for _, who in PEOPLE)), "DocumentAdded", SuperOffice.colleague)
    for member, who in PEOPLE:
        await link(rig, member, who)
    await rig.tick()
    headline = rig.posted()[0]
    before = written(*rig.posted())
    mine = await rig.press(headline, "channel.mine", Slack.manager)
    assert "share" in (await mine.next()).text
    join = await rig.press(headline, "channel.join", Slack.colleague)
    assert (await join.next()).ephemeral_to == Slack.colleague.id
    change = await rig.press(headline, "channel.change", Slack.colleague)
    assert change.acknowledged
    assert written(*rig.posted()) == before


@pytest.mark.long
async def test_three_hundred_people_forty_of_them_with_dead_tickets(
    tmp_path: Path, record_property: Record
) -> None:
    """All of it over SOAP and HTTP: one digest, on time; forty told once; theirs told once they signed in."""
    async with rigged(tmp_path / "bot.db") as rig:
        people = [*crowd(rig, 300)]
        dead = people[:40]
        for member, who in people:
            await link(rig, member, who)
        await rig.digest(PUBLIC, *(member for member, _ in people))
        await at_eight(rig, people)
        for _, who in dead:
            rig.crm.tickets.expire(who)
        began = perf_counter()
        await rig.tick()
        record_property("seconds", f"{perf_counter() - began:.1f}")
        headline, *thread = rig.posted()
        assert "260 of the team's companies moved" in title(headline)
        assert "40 of 300 views are missing. SuperOffice sign-in over:" in written(headline)
        assert told(thread) == {company(number): 1 for number in range(40, 300)}
        for _ in range(3):
            await rig.tick(hours=1)
        assert [len(rig.slack.direct_messages(member)) for member, _ in people] == [1] * 40 + [0] * 260
        for member, who in dead:
            await link(rig, member, who)
        before = len(rig.posted())
        rig.clock.move(days=2, hours=21)  # Monday, at eight
        for member, who in people:
            await link(rig, member, who)
        await rig.tick()
        assert told(rig.posted()[before:]) == {company(number): 1 for number in range(40)}
        assert "views are missing" not in written(rig.posted()[before])


def company(number: int) -> int:
    """The one of a member of the crowd."""
    return 10_000 + number


def crowd(rig: Rig, count: int) -> Iterator[tuple[Member, User]]:
    """So many more people in the channel, each with a company."""
    for number in range(count):
        name, mail = f"Person {number}", f"p{number}@example.com"
        member = Member(f"U0CROWD{number:03}", f"p{number}", name, mail)
        rig.slack.workspace.members[member.id] = member
        rig.slack.workspace.channels[PUBLIC].members.add(member.id)
        who = User(f"P{number}", "", mail, name, 2000 + number, 3000 + number)
        id_ = company(number)
        rig.crm.story.add_company(Company(id_, f"Company {id_}", "", "", "", 1, who, (9000 + number,)))
        yield member, who


async def at_eight(rig: Rig, people: Sequence[tuple[Member, User]]) -> None:
    """Something happens on everybody's company; it is eight, and nobody's ticket is over."""
    rig.clock.move(**TO_EIGHT)
    for number in range(len(people)):
        rig.crm.happen(company(number), "DocumentAdded", SuperOffice.colleague)
    for member, who in people:
        await link(rig, member, who)


def told(messages: Sequence[Message]) -> Counter[int]:
    """How often each company stands in them."""
    return Counter(int(each) for each in re.findall(r'contact_id=(\d+)"', written(*messages)))
