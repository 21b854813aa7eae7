"""Every fault with what people see and what becomes of digests, as one table.

``test_matrix.py`` makes each of it happen to a real process between real sockets; ``make docs`` makes a page.
"""

from dataclasses import dataclass

__all__ = ["ANSWERED", "MATRIX", "SLACKS_OWN", "TABLE", "Fault"]

#: The test that goes through the table.
MATRIX = "test_matrix.py"
#: People are answered as if nothing were wrong.
ANSWERED = "answered as usual"
#: Slack says for the bot that it does not answer.
SLACKS_OWN = "Slack itself: the app did not respond"
#: The bot does not start, and says why.
REFUSED = "nothing: it does not start, and says in one line why"
SOCKETS, STARTS = "test_socketmode.py", "test_start.py"


@dataclass(frozen=True)
class Fault:
    """One fault, while four digests are due and somebody asks."""

    id: str
    #: In words, for the page.
    happens: str
    #: The id of the sentence that whoever asks meanwhile reads, or one of the words above.
    people: str
    #: What stands in the ledger meanwhile: outcome and reason; ``due``: the slot has not been begun.
    ledger: str
    #: Seconds from the end of the fault, at most, until whoever asks is answered.
    recovers: float
    test: str = MATRIX


TABLE: tuple[Fault, ...] = (
    Fault("slow", "SuperOffice takes more than five seconds", "still-asking.typed", "posted", 5),
    Fault(
        "hangs",
        "SuperOffice takes a request and never answers",
        "error.crm-timed-out",
        "claimed crm-timed-out",
        15,
    ),
    Fault("flapping", "SuperOffice drops every other connection", ANSWERED, "posted", 5),
    Fault("down", "SuperOffice refuses connections", "error.crm-unreachable", "claimed crm-unreachable", 15),
    Fault("down-longer", "the same, five questions later", "error.crm-paused", "claimed crm-paused", 15),
    Fault("overloaded", "SuperOffice answers 503", "error.crm-too-busy", "claimed crm-too-busy", 15),
    Fault(
        "truncated", "SuperOffice sends half of the XML", "error.crm-unreadable", "claimed crm-unreadable", 1
    ),
    Fault("huge", "SuperOffice sends 33 MiB", "error.crm-too-large", "claimed crm-too-large", 5),
    Fault(
        "hostile",
        "SuperOffice sends entities that explode",
        "error.crm-unreadable",
        "claimed crm-unreadable",
        5,
    ),
    Fault("moved-301", "301 to another address", "error.crm-wrong-address", "claimed crm-wrong-address", 5),
    Fault(
        "moved-421",
        "421, not the tenant's host any more",
        "error.crm-wrong-address",
        "claimed crm-wrong-address",
        5,
    ),
    Fault("slack-429", "Slack takes no message for a second (429)", ANSWERED, "claimed slack:ratelimited", 5),
    Fault("slack-500", "Slack posts a message, then answers 500", ANSWERED, "claimed slack:unreadable", 5),
    Fault(
        "slack-cut",
        "Slack posts a message, then cuts the connection",
        ANSWERED,
        "claimed slack:ServerDisconnectedError",
        5,
    ),
    Fault(
        "slack-answers", "Slack does not take answers (`response_url`, 500)", "by direct message", "posted", 1
    ),
    Fault("slack-down", "Slack's API answers 503 to everything", ANSWERED, "claimed slack:unreadable", 5),
    Fault("disk-full", "nothing can be written to the disk", ANSWERED, "due", 5),
    Fault("locked", "another process holds the database's lock", ANSWERED, "due", 5),
    Fault("clock", "the bot's clock is an hour ahead", SLACKS_OWN, "posted", 5),
    Fault("clock-minutes-ahead", "it is three minutes ahead", ANSWERED, "posted", 5),
    Fault("clock-minutes-behind", "it is three minutes behind", ANSWERED, "due", 5),
    Fault("clock-behind", "it is twenty minutes behind", SLACKS_OWN, "due", 5),
    Fault("clock-day-ahead", "it is a day ahead", SLACKS_OWN, "skipped late", 15),
    Fault("clock-day-behind", "it is a day behind", SLACKS_OWN, "due", 15),
    Fault("descriptors", "the process is out of file descriptors", SLACKS_OWN, "claimed crm-unreachable", 15),
    Fault("killed", "`kill -9` as a message is posted", SLACKS_OWN, "claimed", 15),
    Fault("stopped", "SIGTERM while commands and a wave are under way", "error.restarting", "claimed", 15),
    Fault("two-bots", "a second bot is started on the database", ANSWERED, "posted", 5),
    Fault(
        "start-crm-down",
        "a start while SuperOffice is down",
        "error.crm-unreachable",
        "claimed",
        15,
    ),
    Fault(
        "start-slack-down",
        "the first start with a token while Slack's API is down",
        SLACKS_OWN,
        "claimed slack:not_installed",
        5,
    ),
    Fault(
        "restart-slack-down", "a restart while Slack's API is down", ANSWERED, "claimed slack:unreadable", 5
    ),
    Fault("socket-cut", "Socket Mode is cut", ANSWERED, "", 5, SOCKETS),
    Fault("socket-silent", "Socket Mode is silent, or half-open", ANSWERED, "", 15, SOCKETS),
    Fault("socket-stuck", "Socket Mode's handshake is never answered", SLACKS_OWN, "", 50, SOCKETS),
    Fault("no-database", "a start with a file that is no database, or damaged", REFUSED, "", 0, STARTS),
    Fault("read-only", "a start with a database that cannot be written", REFUSED, "", 0, STARTS),
)
