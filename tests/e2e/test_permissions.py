"""Every command and button that changes something × everybody: who may. The page about it is made of this.

``--snapshot-update`` writes ``docs/permissions.md`` anew; without, it fails where the page is stale.
"""

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.filters import MutedCompany
from bot.core.people import Link, Principal, SlackChannel, SlackUser
from bot.core.replies import DigestForm, Reader, ShareForm, TeamForm
from bot.core.secret import Secret
from bot.core.typed.channeltext import _READERS as CHANNEL_WORDS
from bot.core.typed.command import VERBS
from bot.core.typed.digesttext import READERS as DIGEST_WORDS
from bot.demo.slack import payloads
from bot.demo.slack.workspace import BOT_USER, OTHER_TEAM, Channel, Member, Message
from bot.slack.carried import owned
from bot.slack.channelpayload import carried_by
from bot.slack.limits import PostLimits
from bot.slack.modals import form_view
from bot.slack.payload import ACTIONS
from tests.conftest import NOW
from tests.e2e.channels import TEAM, Rig, rigged
from tests.slack.test_modals import filled_in
from tests.sqlite import connection

PAGE = Path(__file__).parents[2] / "docs/permissions.md"
DOES, ASKS, REFUSED = "yes", "asks an admin", "–"

INVITED = Member("U0INVITED", "ivar", "Ivar Invited", "ivar@example.com")
#: Who somebody is to the channel, and whether they are in it. All but the last two are in it.
ROLES = {
    "member": Member("U0MEMBER", "mia", "Mia Member", "mia@example.com"),
    "creator": Member("U0CREATOR", "cleo", "Cleo Creator", "cleo@example.com"),
    "admin": Member("U0ADMIN", "ada", "Ada Admin", "ada@example.com", flags=("is_admin",)),
    "owner": Member("U0OWNER", "ole", "Ole Owner", "ole@example.com", flags=("is_admin", "is_owner")),
    "app admin": Member("U0APPADMIN", "ann", "Ann App", "ann@example.com"),
    "guest": Member("U0GAST", "gus", "Gus Guest", "gus@example.org", flags=("is_restricted",)),
    "outside": Member("U0OUTSIDE", "otto", "Otto Outside", "otto@example.com"),
    "admin outside": Member("U0FAR", "fay", "Fay Far", "fay@example.com", flags=("is_admin",)),
    "other organisation": Member(
        "U0ALIEN", "al", "Al Alien", None, None, flags=("is_stranger",), team=OTHER_TEAM
    ),
}
INSIDE = ("member", "creator", "admin", "owner", "app admin", INVITED.id)
FORGED = "forged payload"
#: The text of messages with a button that is to be pressed.
OURS = "?"


@dataclass(frozen=True)
class Deed:
    """What somebody does: a line that is typed, or a button with what it carries, or a form."""

    name: str
    line: str = ""
    button: str = ""
    carries: str = ""
    form: str = ""
    #: There is no digest yet.
    new: bool = False
    #: As it stands before: a line that an admin typed.
    before: str = ""


