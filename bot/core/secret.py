"""A value that never shows."""

import hmac
from typing import NoReturn
from urllib.parse import parse_qsl, urlsplit

__all__ = ["DatabaseUrl", "Secret"]


class Secret:
    """A ticket, password, token or key. It shows only to who calls :meth:`reveal`.

    It has no useful ``repr``, ``str`` or format, compares in constant time, and refuses to be pickled.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself. Call it where it leaves for its destination, and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")


#: What libpq takes for a password, behind the question mark: the user's, and that of a client's key.
#: Source: www.postgresql.org/docs, "Parameter Key Words".
PASSWORDS = frozenset({"password", "sslpassword"})


class DatabaseUrl(Secret):
    """Where a PostgreSQL database is; it may hold a password."""

    __slots__ = ()

    @property
    def place(self) -> str:
        """All of it that may be shown: the server and the database."""
        parts = urlsplit(self._value)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def has_password(self) -> bool:
        """Whether the address holds one, rather than PGPASSWORD or ~/.pgpass."""
        parts = urlsplit(self._value)
        return parts.password is not None or not PASSWORDS.isdisjoint(dict(parse_qsl(parts.query)))
