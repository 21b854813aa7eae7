"""A network that was cut says nothing: how long that may last, and how connections notice."""

import socket
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

from bot.core.secret import DatabaseUrl

__all__ = ["SILENCE", "watchful", "watchful_socket"]

#: Seconds of silence after which a connection is given up. For as long PostgreSQL keeps what a transaction
#: locked whose process it hears nothing of.
SILENCE = 20


def watchful(url: DatabaseUrl) -> str:
    """The address, with what lets libpq notice silence unless it says that itself; it may hold a password."""
    whole = url.reveal()
    theirs = dict(parse_qsl(urlsplit(whole).query))
    watch = {
        "keepalives_idle": SILENCE // 2,
        "keepalives_interval": max(1, SILENCE // 4),
        "keepalives_count": 2,
        "tcp_user_timeout": SILENCE * 1000,
    }
    added = urlencode({name: each for name, each in watch.items() if name not in theirs})
    return f"{whole}{'&' if theirs else '?'}{added}"


def watchful_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """A socket for aiohttp whose unsent bytes the kernel drops after so much silence.

    It would go on sending them for minutes, though closed: a message that is no longer waited for would
    reach Slack after all.
    """
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE * 1000)
    return made
