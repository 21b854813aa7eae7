"""A digest as a good developer builds it from the documentation of the project's own libraries.

Whose ticket it is stands in a table of sqlite-utils, encrypted by Fernet; zeep asks in threads, with a client
that is made once; the words are f-strings, their times Babel's; the blocks are ``slack_sdk``'s models and its
client posts them. A row of a table says when a digest began and when it was posted. It looks like the bot's:
a heading, a paragraph with a menu for each company, buttons. Nothing is done that nobody would do. What such
a build has not is left out: which rows were told, who is due, filters, languages.
"""

import html
import ssl
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlite_utils
from babel.dates import format_datetime
from cryptography.fernet import Fernet
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.web.async_client import AsyncWebClient

from tests.bench.formatting import modelled
from tests.bench.stock import Call, asking_in_threads, in_threads
from tests.bench.whole import WORKSPACE

__all__ = ["bare", "default_client", "whole"]

WEB = "https://127.0.0.1/web/default.aspx?contact.main?contact_id="
SINCE = datetime(2026, 5, 1)


def whole(url: str, threads: Executor, folder: Path, users: int) -> Call:
    """Look the user up, ask, write, post, and note both in the ledger."""
    db, fernet = sqlite_utils.Database(folder / "digests.db"), Fernet(Fernet.generate_key())
    linked, digests = db.table("users"), db.table("digests")
    linked.insert_all(
        (
            {"id": f"U{number}", "workspace": WORKSPACE, "ticket": fernet.encrypt(f"7T:{number}".encode())}
            for number in range(users)
        ),
        pk="id",
    )
    slack, ask = default_client(url), asking_in_threads(f"{url}/remote/Services86/", threads)

    async def one(number: int) -> object:
        user = linked.get(f"U{number}")
        ticket = fernet.decrypt(user["ticket"]).decode()
        begun = datetime.now(UTC)
        digest = {"id": f"{user['id']} {begun.isoformat()}", "user": user["id"], "begun": begun.isoformat()}
        digests.upsert(digest, pk="id")
        rows = (await ask(ticket)).body.Response.ContactActivity
        text, blocks = _written(rows, begun)
        answer = await slack.chat_postMessage(channel=user["id"], text=text, blocks=blocks)
        posted = {"posted": datetime.now(UTC).isoformat(), "ts": answer["ts"]}
        digests.upsert({**digest, **posted}, pk="id", alter=True)
        return answer

    return one


def bare(url: str, threads: Executor, blocks: list[dict[str, Any]]) -> Call:
    """Ask and post alone: who asks is known, the words are ready made, and nothing is remembered."""
    slack, ask = default_client(url), in_threads(f"{url}/remote/Services86/", threads)

    async def one(number: int) -> object:
        await ask(number)
        return await slack.chat_postMessage(channel=f"U{number}", text="Your digest", blocks=modelled(blocks))

    return one


def default_client(url: str) -> AsyncWebClient:
    """``slack_sdk``'s own, as its documentation sets it up."""
    return AsyncWebClient("xoxb-bench", base_url=f"{url}/api/", ssl=ssl.create_default_context())


def _written(rows: Sequence[Any], now: datetime) -> tuple[str, list[Block]]:
    """The message's text and its blocks."""
    title = f"{len(rows)} companies since {format_datetime(SINCE, 'EEEE HH:mm', locale='en')}"
    until = format_datetime(now, "EEE d MMM HH:mm", locale="en")
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=title)),
        ContextBlock(elements=[PlainTextObject(text=f"Until {until} · the latest activity of each company")]),
        DividerBlock(),
        *(_paragraph(row) for row in rows),
        DividerBlock(),
        ActionsBlock(
            elements=[
                ButtonElement(text=PlainTextObject(text="Change"), action_id="digest.change"),
                ButtonElement(text=PlainTextObject(text="Snooze"), action_id="digest.snooze"),
                ButtonElement(text=PlainTextObject(text="Stop"), action_id="digest.stop"),
            ]
        ),
    ]
    lines = (f"{row.Name}: {_happened(row)}, {row.ActivityPersonName}" for row in rows)
    return html.escape("\n".join((title, *lines)), quote=False), blocks


def _paragraph(row: Any) -> SectionBlock:
    when = format_datetime(row.ActionTime, "EEE d MMM HH:mm", locale="en")
    name, category, who, owner = (
        html.escape(text or "", quote=False)
        for text in (row.Name, row.Category, row.ActivityPersonName, row.AssociateFullName)
    )
    said = f"{_happened(row)} · {who}, {when} · owner {owner}"
    return SectionBlock(
        text=MarkdownTextObject(text=f"*<{WEB}{row.ContactId}|{name}>* · {category}\n{said}", verbatim=True),
        accessory=OverflowMenuElement(
            action_id="row",
            options=[
                Option(text="Open in SuperOffice", value="open", url=f"{WEB}{row.ContactId}"),
                Option(text="Why is this here?", value=f"why:{row.ContactId}"),
                Option(text="Mute this company", value=f"mute:{row.ContactId}"),
            ],
        ),
    )


def _happened(row: Any) -> str:
    """``NewActivity PersonAdded`` as people write it."""
    return ", ".join(_ACTIONS[action] for action in row.Action).capitalize()


_ACTIONS = {
    "Created": "created",
    "Updated": "updated",
    "NewActivity": "new follow-up",
    "ActivityCompleted": "follow-up completed",
    "PersonAdded": "person added",
    "PersonUpdated": "person updated",
    "DocumentAdded": "document added",
}
