"""What a person does at the page, done to the demo's Slack as Slack would do it."""

from collections.abc import Mapping
from typing import Any

from bot.demo.answers import Answer
from bot.demo.playground.scene import READ_ONLY, Json, hints, read_only
from bot.demo.playground.session import Session
from bot.demo.servers import Servers
from bot.demo.workspace import Channel

__all__ = ["Acts", "Refused"]

Asked = Mapping[str, Any]


class Refused(Exception):
    """It cannot be done; the text says why, to the person."""


class Acts:
    """One method for each thing to do, by its name in the contract. Raises :class:`Refused`."""

    def __init__(self, servers: Servers) -> None:
        self._servers, self._slack = servers, servers.slack

    def as_(self, session: Session, asked: Asked) -> Json:
        """Be somebody else."""
        member = self._slack.workspace.members.get(str(asked.get("member")))
        if member is None or "is_bot" in member.flags:
            raise Refused("Nobody is called that.")
        session.member, session.place = member, ""
        return {}

    def place(self, session: Session, asked: Asked) -> Channel:
        """The conversation that is meant, if the person is in it."""
        channel = self._slack.workspace.channels.get(str(asked.get("place")))
        if channel is None or session.member.id not in channel.members:
            raise Refused("You are in no such conversation.")
        return channel

    async def type(self, session: Session, asked: Asked) -> Json:
        """A line: a slash command, or something said."""
        place, text = self.place(session, asked), str(asked.get("text", "")).strip()
        if not text:
            return {}
        if why := read_only(place):
            raise Refused(why)
        if not text.startswith("/"):
            return self._say(session, place, text, asked.get("thread"))
        name, _, rest = text.partition(" ")
        if name == "/invite":
            return await self.invite(session, asked)
        if asked.get("thread"):
            raise Refused(f"{name} is not supported in threads. Sorry!")
        known = [each["command"] for each in hints()]
        # In a shared channel a command is known to the workspace that the app is installed in alone.
        if name not in known or session.member.team != self._slack.workspace.id:
            raise Refused(f"{name} is not a valid command.")
        answer = await self._slack.command(name, rest.strip(), user=session.member, channel=place.id)
        return _acknowledged(answer, name)

    def _say(self, session: Session, place: Channel, text: str, thread: object) -> Json:
        said = self._slack.say(place.id, text, session.member, thread=str(thread) if thread else None)
        return {"ts": said.ts}

    async def press(self, session: Session, asked: Asked) -> Json:
        """Press or choose something in a message."""
        message = self._slack.workspace.get(str(asked.get("ts")))
        if message is None:
            raise Refused("That message is gone.")
        answer = await self._slack.press(
            message, str(asked.get("action_id")), user=session.member, choice=asked.get("choice")
        )
        return _acknowledged(answer)

    async def invite(self, session: Session, asked: Asked) -> Json:
        """Bring the bot into a conversation."""
        place = self.place(session, asked)
        if place.user:
            raise Refused(READ_ONLY)
        workspace = self._slack.workspace
        if workspace.bot_user in place.members:
            raise Refused("SuperOffice is in the channel already.")
        self._slack.invite(place.id)
        return {}


def _acknowledged(answer: Answer, command: str = "") -> Json:
    if not answer.error:
        return {}
    if command:
        raise Refused(f"{command} failed with the error “{answer.error}”")
    raise Refused("Something went wrong. Please try again.")
