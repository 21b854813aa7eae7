"""Replies on their way to Slack: to where they were asked, or else as a direct message."""

import logging

from aiohttp import ClientSession

from bot.core.errors import FilesNotAllowed
from bot.core.people import SlackUser
from bot.core.replies import MyData, Reader, Reply
from bot.core.requests import Conversation
from bot.core.secret import Secret
from bot.slack.blocks import Message, draw
from bot.slack.calls import is_slacks, or_text_alone, respond
from bot.slack.modals import View, form_view, loading_view, notice_view
from bot.slack.sdk import failure, open_view
from bot.slack.workspaces import Workspaces
from bot.text import sentence
from bot.text.mydata import document, filename

__all__ = ["SlackMessenger"]

log = logging.getLogger(__name__)


class SlackMessenger:
    """Draws replies and sends them, ephemeral, by ``response_url``.

    Slack takes five of them within thirty minutes; what it does not take goes to the user as a direct
    message (``chat.postMessage`` to the user's id, scope ``chat:write``), so that no answer is lost. A form
    opens as a modal; later than three seconds after the press or the command, a button for it is sent.
    """

    def __init__(self, workspaces: Workspaces, session: ClientSession, command: str) -> None:
        self._workspaces = workspaces
        self._session = session
        self._command = command

    async def reply(self, to: Conversation, reply: Reply, reader: Reader, *, replace: bool = False) -> None:
        """Send a reply. Raises ``SlackFailed`` when not even a direct message arrives."""
        if to.view and await self._update(to, reply, reader):
            return
        if to.trigger and (form := form_view(reply, reader, self._command)) and await self._open(to, form):
            return
        message = draw(reply, reader, self._command)
        if to.trigger and to.at_home and await self._open(to, notice_view(message, reader)):
            return
        if to.response_url:
            answerable = is_slacks(to.response_url, self._workspaces.api_url)
            if answerable and await self._respond(to.response_url, message, replace=replace):
                return
            log.warning("a response_url failed", extra={"action": "reply.direct-message"})
        await self._direct_message(to.user, message, once=False)

    async def open(self, to: Conversation, reader: Reader) -> str:
        """Open a form that is still empty; its id, ``""`` where it did not open."""
        return await self._open(to, loading_view(reader))

    async def tell(self, user: SlackUser, notice: Reply, reader: Reader) -> None:
        """Send a direct message, at most once. Raises ``SlackFailed``."""
        await self._direct_message(user, draw(notice, reader, self._command), once=True)

    async def hand_over(self, data: MyData, reader: Reader) -> None:
        """Send the file. Raises ``SlackFailed``, and :class:`FilesNotAllowed`."""
        content = document(data, reader.zone, reader.locale).encode("utf-8", "backslashreplace")
        client = await self._workspaces.client(data.user.workspace, posting=True)
        try:
            opened = await client.conversations_open(users=data.user.user)
            await client.files_upload_v2(
                channel=opened["channel"]["id"],
                content=content,
                filename=filename(data, reader.zone),
                title=sentence("mydata.title", reader.locale),
                initial_comment=sentence("mydata.comment", reader.locale, command=self._command),
            )
        except Exception as error:
            failed = failure(error)
            raise FilesNotAllowed if failed.params["error"] == "missing_scope" else failed from None

    async def _open(self, to: Conversation, view: View) -> str:
        """Open a modal, if there is still time for it; never twice. Its id, or ``""``."""
        try:
            client = await self._workspaces.client(to.user.workspace, posting=True)
            return await open_view(client, to.trigger, view)
        except Exception as error:
            log.warning("no form: %s", failure(error), extra={"action": "reply.open"})
            return ""

    async def _update(self, to: Conversation, reply: Reply, reader: Reader) -> bool:
        """Show a reply in the modal that is open; ``False`` where it was closed meanwhile."""
        view = form_view(reply, reader, self._command) or notice_view(
            draw(reply, reader, self._command), reader
        )
        try:
            client = await self._workspaces.client(to.user.workspace)
            await client.views_update(view_id=to.view, view=view)
        except Exception as error:
            log.warning("not in the form: %s", failure(error), extra={"action": "reply.update"})
            return False
        return True

    async def _respond(self, url: Secret, message: Message, *, replace: bool) -> bool:
        try:
            return await respond(
                url,
                self._session,
                {
                    "text": message.text,
                    "blocks": message.blocks,
                    "response_type": "ephemeral",
                    "replace_original": replace,
                    "unfurl_links": False,
                    "unfurl_media": False,
                },
            )
        except Exception as error:
            log.warning("no answer: %s", type(error).__name__, extra={"action": "reply.respond"})
            return False

    async def _direct_message(self, user: SlackUser, message: Message, *, once: bool) -> None:
        client = await self._workspaces.client(user.workspace, posting=once)
        try:
            await or_text_alone(
                lambda posted: client.chat_postMessage(**posted),
                {
                    "channel": user.user,
                    "text": message.text,
                    "blocks": message.blocks,
                    "unfurl_links": False,
                    "unfurl_media": False,
                },
            )
        except Exception as error:
            raise failure(error) from None
