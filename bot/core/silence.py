"""A network that was cut says nothing: how long that may last, and how a database's connections notice."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.core.secret import DatabaseUrl

__all__ = ["SILENCE", "watchful"]

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