ABOUT_CHANNELS = (
    Deed("`channel digest at 08:30`", "channel digest at 08:30", new=True),
    Deed("*Turn On* in the form", form="digest", new=True),
    Deed("`channel change at 09:00`", "channel change at 09:00"),
    Deed("*Save* in the form", form="digest"),
    Deed("`channel add 16:00`", "channel add 16:00"),
    Deed("`channel drop 16:00`", "channel drop 16:00", before="channel add 16:00"),
    Deed("`channel pause`", "channel pause"),
    Deed("*Pause*", button="channel.pause"),
    Deed("`channel resume`", "channel resume", before="channel pause"),
    Deed("*Resume*", button="channel.resume", before="channel pause"),
    Deed("`channel snooze 1w`", "channel snooze 1w"),
    Deed("*End the Snooze*", button="channel.wake", before="channel snooze 1w"),
    Deed("`channel remove now`", "channel remove now"),
    Deed("*Remove*", button="channel.remove-now"),
    Deed("`channel adopt`", "channel adopt", before="orphan"),
    Deed("*Adopt*", button="channel.adopt", before="orphan"),
    Deed("`channel change guests:allow`", "channel change guests:allow"),
    Deed("`channel invite @ivar`", "channel invite @ivar"),
    Deed("*Approve* of a request", button="channel.approve", carries="request", new=True),
    Deed("*Decline* of a request", button="channel.decline", carries="request", new=True),
    Deed("*Request*", button="channel.ask", carries="channel digest at 08:30", new=True),
    Deed("`channel join now`", "channel join now"),
    Deed("*Share This*", button="channel.share"),
    Deed("`channel narrow never:42`", "channel narrow never:42", before="join"),
    Deed("*Save* in the form of what one shares", form="share", before="join"),
    Deed("`channel leave`", "channel leave", before="join"),
    Deed("*Leave*", button="channel.leave", before="join"),
)
ABOUT_ONESELF = (
    Deed("`link`", "link"),
    Deed("*Unlink*", button="unlink"),
    Deed("*Forget Me* of `forget-me`", button="forget"),
    Deed("`filter save vip not:me`", "filter save vip not:me"),
    Deed("`filter remove vip`", "filter remove vip", before="filter save vip not:me"),
    Deed("*Mute This Company*", button="mute", carries="57:Nordea"),
    Deed("*Unmute*", button="unmute", carries="57", before="mute"),
    Deed("`digest at 08:00`", "digest at 08:00"),
    Deed("`digest add 16:00`", "digest add 16:00", before="digest at 08:00"),
    Deed("`digest drop 16:00`", "digest drop 16:00", before="digest at 08:00,16:00"),
    Deed("`digest off`", "digest off", before="digest at 08:00"),
    Deed("*Turn On*", button="digest.on", before="digest at 08:00\ndigest off"),
    Deed("`digest snooze 1w`", "digest snooze 1w", before="digest at 08:00"),
    Deed("`admin unlink @ivar`", "admin unlink @ivar"),
)
#: What changes nothing by itself: it shows, asks or opens a form; or it is another name of what is tried.
READING = {
    *(
        "today",
        "yesterday",
        "since",
        "week",
        "catchup",
        "chart",
        "page.chart",
        "muted",
        "me",
        "my-data",
        "help",
    ),
    *("list", "show", "when", "status", "preview", "history", "proof", "mine", "test"),
    *("page.newest", "page.next", "page.catchup", "page.plain", "again", "row", "view", "why", "digest.rest"),
    *("digest.change", "digest.preview", "digest.history", "keep", "sign-in", "tenant"),
    *("home.link", "home.filters", "home.links", "home.digests", "home.failures", "home.help"),
    *("home.channel", "filter.run"),
    *("channel.show", "channel.change", "channel.preview", "channel.history", "channel.keep", "channel.mine"),
    *("channel.join", "channel.remove", "channel.narrow"),
}
#: Other ways to do what is tried; and what posts in a channel, which has tests of its own (test_share.py).
ALIKE = {
    *(
        "delete",
        "off",
        "stop",
        "on",
        "start",
        "at",
        "remove",
        "unlink",
        "forget-me",
        "admin",
        "filter",
        "digest",
    ),
    *(
        "channel",
        "digest.stop",
        "digest.off",
        "digest.wake",
        "filter.remove",
        "digest.at",
        "digest.snooze",
        "share",
        "unshare",
    ),
}


