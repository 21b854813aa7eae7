"""Answering: whatever goes wrong, one reply comes, and it says what happened."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.activity import Action, Activity
from bot.core.errors import BotError, Busy, CrmUnreachable, LinkExpired, SlackFailed, TicketRefused
from bot.core.people import Link, Principal, Profile, SlackUser
from bot.core.period import Between, Today
from bot.core.replies import (
    ActivityAnswer,
    CannotRead,
    Failed,
    HelpText,
    Linked,
    LinkOffer,
    Me,
    NotLinkedYet,
    Reader,
    Reply,
    Unlinked,
    UnlinkQuestion,
)
from bot.core.replies import Busy as BusyReply
from bot.core.requests import FIRST, Ask, Confirm, Conversation, Page, Request
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.core.window import Window
from bot.services.activities import Activities, Tenant
from bot.services.answers import Answers
from bot.services.commands import Commands
from bot.services.linking import Linked as LinkedNow
from bot.services.linking import Linking
from bot.services.ports import ActivityQuery, Category, Invitation, SignedIn, Snapshot, SystemInfo
from bot.services.readers import Readers
from bot.store import Store, migrate, opened
from tests.conftest import NOW, StoppedClock

USER = SlackUser("T1", "U1")
ME = Principal(528, 419, "Kianna Ledner", "KLED")
OSLO = ZoneInfo("Europe/Oslo")


def activity(company: int, time: datetime | None = NOW) -> Activity:
    return Activity(company, f"C{company}", "", "", "", "", "", 0, Action.UPDATED, (), time, "", 0, 0, 0)


@dataclass
class Crm:
    """A SuperOffice that says what a test wants."""

    tenant: str = "onsite"
    rows: Sequence[Activity] = ()
    error: Exception | None = None
    delay: float = 0
    asked: list[ActivityQuery] = field(default_factory=list)
    ahead: timedelta = timedelta(0)
    warnings: Sequence[ServerWarning] = ()

    async def now(self) -> datetime:
        return NOW + self.ahead

    async def activities(self, ticket: Secret, query: ActivityQuery) -> Snapshot:
        self.asked.append(query)
        await asyncio.sleep(self.delay)
        if self.error:
            raise self.error
        return Snapshot(self.rows, NOW + self.ahead)

    async def sign_in(self, username: str, password: Secret) -> SignedIn:
        return SignedIn(ME, Secret("ticket"))

    async def me(self, ticket: Secret) -> Principal:
        return ME

    async def categories(self, ticket: Secret) -> Sequence[Category]:
        return ()

    async def system_info(self) -> SystemInfo:
        return SystemInfo("", "")


@dataclass
class People:
    """A Slack with one user."""

    zone: str | None = "Europe/Oslo"
    is_admin: bool = False
    is_guest: bool = False
    error: Exception | None = None

    async def profile(self, user: SlackUser) -> Profile:
        if self.error:
            raise self.error
        return Profile(user, "kianna", self.zone, is_admin=self.is_admin, is_guest=self.is_guest)


@dataclass
class Messenger:
    """Keeps what it is told to say."""

    said: list[tuple[Reply, Reader, bool]] = field(default_factory=list)
    error: Exception | None = None

    async def reply(self, to: Conversation, reply: Reply, reader: Reader, *, replace: bool = False) -> None:
        if self.error:
            raise self.error
        self.said.append((reply, reader, replace))


@dataclass
class AtOnce:
    """Runs nothing until told; or is full."""

    full: bool = False
    jobs: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    def submit(self, job: Callable[[], Awaitable[None]]) -> None:
        if self.full:
            raise Busy
        self.jobs.append(job)

    def spawn(self, job: Callable[[], Awaitable[None]]) -> None:
        self.jobs.append(job)


@dataclass
class Desk:
    """The use case with what surrounds it."""

    crm: Crm
    people: People
    messenger: Messenger
    runner: AtOnce
    clock: StoppedClock
    store: Store
    commands: Commands

    async def ask(self, text: str, page: Page = FIRST, delivery: str = "") -> Reply:
        """Ask, and read the last reply."""
        taken = await self.commands.take(request(Ask(text, page), delivery or f"d{len(self.messenger.said)}"))
        assert taken is None
        await self.runner.jobs.pop()()
        return self.messenger.said[-1][0]


def request(wish: Ask | Confirm, delivery: str = "d") -> Request:
    return Request(delivery, Conversation(USER, "C1", Secret("https://slack.example/response")), wish)


@pytest.fixture
def desk(tmp_path, clock: StoppedClock):  # type: ignore[no-untyped-def]
    """A desk on a real store."""
    migrate(tmp_path / "bot.db", NOW)
    with opened(tmp_path / "bot.db", Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")) as store:
        crm, people, messenger, runner = Crm(), People(), Messenger(), AtOnce()
        tenants = {"onsite": Tenant(crm, "https://crm.example.com", OSLO)}

        async def on_linked(done: LinkedNow) -> None:
            runner.submit(lambda: commands.linked(done))

        linking = Linking(
            links=store.links,
            invitations=store.invitations,
            attempts=store.attempts,
            crm=crm,
            people=people,
            clock=clock,
            token=lambda: Secret("nonce" + "0" * 38),
            on_linked=on_linked,
        )
        readers = Readers(people, OSLO)
        answers = Answers(
            activities=Activities(tenants, store.links, clock),
            tenants=tenants,
            linking=linking,
            links=store.links,
            readers=readers,
            clock=clock,
            link_url=lambda invited: Secret(f"https://bot.example.com/link/{invited.url_nonce.reveal()}"),
        )
        commands = Commands(
            answers=answers,
            readers=readers,
            deliveries=store.deliveries,
            messenger=messenger,
            runner=runner,
            clock=clock,
            reference=lambda: "ref",
            patience=timedelta(seconds=0.05),
        )
        yield Desk(crm, people, messenger, runner, clock, store, commands)


@pytest.fixture
async def linked(desk: Desk) -> Desk:
    """A desk whose user is linked."""
    await desk.store.links.put(Link(USER, "onsite", ME, NOW, NOW, Secret("ticket")))
    return desk


async def test_an_answer(linked: Desk) -> None:
    linked.crm.rows = [activity(1), activity(2, NOW - timedelta(days=400))]
    reply = await linked.ask("since monday")
    assert isinstance(reply, ActivityAnswer)
    assert [row.company_id for row in reply.rows] == [1]
    assert reply.total == 1 == reply.count
    assert linked.crm.asked == [ActivityQuery(datetime(2026, 11, 16, tzinfo=OSLO))]


async def test_a_ticket_that_was_used_lives_on(linked: Desk) -> None:
    linked.clock.move(hours=3)
    await linked.ask("today")
    link = await linked.store.links.get(USER)
    assert link
    assert link.used_at == NOW + timedelta(hours=3)


async def test_days_begin_by_the_servers_clock(linked: Desk) -> None:
    linked.crm.ahead = timedelta(days=1)
    reply = await linked.ask("today")
    assert isinstance(reply, ActivityAnswer)
    assert reply.window.start == datetime(2026, 11, 20, tzinfo=OSLO)


async def test_pages(linked: Desk) -> None:
    linked.crm.rows = [activity(n, NOW - timedelta(minutes=n)) for n in range(25)]
    first = await linked.ask("today")
    assert isinstance(first, ActivityAnswer)
    assert [row.company_id for row in first.rows] == list(range(10))
    last = await linked.ask("today", Page(20, first.window))
    assert isinstance(last, ActivityAnswer)
    assert [row.company_id for row in last.rows] == list(range(20, 25))
    linked.crm.rows = linked.crm.rows[:12]
    fewer = await linked.ask("today", Page(20, first.window))
    assert isinstance(fewer, ActivityAnswer)
    assert fewer.offset == 10


async def test_a_page_may_hold_both_kinds(linked: Desk) -> None:
    end = NOW - timedelta(hours=1)
    linked.crm.rows = [activity(n, end + timedelta(minutes=6.5 - n)) for n in range(13)]
    reply = await linked.ask("yesterday", Page(0, Window(NOW - timedelta(days=1), end)))
    assert isinstance(reply, ActivityAnswer)
    assert (len(reply.rows), len(reply.later), reply.count, reply.later_count) == (6, 4, 6, 7)
    reply = await linked.ask("yesterday", Page(10, Window(NOW - timedelta(days=1), end)))
    assert isinstance(reply, ActivityAnswer)
    assert (len(reply.rows), len(reply.later)) == (0, 3)


@pytest.mark.parametrize("text", ["since 2027-01-01", "since 2020-01-01"])
async def test_moments_out_of_reach_are_not_asked(linked: Desk, text: str) -> None:
    assert isinstance(await linked.ask(text), CannotRead)
    assert linked.crm.asked == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CrmUnreachable(tenant="onsite", reason="refused"), "crm-unreachable"),
        (LinkExpired(), "link-expired"),
        (RuntimeError("Nordlys Kraft AS"), "unexpected"),
        (KeyError("7T:abc"), "unexpected"),
    ],
)
async def test_a_failure_says_so(linked: Desk, error: Exception, code: str) -> None:
    linked.crm.error = error
    reply = await linked.ask("today")
    assert isinstance(reply, Failed)
    assert (reply.code, reply.reference, reply.command) == (code, "ref", "today")


async def test_it_gives_up_in_time(linked: Desk) -> None:
    linked.crm.delay = 5
    reply = await linked.ask("today")
    assert isinstance(reply, Failed)
    assert reply.code == "crm-timed-out"


async def test_waiting_in_the_queue_counts(linked: Desk) -> None:
    await linked.commands.take(request(Ask("today")))
    linked.clock.move(minutes=1)
    await linked.runner.jobs.pop()()
    reply = linked.messenger.said[-1][0]
    assert isinstance(reply, Failed)
    assert reply.code == "busy", "it was not SuperOffice that took so long"


async def test_only_what_asks_superoffice_waits_for_it(desk: Desk) -> None:
    desk.runner.full = True
    for text in ("help", "me", "link", "unlink", "bogus"):
        assert not isinstance(await desk.ask(text), BusyReply)


async def test_a_store_that_fails_costs_no_answer(linked: Desk) -> None:
    linked.store.db.execute("DROP TABLE deliveries")
    assert isinstance(await linked.ask("help"), HelpText)
    linked.store.db.execute("CREATE TRIGGER full BEFORE UPDATE ON links BEGIN SELECT raise(ABORT, ''); END")
    assert isinstance(await linked.ask("today"), ActivityAnswer)


async def test_a_guest_is_not_sent_to_a_page_that_refuses(desk: Desk) -> None:
    desk.people.is_guest = True
    for text in ("link", "today"):
        failed = await desk.ask(text)
        assert isinstance(failed, Failed)
        assert failed.code == "link-not-allowed"


async def test_who_is_not_linked_is_invited_and_answered_afterwards(desk: Desk) -> None:
    offer = await desk.ask("since monday")
    assert isinstance(offer, LinkOffer)
    assert offer.command == "since monday"
    again = await desk.ask("link")
    assert isinstance(again, LinkOffer)
    assert again.command == "since monday", "asking again keeps what was asked"
    link = Link(USER, "onsite", ME, NOW, NOW, Secret("ticket"))
    await desk.store.links.put(link)
    invitation = Invitation(USER, NOW, "since monday", "C1", Secret("https://slack.example/response"))
    await desk.commands.linked(LinkedNow(link, invitation))
    (confirmed, _, replaced), (answer, _, _) = desk.messenger.said[-2:]
    assert isinstance(confirmed, Linked)
    assert replaced
    assert isinstance(answer, ActivityAnswer)


async def test_a_ticket_that_ended_leads_to_the_page(linked: Desk) -> None:
    linked.crm.error = TicketRefused(tenant="onsite")
    offer = await linked.ask("today")
    assert isinstance(offer, LinkOffer)
    assert offer.ended
    assert offer.command == "today"


async def test_me_and_unlink(desk: Desk) -> None:
    assert await desk.ask("me") == NotLinkedYet()
    await desk.ask("today")
    assert await desk.ask("me") == NotLinkedYet(NOW + timedelta(minutes=10)), (
        "what waits is stored, so say so"
    )
    assert await desk.ask("unlink") == NotLinkedYet()
    assert await desk.ask("me") == NotLinkedYet(), "and that was deleted"
    await desk.store.links.put(Link(USER, "onsite", ME, NOW, NOW, Secret("ticket")))
    me = await desk.ask("me")
    assert isinstance(me, Me)
    assert me.expires_at == NOW + timedelta(hours=6)
    assert not me.ended
    desk.clock.move(hours=6)
    later = await desk.ask("me")
    assert isinstance(later, Me)
    assert later.ended
    assert isinstance(await desk.ask("unlink"), UnlinkQuestion)
    for expected in (Unlinked(), NotLinkedYet()):
        await desk.commands.answer(request(Confirm()))
        assert desk.messenger.said[-1][0] == expected
    assert await desk.store.links.get(USER) is None


async def test_admins_hear_what_is_wrong_with_the_server(linked: Desk) -> None:
    linked.crm.warnings = (ServerWarning("clock-skew", "+300"),)
    me = await linked.ask("me")
    assert isinstance(me, Me)
    assert me.warnings == ()
    linked.people.is_admin = True
    me = await linked.ask("me")
    assert isinstance(me, Me)
    assert me.warnings == linked.crm.warnings


async def test_a_broken_seal_can_be_replaced_and_deleted(linked: Desk) -> None:
    linked.store.db.execute("UPDATE links SET sealed_ticket = zeroblob(64)")
    failed = await linked.ask("me")
    assert isinstance(failed, Failed)
    assert failed.code == "seal-broken"
    offer = await linked.ask("today")
    assert isinstance(offer, LinkOffer)
    assert offer.command == "today"
    assert isinstance(await linked.ask("link"), LinkOffer)
    assert await linked.ask("unlink") == UnlinkQuestion("")
    await linked.commands.answer(request(Confirm()))
    assert linked.messenger.said[-1][0] == Unlinked()


async def test_help_and_what_cannot_be_read(desk: Desk) -> None:
    assert await desk.ask("help") == HelpText()
    assert isinstance(await desk.ask("bogus"), CannotRead)


async def test_a_second_delivery_is_not_answered(desk: Desk) -> None:
    await desk.ask("help", delivery="same")
    assert await desk.commands.take(request(Ask("help"), "same")) is None
    assert desk.runner.jobs == []


async def test_a_full_queue(desk: Desk) -> None:
    desk.runner.full = True
    assert await desk.commands.take(request(Ask("today"))) == BusyReply()
    pressed = replace(request(Ask("today"), "pressed"), replace=True)
    assert await desk.commands.take(pressed) is None, "an acknowledgement of a press cannot say it"
    await desk.runner.jobs.pop()()
    assert desk.messenger.said[-1][0] == BusyReply()


@pytest.mark.parametrize("error", [SlackFailed(error="fatal_error"), BotError(), ValueError("x")])
async def test_without_a_profile_the_tenants_zone_serves(linked: Desk, error: Exception) -> None:
    linked.people.error = error
    assert isinstance(await linked.ask("today"), ActivityAnswer)
    assert linked.messenger.said[-1][1] == Reader(OSLO, zone_is_assumed=True)


async def test_me_needs_no_profile(linked: Desk) -> None:
    linked.people.error = SlackFailed(error="fatal_error")
    assert isinstance(await linked.ask("me"), Me)


async def test_todays_button_says_on_another_day_what_it_shows(linked: Desk) -> None:
    linked.crm.rows = [activity(n, NOW - timedelta(minutes=n)) for n in range(25)]
    first = await linked.ask("today")
    assert isinstance(first, ActivityAnswer)
    assert first.period == Today()
    linked.crm.ahead = timedelta(days=3)
    later = await linked.ask("today", Page(10, first.window))
    assert isinstance(later, ActivityAnswer)
    assert later.period == Between(first.window)


async def test_a_page_that_failed_can_be_tried_again_and_replaces_nothing(linked: Desk) -> None:
    page = Page(10, Window(NOW - timedelta(days=1)))
    linked.crm.error = CrmUnreachable(tenant="onsite", reason="refused")
    await linked.commands.answer(replace(request(Ask("today", page)), replace=True))
    failed, _, replaced = linked.messenger.said[-1]
    assert isinstance(failed, Failed)
    assert (failed.command, failed.page, replaced) == ("today", page, False)


async def test_catchup_offers_what_happened_since_the_last_one(linked: Desk) -> None:
    first = await linked.ask("catchup")
    assert isinstance(first, ActivityAnswer)
    assert first.caught_up_at is None
    linked.crm.ahead = timedelta(hours=5)
    again = await linked.ask("catchup")
    assert isinstance(again, ActivityAnswer)
    assert again.caught_up_at == NOW
    since = await linked.ask("catchup", Page(0, Window(NOW)))
    assert isinstance(since, ActivityAnswer)
    assert since.period == Between(Window(NOW))
    assert linked.crm.asked[-1].since == NOW
    link = await linked.store.links.get(USER)
    assert link
    assert link.caught_up_at == NOW + timedelta(hours=5), "a button is no catchup"


async def test_buttons_carry_what_was_meant(linked: Desk) -> None:
    reply = await linked.ask(f"  Today {',' * 2500}")
    assert isinstance(reply, ActivityAnswer)
    assert reply.asked == "today"


async def test_who_waits_when_the_bot_stops_is_told(linked: Desk) -> None:
    linked.crm.delay = 5
    task = asyncio.create_task(linked.commands.answer(request(Ask("today"))))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    failed = linked.messenger.said[-1][0]
    assert isinstance(failed, Failed)
    assert (failed.code, failed.command) == ("restarting", "today")


async def test_a_tenant_that_is_gone_leads_to_the_page(desk: Desk) -> None:
    await desk.store.links.put(Link(USER, "renamed", ME, NOW, NOW, Secret("ticket")))
    assert isinstance(await desk.ask("today"), LinkOffer)
    assert isinstance(await desk.ask("me"), Me)


async def test_a_reply_that_cannot_be_sent_is_not_raised(desk: Desk) -> None:
    desk.messenger.error = SlackFailed(error="channel_not_found")
    await desk.commands.answer(request(Ask("help")))
