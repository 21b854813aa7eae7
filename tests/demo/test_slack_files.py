"""Files: slack_sdk uploads them as it would to Slack."""

import io
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import Slack
from tests.demo.calling import failing

CSV = b"Company;When\nNordlys;2026-11-19\n"


@pytest.fixture(autouse=True)
def allowed(slack: Slack) -> None:
    slack.api.scopes.add("files:write")


async def put(session: aiohttp.ClientSession, url: str, data: Any) -> int:
    async with session.post(url, data=data) as response:
        return response.status


async def test_a_file_is_handed_over_in_a_direct_message(slack: Slack, client: AsyncWebClient) -> None:
    channel = (await client.conversations_open(users=slack.seller.id))["channel"]["id"]
    answer = await client.files_upload_v2(
        content=CSV, filename="export.csv", title="Export", channel=channel, initial_comment="Here it is"
    )
    (file,) = slack.files
    assert answer["files"] == [{"id": file.id, "title": "Export"}]
    assert (file.name, file.title, file.data) == ("export.csv", "Export", CSV)
    assert (file.channel, file.team) == (channel, "T0DEMO")
    (message,) = slack.direct_messages(slack.seller)
    assert (message.ts, message.text) == (file.ts, "Here it is")
    assert message.extra["files"][0]["size"] == len(CSV)
    assert slack.workspace.sees(slack.seller.id, message)
    assert not slack.workspace.sees(slack.manager.id, message)


async def test_without_a_channel_a_file_is_private(slack: Slack, client: AsyncWebClient) -> None:
    await client.files_upload_v2(content=CSV, filename="export.csv")
    assert [(file.channel, file.title) for file in slack.files] == [(None, "export.csv")]
    assert slack.messages() == []


async def test_several_files_and_channels_go_together(slack: Slack, client: AsyncWebClient) -> None:
    uploads = [{"content": CSV, "filename": name} for name in ("a.csv", "b.csv")]
    await client.files_upload_v2(file_uploads=uploads, channels=["C0GENERAL", "C0SALES"])
    assert [(file.name, file.channel) for file in slack.files] == [
        *(("a.csv", "C0GENERAL"), ("b.csv", "C0GENERAL"), ("a.csv", "C0SALES"), ("b.csv", "C0SALES"))
    ]
    assert len(slack.messages()) == 2


async def test_a_file_goes_where_the_bot_may_write(slack: Slack, client: AsyncWebClient) -> None:
    for channel, error in (
        ("C0RANDOM", "not_in_channel"),
        ("C0BOARD", "channel_not_found"),
        ("C0OLD", "is_archived"),
        (slack.seller.id, "invalid_arguments"),
    ):
        upload = client.files_upload_v2(content=CSV, filename="export.csv", channel=channel)
        assert await failing(upload) == error
    assert slack.files == []


async def test_a_file_needs_its_scope_and_its_bytes(
    slack: Slack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    get = client.files_getUploadURLExternal
    assert await failing(get(filename="", length=3)) == "invalid_arguments"
    assert await failing(get(filename="x", length=0)) == "invalid_arguments"
    url = await get(filename="x", length=3)
    complete = client.files_completeUploadExternal
    assert await failing(complete(files=[{"id": url["file_id"], "title": "x"}])) == "file_not_found"
    assert await put(session, url["upload_url"], b"four") == 400
    url = await get(filename="x", length=3)
    assert await put(session, url["upload_url"], {"file": io.BytesIO(b"abc")}) == 200, "in a form"
    assert await put(session, url["upload_url"], b"abc") == 404, "once"
    assert await put(session, f"{slack.url}/upload/v1/x", b"abc") == 404
    assert await failing(complete(files=[])) == "invalid_arguments"
    assert await failing(complete(files=[{"id": "F0NONE", "title": "x"}])) == "file_not_found"
    other = slack.add_workspace("T0OTHER")
    slack.install(other, ["files:write"])
    theirs = complete(files=[{"id": url["file_id"], "title": "x"}], token=slack.token(other))
    assert await failing(theirs) == "file_not_found"
    assert (await complete(files=[{"id": url["file_id"], "title": "x"}]))["ok"]
    assert [file.data for file in slack.files] == [b"abc"]
    slack.api.scopes.discard("files:write")
    assert await failing(get(filename="x", length=3)) == "missing_scope"
