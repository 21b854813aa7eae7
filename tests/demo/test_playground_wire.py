"""What the wire panel shows: all of a request but its secrets."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.clock import TestClock
from bot.demo.playground.wire import MOST, Wire, masked
from bot.demo.superoffice.cast import USERS

SECRETS = [
    *(
        "7T:OWE3Zjsx+/Q==",
        "8A:Cust12345.AbC-d_9",
        "xoxb-demo-0123456789ab",
        "xapp-1-demo-0123",
        "xoxp-demo-77",
    ),
    *(f"http://127.0.0.1:1/{path}/s3cr3t-Token_0" for path in ("link", "response", "upload/v1")),
    *("ws://127.0.0.1:1/link?ticket=s3cr3t-Token_0", USERS[0].password),
]
text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
shells: dict[str, Any] = {
    "alone": lambda secret: secret,
    "in words": lambda secret: f"It is {secret}, is it not?",
    "in JSON": lambda secret: json.dumps({"blocks": [{"text": f"<{secret}|here>"}]}),
    "in a form": lambda secret: urlencode({"a": "1", "text": secret}),
    "in JSON in a form": lambda secret: urlencode({"blocks": json.dumps([{"url": secret}])}),
    "in JSON in JSON": lambda secret: json.dumps({"private_metadata": json.dumps({"x": secret})}),
    "in XML": lambda secret: f"<s:Body><h:Name>{secret}</h:Name></s:Body>",
    "as data": lambda secret: {"a": [{"b": secret}]},
    "behind much": lambda secret: f"{'x' * (MOST - 10)} {secret}",
}


def essence(secret: str) -> str:
    """Its part that lets somebody in."""
    return (
        secret.rpartition("/")[2].rpartition("=")[2]
        if "//" in secret
        else secret.partition(":")[2] or secret[5:]
    )


@pytest.mark.parametrize("shell", shells)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_masked_wherever_it_stands(secret: str, shell: str) -> None:
    assert essence(secret) not in masked(shells[shell](secret))


@pytest.mark.parametrize(
    "body",
    [
        "<h:Ticket xmlns:h='x'>abc123</h:Ticket>",
        "<UserName>KLED</UserName><Password>abc123</Password>",
        "<ApplicationToken>abc123</ApplicationToken>",
        json.dumps({"ok": True, "response_url": "abc123", "more": {"trigger_id": "abc123"}}),
        urlencode({"token": "abc123", "text": "today"}),
        {"payload": {"client_secret": "abc123"}},
    ],
)
def test_a_field_of_secrets_is_masked_whatever_is_in_it(body: Any) -> None:
    shown = masked(body)
    assert "abc123" not in shown
    assert "•••" in shown


@given(
    st.recursive(text, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3)),
    st.sampled_from(SECRETS),
)
def test_whatever_else_is_said_beside_it(data: Any, secret: str) -> None:
    for body in (
        {"x": data, "y": f"a {secret} b"},
        json.dumps([data, secret]),
        urlencode({"d": json.dumps(data), "s": secret}),
    ):
        assert essence(secret) not in masked(body)


def test_what_is_no_secret_is_laid_out_and_cut() -> None:
    assert masked('{"a":1}') == '{\n  "a": 1\n}'
    assert masked("text=since+monday&user_id=U0SELLER") == masked(
        {"text": "since monday", "user_id": "U0SELLER"}
    )
    assert masked("<Name>Nordlys</Name>") == "<Name>Nordlys</Name>"
    assert masked("") == ""
    assert masked("é" * 5000) == "é" * MOST + "\n… 1000 characters more"


def test_a_request_is_told_as_it_leaves_and_when_it_is_answered() -> None:
    told: list[dict[str, Any]] = []
    wire = Wire(TestClock(datetime(2026, 11, 19, 9, tzinfo=UTC)), told.append)
    ended = wire.started("bot", "Slack", "chat.postMessage", '{"token": "xoxb-1"}')
    ended(200, '{"ok": true}')
    before, after = told
    assert (before["n"], before["status"], before["at"]) == (1, None, "2026-11-19T09:00:00+00:00")
    assert (after["n"], after["status"], after["response"]) == (1, 200, '{\n  "ok": true\n}')
    assert list(wire.latest) == [after]
