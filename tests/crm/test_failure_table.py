"""The table of failures, each made to happen over a real socket."""

import logging
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from bot.core.errors import CrmError
from bot.core.secret import Secret
from bot.crm.soap.scrubbing import VOCABULARY
from bot.crm.soap.transport import Limits
from bot.services.ports import ActivityQuery
from tests.crm.failure_table import TABLE, Case
from tests.crm.test_tls import Tls, tls
from tests.crm.test_transport import cut_off, free_port, hang_up, silent

__all__ = ["tls"]

LIMITS = Limits(connect=0.1, attempt=0.4, command=5, size=1_000_000, pause=0.001)
#: Where no answer comes, and what does happen.
HANDLERS = {"read": silent, "cut": cut_off, "hang-up": hang_up}


@contextmanager
def full() -> Iterator[int]:
    """The port of a listener whose queue is full: a connection is neither made nor refused."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def elsewhere(case: Case, server: Any, tls: Tls, stack: ExitStack) -> str:
    """The address to ask, where it is not the scripted server's."""
    match case.id:
        case "refused":
            return f"http://127.0.0.1:{free_port()}/Services86/"
        case "dns":
            return "http://crm.invalid/Services86/"
        case "tls":
            return str(server.url.replace("http:", "https:"))
        case "certificate":
            return tls.url
        case "connect":
            return f"http://127.0.0.1:{stack.enter_context(full())}/Services86/"
        case _:
            return ""


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
async def test_a_failure_is_what_the_table_says(
    case: Case,
    crm: Any,
    server: Any,
    reply: Any,
    soap: Any,
    ticket: Secret,
    tls: Tls,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if case.answer is not None:
        handler = reply(*case.answer(soap), Location="/elsewhere")
    else:
        handler = HANDLERS.get(case.id, silent)
    server.answers(reply(soap.system_info()), handler)
    with ExitStack() as stack, caplog.at_level(logging.DEBUG):
        client = crm(elsewhere(case, server, tls, stack), LIMITS)
        with pytest.raises(CrmError) as caught:
            await client.activities(ticket, ActivityQuery(None))
    error = caught.value
    assert error.code == case.code, error
    assert error.params["tenant"] == "onsite"
    if server.requests:
        assert len(server.requests) - 1 == case.tries, "the first asked for the time"
    logged = [vars(record) for record in caplog.records if record.name.startswith("bot.")]
    told = {str(value) for record in logged for value in (*record.values(), *record["args"])} | set(
        map(str, error.params.values())
    )
    assert not case.logged or case.logged in told, "so that the rule can be tuned on real servers"
    for record in logged:
        if record.get("action") == "crm.failed":
            words = set(re.findall(r"[a-z]+", str(record["args"])))
            assert words <= VOCABULARY, "a message is scrubbed"


def test_the_table_has_every_kind_of_it() -> None:
    """Issue 3, part C, word by word."""
    wanted = (
        "refused dns tls connect read cut 401 403 404 421 429 500-fault 503 200-html 200-empty truncated "
        "wrong-xml over-the-cap billion-laughs external-entity unproven SoSessionException SoSentryException "
        "SoLicenseException SoFunctionRightException SoNotFoundException SoDbAccessException "
        "SoServiceException SoMissingDatabaseContextException"
    )
    ids = [case.id for case in TABLE]
    assert set(wanted.split()) <= set(ids)
    assert len(ids) == len(set(ids))
