"""What a person does at the page, done to the demo's Slack as Slack would do it."""

from collections.abc import Mapping
from typing import Any

from bot.demo import controls
from bot.demo.playground import scene
from bot.demo.playground.scene import Json
from bot.demo.playground.session import Session
from bot.demo.servers import Servers
from bot.demo.slack import payloads
from bot.demo.slack.answers import Answer
from bot.demo.slack.elements import find
from bot.demo.slack.views import View
from bot.demo.slack.workspace import Channel, Member, Message

__all__ = ["Acts", "Refused"]

Asked = Mapping[str, Any]
#: Seconds for the link page to be offered.
PATIENCE = 10


class Refused(Exception):
    """It cannot be done; the text says why, to the person."""


class Acts:
    """One method for each thing to do, by its name in the contract. Raises :class:`Refused`."""

    def __init__(self, servers: Servers) -> None:
        self._servers, self._slack = servers, servers.slack
        #: Link pages that were used: each is good once.
        self._used: set[str] = set()

    # ------------------------------------------------------------ who and where

    def member(self, asked: Asked) -> Member:
        """Who is meant."""
        member = self._slack.workspace.members.get(str(asked.get("member")))
        if member is None or member.is_bot:
            raise Refused("Nobody is called that.")
        return member

    def place(self, session: Session, asked: Asked) -> Channel:
        """The conversation that is meant, if the person is in it."""
        channel = self._slack.workspace.channels.get(str(asked.get("place")))
        if channel is None or session.member.id not in channel.members:
            raise Refused("You are in no such conversation.")
        return channel

    def _view(self, session: Session, asked: Asked) -> View:
        """A modal or Home tab that the person sees."""
        views, me = self._slack.workspace.views, session.member.id
        there: list[View] = [*views.stack(me), *([views.homes[me]] if me in views.homes else ())]
        found = next((each for each in there if each["id"] == asked.get("view")), None)
        if found is None:
            raise Refused("That is closed by now.")
        return found

    async def opened(self, member: Member, tab: str) -> None:
        """Somebody looks at the app's Home tab or its messages; the app hears of it if it asked to."""
        if "app_home_opened" in scene.subscribed():
            await self._slack.open_home(member, tab=tab)

    # ------------------------------------------------------------ typing

    async def type(self, session: Session, asked: Asked) -> Json:
        """A line: a slash command, or something said."""
        place, text = self.place(session, asked), str(asked.get("text", "")).strip()
        thread = str(asked.get("thread") or "") or None
        if why := scene.read_only(place):
            raise Refused(why)
        if text.startswith("/"):
            return await self._command(session, place, text, thread)
        if text:
            said = payloads.marked(text, self._slack.workspace.members.values())
            self._slack.say(place.id, said, session.member, thread=thread)
        return {}

    async def _command(self, session: Session, place: Channel, text: str, thread: str | None) -> Json:
        name, _, rest = text.partition(" ")
        if name == "/invite":
            return await self.invite(session, {"place": place.id})
        if thread is not None:
            raise Refused(f"{name} is not supported in threads. Sorry!")
        known = {each["command"] for each in scene.hints()}
        # In a shared channel a command is known to the workspace that the app is installed in alone.
        if name not in known or session.member.team != self._slack.workspace.id:
            raise Refused(f"{name} is not a valid command.")
        answer = await self._slack.command(name, rest.strip(), user=session.member, channel=place.id)
        if answer.error:
            raise Refused(f"{name} failed with the error “{answer.error}”")
        return {}

    async def invite(self, session: Session, asked: Asked) -> Json:
        """Bring the bot into a conversation; it hears of that."""
        place, workspace = self.place(session, asked), self._slack.workspace
        if place.user or "is_archived" in place.flags:
            raise Refused("Nobody can be invited there.")
        if workspace.bot_user in place.members:
            raise Refused("SuperOffice is in the channel already.")
        self._slack.invite(place.id)
        joined = {
            "type": "member_joined_channel",
            "user": workspace.bot_user,
            "channel": place.id,
            "channel_type": "G" if "is_private" in place.flags else "C",
            "team": workspace.id,
            "inviter": session.member.id,
        }
        await self._slack.event(joined)
        return {}

    # ------------------------------------------------------------ pressing, choosing, forms

    async def press(self, session: Session, asked: Asked) -> Json:
        """Press or choose something in a message, a modal or the Home tab."""
        choices = asked.get("choices")
        how: dict[str, Any] = {
            "user": session.member,
            "choice": None if asked.get("choice") is None else str(asked["choice"]),
            "choices": [str(each) for each in choices] if isinstance(choices, list) else None,
            "block": str(asked["block_id"]) if asked.get("block_id") else None,
            "values": dict(asked.get("values") or {}),
        }
        action = str(asked.get("action_id"))
        if asked.get("view"):
            _pressed(await self._slack.press_view(self._view(session, asked), action, **how))
            return {}
        message = self._slack.workspace.get(str(asked.get("ts")))
        if message is None:
            raise Refused("That message is gone.")
        _, element = find(message.elements(), action, how["choice"], block=how["block"])
        answer = await self._slack.press(message, action, **how)
        # Slack opens a link whether the app hears of it or not.
        if not element.get("url"):
            _pressed(answer)
        return {}

    async def submit(self, session: Session, asked: Asked) -> Json:
        """Send a form; ``errors`` say what is wrong, by the ids of blocks."""
        view = self._view(session, asked)
        answer = await self._slack.submit(view, dict(asked.get("values") or {}), user=session.member)
        _pressed(answer)
        return {"errors": answer.errors} if answer.errors else {}

    async def close(self, session: Session, asked: Asked) -> Json:
        """Close a modal; with ``all``, those below it as well."""
        await self._slack.close(self._view(session, asked), all_=bool(asked.get("all")), user=session.member)
        return {}

    # ------------------------------------------------------------ signing in

    async def login(self, session: Session, _: Asked) -> Json:
        """Sign in to SuperOffice on the bot's link page, as a click and a form in the browser would."""
        user = self._servers.user_of(session.member)
        if user is None:
            raise Refused(f"{session.member.real_name} has no SuperOffice user.")
        url = self._offered(session.member) or await self._asked_for(session.member)
        self._used.add(url)
        page = await controls.sign_in(url, user)
        return {"status": page.status, "words": page.words}

    def _offered(self, member: Member) -> str:
        """A link page that was offered and not used yet."""
        messages = self._slack.workspace.messages(user=member.id)
        return self._fresh([each for each in messages if each.ephemeral_to or self._is_direct(each)])

    def _is_direct(self, message: Message) -> bool:
        return bool(self._slack.workspace.channels[message.channel].user)

    async def _asked_for(self, member: Member) -> str:
        command = scene.hints()[0]["command"]
        answer = await self._slack.command(command, "link", user=member)
        _pressed(answer)
        if url := self._fresh([await answer.next(PATIENCE)]):
            return url
        raise Refused("The bot offers no link page now.")

    def _fresh(self, messages: list[Message]) -> str:
        url = controls.link_page(messages)
        return "" if url in self._used else url


def _pressed(answer: Answer) -> None:
    if answer.error:
        raise Refused("We had some trouble connecting. Try again?")