def test_nothing_is_forgotten() -> None:
    """Every verb, word behind ``digest`` and ``channel``, and button is tried, or changes nothing."""
    deeds = (*ABOUT_CHANNELS, *ABOUT_ONESELF)
    tried = {word for deed in deeds for word in deed.line.split()} | {deed.button for deed in deeds}
    there_are = {verb.name for verb in VERBS} | {*CHANNEL_WORDS} | {*DIGEST_WORDS} | {*ACTIONS}
    assert there_are - tried - READING - ALIKE == set()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A bot with an admin of its own, and a Slack with everybody in it."""
    config = tmp_path / "bot.toml"
    config.write_text(f'admins = ["{ROLES["app admin"].id}"]\n')
    async with rigged(tmp_path / "bot.db", BOT_CONFIG=str(config)) as made:
        for member in (INVITED, *ROLES.values()):
            made.slack.workspace.members[member.id] = member
        # Time passes for Slack's limits whenever they look.
        made.bot.slack.posts._limits = PostLimits(600, itertools.count(0, 1000).__next__)
        made.bot.slack.roster._budgets._monotonic = itertools.count(0, 1000).__next__
        yield made


@dataclass
class Case:
    """Somebody does something, once, in a channel of its own."""

    rig: Rig
    deed: Deed
    who: Member
    number: int
    forged: bool = False

    @property
    def channel(self) -> str:
        return f"C0CASE{self.number}"

    async def outcome(self) -> str:
        """Do it; what that changed decides."""
        await self._prepare()
        before = await self._state()
        said = len(self.rig.slack.messages())
        await self._do()
        await self.rig.settled()
        after = await self._state()
        requests = before.pop("requests"), after.pop("requests")
        if before != after or requests[0] != requests[1][: len(requests[0])]:
            return DOES
        is_offered = any(
            element["action_id"] == "channel.ask"
            for message in self.rig.slack.messages()[said:]
            if message.text != OURS
            for _, element in message.elements()
        )
        return ASKS if is_offered or requests[0] != requests[1] else REFUSED

    async def _prepare(self) -> None:
        inside = {ROLES[name].id if name in ROLES else name for name in INSIDE}
        flags = frozenset({"is_channel", "is_private"})
        creator = ROLES["creator"].id
        channel = Channel(self.channel, f"case-{self.number}", {*inside, BOT_USER}, flags, creator)
        self.rig.slack.workspace.channels[self.channel] = channel
        if self.who.team == TEAM and "is_restricted" not in self.who.flags:
            await self._link(self.who)
        await self._link(INVITED)
        if self.deed.carries == "request":
            asker, line = SlackUser(TEAM, INVITED.id), "channel digest at 08:30"
            await self.rig.store.channel_requests.ask(asker, self.channel, line, NOW)
        if not self.deed.new and self.deed in ABOUT_CHANNELS:
            await self._type("channel digest at 08:30", ROLES["owner"])
        for line in filter(None, self.deed.before.split("\n")):
            await self._before(line)

    async def _before(self, line: str) -> None:
        store = self.rig.store
        if line == "join":
            for found in await store.subscriptions.of_workspace(TEAM):
                if found.channel == self.channel:
                    await store.participants.join(found.id, self._user, NOW)
        elif line == "orphan":
            for found in await store.subscriptions.of_workspace(TEAM):
                await store.stewardship.orphan(found.id, NOW)
        elif line == "mute":
            await store.mutes.add(self._user, self._tenant, MutedCompany(57, "Nordea"))
        elif self.deed in ABOUT_CHANNELS:
            await self._type(line, ROLES["owner"])
        else:
            await self._type(line, self.who)

    @property
    def _tenant(self) -> str:
        return next(iter(self.rig.bot._tenants))

    @property
    def _user(self) -> SlackUser:
        return SlackUser(TEAM, self.who.id)

    async def _link(self, member: Member) -> None:
        user, principal = SlackUser(TEAM, member.id), Principal(528, 419, member.real_name, member.name)
        ticket = Secret(self.rig.crm.tickets.issue(self.rig.crm.seller))
        await self.rig.store.links.put(Link(user, self._tenant, principal, NOW, NOW, ticket))

    async def _type(self, line: str, who: Member) -> None:
        """Over HTTP, signed; a forged one says of its sender what is not so."""
        slack, where = self.rig.slack, self.rig.slack.workspace
        place = where.channels[self.channel]
        fields = payloads.command("/superoffice", line, who, place, slack._origin(where))
        if self.forged:
            fields |= {"is_admin": "true", "is_owner": "true", "user_name": ROLES["owner"].name}
        answer, token = slack._answer(where, fields, place.id, who.id, None)
        await slack._deliver("slash_commands", answer, token)
        await self.rig.settled()

    async def _do(self) -> None:
        if self.deed.line:
            await self._type(self.deed.line, self.who)
        elif self.deed.form:
            await self._submit()
        else:
            await self._press()

    async def _press(self) -> None:
        """A button as whoever presses it would see it: what it carries is right, and proves nothing.

        A forged press is of a button that was drawn for an admin.
        """
        slack, owner = self.rig.slack, ROLES["owner"] if self.forged else self.who
        value = owned(owner.id, await self._carried())
        element = {
            "type": "button",
            "action_id": self.deed.button,
            "value": value,
            "text": {"type": "plain_text", "text": "?"},
        }
        blocks = [{"type": "actions", "elements": [element]}]
        message = slack.workspace.post(Message("", self.channel, OURS, blocks, ephemeral_to=owner.id))
        await slack.press(message, self.deed.button, user=self.who, forged=True, workspace=slack.workspace)

    async def _carried(self) -> str:
        if self.deed.carries == "request":
            here = SlackChannel(TEAM, self.channel)
            (asked,) = await self.rig.store.channel_requests.open(here)
            return carried_by(self.channel, asked.id)
        if self.deed.button.startswith("channel."):
            return carried_by(self.channel, self.deed.carries)
        return self.deed.carries

    async def _submit(self) -> None:
        """A form that an admin was shown, whoever submits it."""
        if self.deed.form == "share":
            shown: Any = ShareForm(self.channel, companies=((42, "Nordea"),), never=(42,), is_shared=True)
        else:
            shown = DigestForm(times=("10:00",), is_new=self.deed.new, team=TeamForm(self.channel))
        view = form_view(shown, Reader(ZoneInfo("Europe/Oslo"), user=self.who.id), "/superoffice")
        assert view
        values = filled_in(view)["view"]["state"]["values"]
        await self.rig.slack.submit(view, values, user=self.who, workspace=self.rig.slack.workspace)

    async def _state(self) -> dict[str, Any]:
        """All that somebody may change."""
        store, db = self.rig.store, connection(self.rig.store)
        found = [
            each for each in await store.subscriptions.of_workspace(TEAM) if each.channel == self.channel
        ]
        own = await store.subscriptions.of(self._user)
        subscriptions = [replace(each, considered_until=None) for each in (*found, *([own] if own else []))]
        shared = [await store.participants.of(each.id) for each in found]
        tables = {
            "links": "SELECT user FROM links ORDER BY user",
            "filters": "SELECT user, name FROM saved_filters ORDER BY user, name",
            "mutes": "SELECT user, company_id FROM muted_companies ORDER BY user, company_id",
            "requests": "SELECT id, state FROM channel_requests ORDER BY id",
        }
        if self.deed.line == "link":
            tables["invitations"] = "SELECT user FROM invitations"
        rows = {name: db.execute(query).fetchall() for name, query in tables.items()}
        asked = [
            message
            for message in self.rig.slack.direct_messages(INVITED)
            if "channel.join" in str(message.blocks)
        ]
        return {"digests": subscriptions, "shared": shared, "invited": len(asked), **rows}


async def table(rig: Rig, deeds: tuple[Deed, ...], numbers: Iterator[int]) -> list[str]:
    heads = (*ROLES, FORGED)
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for deed in deeds:
        cells = []
        for name in heads:
            forged = name == FORGED
            who = ROLES["member" if forged else name]
            await wipe(rig)
            cells.append(await Case(rig, deed, who, next(numbers), forged).outcome())
        lines.append(f"| {deed.name} | {' | '.join(cells)} |")
    return lines


async def wipe(rig: Rig) -> None:
    """Nothing of the cases before is left."""
    for name in (
        "subscriptions",
        "channel_requests",
        "links",
        "saved_filters",
        "muted_companies",
        "invitations",
    ):
        connection(rig.store).execute(f"DELETE FROM {name}")


INTRODUCTION = """# Who may do what

