"""What people do in Slack, and how the app hears of it: commands, presses, forms, the Home tab, messages."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.demo.slack import payloads
from bot.demo.slack.answers import Answer
from bot.demo.slack.elements import elements, find, used
from bot.demo.slack.errors import ApiError
from bot.demo.slack.payloads import Values
from bot.demo.slack.workspace import MEMBERS, Member, Message, Workspace
from bot.demo.slack.workspaces import Where, Workspaces

__all__ = ["Interactions"]


class Interactions(Workspaces):
    """What is said of no member is done by the seller."""

    seller = MEMBERS[0]
    _port = 0

    @property
    def url(self) -> str:
        """The server's root."""
        return f"http://127.0.0.1:{self._port}"

    async def command(
        self,
        command: str,
        text: str = "",
        *,
        user: Member | str = seller,
        channel: str = "C0GENERAL",
        workspace: Where = None,
    ) -> Answer:
        """Type a slash command."""
        where = self.at(workspace)
        member, place = self._member(user, where), where.channels[channel]
        fields = payloads.command(command, text, member, place, self._origin(where))
        answer, token = self._answer(where, fields, place.id, member.id, None)
        return await self._deliver("slash_commands", answer, token)

    async def press(
        self,
        message: Message,
        action_id: str,
        *,
        user: Member | str = seller,
        choice: str | None = None,
        choices: Sequence[str] | None = None,
        block: str | None = None,
        values: Values | None = None,
        forged: bool = False,
        workspace: Where = None,
    ) -> Answer:
        """Press a button of a message as it stands now; in a menu, choose the option of value ``choice``.

        ``choices`` are those of a menu of several. It is pressed in the message's own workspace. ``forged``:
        somebody presses what they do not see, as Slack would never let them.
        """
        where = self.at(message.team if workspace is None else workspace)
        member, current = self._member(user, where), where.get(message.ts)
        if current is None or not (forged or where.sees(member.id, current)):
            raise LookupError(f"{member.id} does not see that message")
        block_id, element = find(current.elements(), action_id, choice, block=block)
        action = used(block_id, element, choice, choices, f"{current.ts}1")
        place, origin = where.channels[current.channel], self._origin(where)
        payload = payloads.press(current, action, member, place, origin, values or {})
        answer, token = self._answer(where, payload, place.id, member.id, current.ts)
        return await self._deliver("interactive", answer, token)

    async def press_view(
        self,
        view: Mapping[str, Any],
        action_id: str,
        *,
        user: Member | str = seller,
        choice: str | None = None,
        choices: Sequence[str] | None = None,
        number: int = 1,
        block: str | None = None,
        values: Values | None = None,
        workspace: Where = None,
    ) -> Answer:
        """Press a button of a Home tab or a modal, the ``number``-th of that name; or choose in a menu."""
        where = self.at(workspace)
        member = self._member(user, where)
        block_id, element = find(elements(view["blocks"]), action_id, choice, number, block)
        action = used(block_id, element, choice, choices, "1")
        payload = payloads.press_view(view, action, member, self._origin(where), values or {})
        trigger = where.triggers.issue(member.id)
        answer = Answer(payload | {"trigger_id": trigger}, "", trigger)
        return await self._deliver("interactive", answer, None)

    async def submit(
        self,
        view: Mapping[str, Any],
        values: Values,
        *,
        user: Member | str = seller,
        workspace: Where = None,
    ) -> Answer:
        """Submit a modal with the given state: it is closed, or what else the app answers."""
        where = self.at(workspace)
        member = self._member(user, where)
        payload = payloads.submission(view, values, member, self._origin(where))
        answer, token = self._answer(where, payload, where.direct(member.id).id, member.id, None)
        await self._deliver("interactive", answer, token)
        if answer.acknowledged:
            try:
                where.views.answered(member.id, view, answer.body)
            except ApiError as error:
                answer.error = str(error)
        return answer

    async def close(
        self,
        view: Mapping[str, Any],
        *,
        all_: bool = False,
        user: Member | str = seller,
        workspace: Where = None,
    ) -> list[Answer]:
        """Close a modal, or ``all_`` that lie upon each other; what the app is told, if it asked to be."""
        where = self.at(workspace)
        member = self._member(user, where)
        closing = where.views.stack(member.id)[::-1] if all_ else [view]
        for each in closing:
            where.views.close(member.id, each["id"])
        told = [
            payloads.closed(each, member, self._origin(where), is_cleared=all_)
            for each in closing
            if each.get("notify_on_close")
        ]
        return [await self._deliver("interactive", Answer(each, "", ""), None) for each in told]

    async def open_home(
        self, user: Member | str = seller, workspace: Where = None, *, tab: str = "home"
    ) -> Answer:
        """Open the app's Home tab; ``app_home_opened`` tells of it, with the view that is there, if any."""
        where = self.at(workspace)
        member = self._member(user, where)
        view = where.views.homes.get(member.id) if tab == "home" else None
        opened = {"type": "app_home_opened", "user": member.id, "channel": where.direct(member.id).id}
        told = opened | {"tab": tab} | ({"view": view} if view else {})
        return await self.event(told, workspace=where)

    def invite(self, channel: str, user: Member | str | None = None, workspace: Where = None) -> None:
        """Type ``/invite``: the bot, or somebody else, is in the channel now."""
        where = self.at(workspace)
        invited = self._member(where.bot_user if user is None else user, where)
        where.channels[channel].members.add(invited.id)

    def say(
        self,
        channel: str,
        text: str,
        user: Member | str = seller,
        workspace: Where = None,
        *,
        thread: str | None = None,
    ) -> Message:
        """Let somebody write in a channel, or in the thread below a message."""
        where = self.at(workspace)
        by = self._member(user, where).id
        return where.post(Message("", channel, text, thread_ts=thread, by=by, via="member"))

    # ------------------------------------------------------------ helpers

    def _member(self, user: Member | str, where: Workspace) -> Member:
        if isinstance(user, Member):
            return user if where is self.workspace else where.members[user.id]
        return where.members[user]

    def _answer(
        self, where: Workspace, payload: dict[str, Any], channel: str, user: str, original: str | None
    ) -> tuple[Answer, str]:
        answer = Answer(payload, "", where.triggers.issue(user))
        token = self.response_urls.issue(where, answer, channel, user, original)
        answer.response_url = f"{self.url}/response/{token}"
        payload |= {"trigger_id": answer.trigger_id, "response_url": answer.response_url}
        return answer, token
