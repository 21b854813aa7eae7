"""The guard that every test runs under bites."""

import logging

import pytest

from tests.conftest import Listening


@pytest.mark.parametrize(
    "line",
    [
        "ticket 7T:abc",
        "token xoxb-1234567",
        "password northern-lights-7",
        "Kianna Ledner",
        "kianna.ledner@example.com",
        "KLED signed in",
        "Nordlys Kraft AS",
        "GET /link/0123456789012345678901",
        "wss://example.com/?ticket=1",
    ],
)
def test_a_leak_is_heard(line: str) -> None:
    listening = Listening()
    listening.emit(logging.LogRecord("bot", logging.DEBUG, "x.py", 1, "%s", (line,), None))
    assert listening.leaks
    assert line not in str(listening.leaks)