Made by `tests/e2e/test_permissions.py`, which does all of it in the demo's Slack: *yes*: it was done;
*asks an admin*: it was not done, and an admin was asked or can be by *Request*; –: it was not done.

All but *outside*, *admin outside* and *other organisation* are in the channel, or type as if they were;
the channel is private. *other organisation*: somebody of a workspace that shares a channel by Slack
Connect. *forged payload*: a member, whose payload says that they are an admin, or who presses what was
drawn for one. Everybody else presses a button that was drawn for themselves, and submits a form that was
drawn for an admin: what it carries is right, and proves nothing.
"""


@pytest.mark.long
async def test_the_page_says_who_may(rig: Rig, request: pytest.FixtureRequest) -> None:
    numbers = itertools.count(1)
    parts = [
        INTRODUCTION,
        "## A channel's digest\n",
        *await table(rig, ABOUT_CHANNELS, numbers),
        "\n## One's own, and the bot\n",
        *await table(rig, ABOUT_ONESELF, numbers),
        "",
    ]
    page = "\n".join(parts)
    if request.config.getoption("update_snapshots"):
        PAGE.write_text(page, "utf-8")
    assert PAGE.read_text("utf-8") == page


async def test_every_change_is_written_down_without_names(rig: Rig) -> None:
    case = Case(rig, ABOUT_CHANNELS[0], ROLES["owner"], 1)
    await case._prepare()
    await case._type("channel digest at 08:30 by:Ida,Ola", case.who)
    await case._type("channel change at 09:00 by:Ida", case.who)
    await case._type("channel join now never:42", case.who)
    await case._type("channel remove now", case.who)
    recorded = [each.deed for each in await rig.store.audit.all()]
    deeds = [deed for deed in recorded if deed.action != "user.linked"]
    assert [deed.action for deed in deeds] == ["channel.changed"] * 2 + ["channel.joined", "channel.changed"]
    assert {deed.by for deed in deeds} == {case._user}
    assert {deed.what for deed in deeds} == {case.channel}
    changed = deeds[1]
    assert changed.before["schedule"] == "08:30 weekdays in Europe/Oslo"
    assert changed.after["schedule"] == "09:00 weekdays in Europe/Oslo"
    assert (changed.before["filters"], changed.after["filters"]) == ({"by": 2}, {"by": 1})
    assert deeds[2].after == {"categories": 0, "never": 1}
    assert deeds[3].after == {}
    assert "Ida" not in str(deeds)
