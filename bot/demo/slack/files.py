"""Files: ``files.getUploadURLExternal``, the upload, ``files.completeUploadExternal``.

Source: docs.slack.dev, the pages of both methods. "Files can be sent as raw bytes or can be multipart form
encoded"; what is not completed is nowhere to be seen.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from bot.demo.slack.calls import Arguments, Caller
from bot.demo.slack.errors import ApiError
from bot.demo.slack.workspace import Message
from bot.demo.slack.writing import place

__all__ = ["Files", "Uploaded"]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that was handed over. ``channel``: where it was shared; ``None``: it is private."""

    id: str
    name: str
    title: str
    data: bytes
    team: str
    channel: str | None = None
    #: The message that it came with.
    ts: str | None = None


@dataclass(slots=True)
class _Awaited:
    team: str
    name: str
    length: int
    data: bytes | None = None


class Files:
    """``done`` are the files that were handed over, in order."""

    def __init__(self, root: Callable[[], str]) -> None:
        self.done: list[Uploaded] = []
        self._root = root
        self._awaited: dict[str, _Awaited] = {}
        self._tickets: dict[str, str] = {}

    def get_url(self, caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
        """``files.getUploadURLExternal``."""
        name, length = str(arguments.get("filename") or ""), str(arguments.get("length") or "")
        if not name or not length.isdigit() or int(length) == 0:
            raise ApiError("invalid_arguments")
        id_, ticket = f"F0{secrets.token_hex(5).upper()}", secrets.token_urlsafe(24)
        self._awaited[id_] = _Awaited(caller.workspace.id, name, int(length))
        self._tickets[ticket] = id_
        return {"upload_url": f"{self._root()}/upload/v1/{ticket}", "file_id": id_}

    async def upload(self, request: web.Request) -> web.Response:
        """Take the bytes; an address is good for one upload."""
        id_ = self._tickets.pop(request.match_info["ticket"], None)
        if id_ is None:
            return web.Response(status=404, text="not found")
        awaited, data = self._awaited[id_], await _data(request)
        if len(data) != awaited.length:
            return web.Response(status=400, text=f"expected {awaited.length} bytes, not {len(data)}")
        awaited.data = data
        return web.Response(text=f"OK - {len(data)}")

    def complete(self, caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
        """``files.completeUploadExternal``: shared in one message, or private."""
        given = arguments.get("files")
        if not isinstance(given, list) or not given:
            raise ApiError("invalid_arguments")
        files = [self._file(caller, each) for each in given]
        shared = [
            replace(file, channel=message.channel, ts=message.ts)
            for channel in _channels(caller, arguments)
            for message in [caller.workspace.post(_message(arguments, channel, files))]
            for file in files
        ]
        for file in files:
            del self._awaited[file.id]
        self.done.extend(shared or files)
        return {"files": [{"id": file.id, "title": file.title} for file in files]}

    def _file(self, caller: Caller, given: Any) -> Uploaded:
        id_ = str(given.get("id")) if isinstance(given, Mapping) else ""
        awaited = self._awaited.get(id_)
        if awaited is None or awaited.data is None or awaited.team != caller.workspace.id:
            raise ApiError("file_not_found")
        title = str(given.get("title") or awaited.name)
        return Uploaded(id_, awaited.name, title, awaited.data, awaited.team)


def _channels(caller: Caller, arguments: Arguments) -> list[str]:
    """Where to share: no user's id as ``channel_id``, other than in ``chat.postMessage``.

    Source: github.com/slackapi/bolt-js, issue 2115.
    """
    name = str(arguments.get("channel_id") or "")
    if name and name[0] not in "CGDZ":
        wrong = "[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
        raise ApiError("invalid_arguments", response_metadata={"messages": [wrong]})
    names = [name] if name else str(arguments.get("channels") or "").split(",")
    return [place(caller, each).id for each in names if each]


def _message(arguments: Arguments, channel: str, files: list[Uploaded]) -> Message:
    comment, thread = str(arguments.get("initial_comment") or ""), arguments.get("thread_ts")
    told = [{"id": file.id, "name": file.name, "title": file.title, "size": len(file.data)} for file in files]
    extra = {"files": told}
    return Message("", channel, comment, (), None, thread, None, "files.completeUploadExternal", extra=extra)


async def _data(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
