"""Deliveries of the Slack side: to Bolt over signed HTTP, and over the real Socket Mode client."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.demo.clock import SystemClock, TestClock
from bot.demo.slack import Slack
from tests.demo.hearing import Bot, listening

BUTTON = {
    "type": "actions",
    "elements": [
        {"type": "button", "action_id": "more", "value": "2", "text": {"type": "plain_text", "text": "More"}}
    ],
}


def bolt(slack: Slack) -> tuple[AsyncApp, list[Any]]:
    """A small app: a command that answers with a button, the button, an event."""
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)
    seen: list[Any] = []

    @app.command("/superoffice")
    async def command(ack: Any, respond: Any, body: Any) -> None:
        await ack()
        seen.append(body["text"])
        await respond(text="Here", blocks=[BUTTON], response_type="ephemeral")

    @app.action("more")
    async def more(ack: Any, respond: Any, body: Any) -> None:
        await ack()
        seen.append(body["actions"][0]["value"])
        await respond(text="More of it", replace_original=True)

    @app.event("user_change")
    async def changed(event: Any) -> None:
        seen.append(event["user"]["id"])

    return app, seen


async def by_http(slack: Slack, app: AsyncApp, stack: AsyncExitStack) -> None:
    slack.bot_url = await stack.enter_async_context(listening(app.server().handle_post_requests))


async def by_socket(slack: Slack, app: AsyncApp, stack: AsyncExitStack) -> None:
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=app.client)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    stack.push_async_callback(handler.close_async)
    await slack.sockets.connected()


@pytest.mark.parametrize("connect", [by_http, by_socket])
async def test_a_command_a_button_and_an_event_reach_bolt(connect: Callable[..., Any]) -> None:
    async with Slack(clock=SystemClock()) as slack, AsyncExitStack() as stack:
        app, seen = bolt(slack)
        await connect(slack, app, stack)
        answer = await slack.command("/superoffice", "since monday")
        assert answer.acknowledged
        assert answer.ms < 3000
        message = await answer.next()
        assert (message.text, message.ephemeral_to) == ("Here", slack.seller.id)
        pressed = await slack.press(message, "more")
        replaced = await pressed.next()
        assert (replaced.ts, replaced.text, list(replaced.blocks)) == (message.ts, "More of it", [])
        assert [each.text for each in slack.messages("C0GENERAL", slack.seller)] == ["More of it"]
        assert (await slack.event({"type": "user_change", "user": {"id": "U0SELLER"}})).acknowledged
        assert seen[:2] == ["since monday", "2"]


async def test_socket_mode_reconnects_on_demand_and_may_deliver_twice() -> None:
    async with Slack(clock=SystemClock()) as slack, AsyncExitStack() as stack:
        app, seen = bolt(slack)
        await by_socket(slack, app, stack)
        await slack.sockets.disconnect()
        await slack.sockets.connected(opened=2)
        slack.twice = True
        answer = await slack.command("/superoffice", "today")
        assert answer.acknowledged
        await answer.next()
        await answer.next()
        assert seen == ["today", "today"]


class Seconds(Clock):
    def __init__(self, clock: TestClock) -> None:
        self.clock = clock

    def now(self) -> float:
        return self.clock.now().timestamp()


async def test_who_is_mentioned_is_marked(slack: Slack, bot: Bot) -> None:
    answer = await slack.command("/superoffice", f"by:@{Slack.manager.name} by:@nobody <b>")
    marked = f"<@{Slack.manager.id}|{Slack.manager.name}>"
    assert answer.payload["text"] == f"by:{marked} by:@nobody &lt;b&gt;"


async def test_requests_are_genuinely_signed_and_complete(slack: Slack, bot: Bot, clock: TestClock) -> None:
    answer = await slack.command("/superoffice", "by:“Ida Holm” 50%&x=1", channel="C0SALES")
    headers, body = bot.requests[0]
    verifier = SignatureVerifier(slack.signing_secret, Seconds(clock))
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b" ", headers)
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert answer.payload["text"] == "by:“Ida Holm” 50%&amp;x=1"
    assert set(answer.payload) == {
        "token",
        "team_id",
        "team_domain",
        "channel_id",
        "channel_name",
        "user_id",
        "user_name",
        "command",
        "text",
        "api_app_id",
        "is_enterprise_install",
        "response_url",
        "trigger_id",
    }


async def test_what_a_bad_acknowledgement_looks_like(slack: Slack, bot: Bot) -> None:
    bot.response = lambda: web.Response(status=500)
    assert (await slack.command("/superoffice")).error == "dispatch_failed"
    slack.patience = 0.01
    slack.bot_url = "http://127.0.0.1:9"
    assert (await slack.command("/superoffice")).status is None


async def test_a_message_in_the_acknowledgement_is_shown(slack: Slack, bot: Bot) -> None:
    bot.response = lambda: web.json_response({"response_type": "in_channel", "text": "Hello all"})
    answer = await slack.command("/superoffice")
    assert (await answer.next()).via == "ack"
    assert [message.text for message in slack.messages("C0GENERAL", slack.manager)] == ["Hello all"]


async def test_a_response_url_is_good_for_five_answers_in_thirty_minutes(
    slack: Slack, bot: Bot, clock: TestClock
) -> None:
    url = (await slack.command("/superoffice")).response_url
    webhook = AsyncWebhookClient(url)
    sent = [(await webhook.send(text=f"{number}")).status_code for number in range(6)]
    assert sent == [200] * 5 + [404]
    late = AsyncWebhookClient((await slack.command("/superoffice")).response_url)
    slack.response_urls.failures.append(500)
    assert (await late.send(text="x")).status_code == 500
    assert (await late.send(text="", blocks=[{"type": "header"}])).status_code == 400
    clock.move(minutes=31)
    assert (await late.send(text="x")).status_code == 404


async def test_answers_replace_and_delete_what_was_there(slack: Slack, bot: Bot) -> None:
    answer = await slack.command("/superoffice")
    webhook = AsyncWebhookClient(answer.response_url)
    await webhook.send(text="Asking …")
    await webhook.send(text="Answer", replace_original=True)
    assert [message.text for message in slack.messages()] == ["Answer"]
    await webhook.send(delete_original=True)
    assert slack.messages() == []


async def test_only_who_sees_a_message_can_press_its_buttons(slack: Slack, bot: Bot) -> None:
    answer = await slack.command("/superoffice")
    await AsyncWebhookClient(answer.response_url).send(text="x", blocks=[BUTTON])
    message = await answer.next()
    with pytest.raises(LookupError, match="does not see"):
        await slack.press(message, "more", user=slack.manager)
    with pytest.raises(LookupError, match="only \\['more'\\]"):
        await slack.press(message, "less")
    pressed = await slack.press(message, "more")
    assert pressed.payload["container"]["is_ephemeral"] is True
    assert "message" not in pressed.payload


async def test_a_modal_is_submitted_with_its_state(slack: Slack, bot: Bot) -> None:
    bot.response = lambda: web.json_response({"response_action": "errors", "errors": {"when": "Not a time"}})
    view = {"type": "modal", "callback_id": "digest", "blocks": []}
    answer = await slack.submit(view, {"when": {"at": {"type": "plain_text_input", "value": "25:00"}}})
    assert answer.body["errors"] == {"when": "Not a time"}
    assert answer.payload["view"]["state"]["values"]["when"]["at"]["value"] == "25:00"


async def test_a_menu_is_chosen_from(slack: Slack, bot: Bot) -> None:
    options: list[dict[str, Any]] = [
        {"text": {"type": "plain_text", "text": name.title()}, "value": name}
        for name in ("open", "why", "mute")
    ]
    options[0]["url"] = "https://crm.example.com/"
    row = {
        "type": "section",
        "text": {"type": "plain_text", "text": "Nordlys"},
        "accessory": {"type": "overflow", "action_id": "row", "options": options},
    }
    answer = await slack.command("/superoffice")
    await AsyncWebhookClient(answer.response_url).send(text="x", blocks=[row])
    message = await answer.next()
    pressed = await slack.press(message, "row", choice="mute")
    assert pressed.payload["actions"][0]["selected_option"]["value"] == "mute"
    opened = await slack.press(message, "row", choice="open")
    assert opened.payload["actions"][0]["selected_option"]["url"] == "https://crm.example.com/"
    with pytest.raises(LookupError, match="no element"):
        await slack.press(message, "row", choice="burn")


async def test_a_press_that_was_confirmed_tells_what_was_asked(slack: Slack, bot: Bot) -> None:
    dialog = {name: {"type": "plain_text", "text": name} for name in ("title", "text", "confirm", "deny")}
    share = {**BUTTON["elements"][0], "confirm": dialog}  # type: ignore[dict-item]
    answer = await slack.command("/superoffice")
    await AsyncWebhookClient(answer.response_url).send(text="x", blocks=[{**BUTTON, "elements": [share]}])
    pressed = await slack.press(await answer.next(), "more")
    assert pressed.payload["actions"][0]["confirm"] == dialog


async def test_everything_may_be_delivered_twice(slack: Slack, bot: Bot) -> None:
    slack.twice = True
    assert (await slack.command("/superoffice")).acknowledged
    assert len({body for _, body in bot.requests}) == 1
    assert len(bot.requests) == 2


async def test_a_message_that_comes_later_can_be_waited_for(slack: Slack, client: AsyncWebClient) -> None:
    waiting = asyncio.create_task(slack.wait(lambda message: message.text == "Later", timeout=5))
    await client.chat_postMessage(channel=slack.manager.id, text="Sooner")
    await client.chat_postMessage(channel=slack.manager.id, text="Later")
    assert (await waiting) == slack.direct_messages(slack.manager)[-1]
    with pytest.raises(TimeoutError):
        await slack.wait(lambda message: message.text == "Never", timeout=0.01)
