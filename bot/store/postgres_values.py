"""How values go to PostgreSQL and come back: as with SQLite."""

from typing import Any

import psycopg
from psycopg.adapt import Buffer
from psycopg.types.array import ListBinaryDumper
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrBinaryDumper, StrDumper, TextLoader

__all__ = ["adapt"]


def adapt(connection: psycopg.AsyncConnection[Any] | psycopg.Connection[Any]) -> None:
    """Let what goes to and fro be as it is with SQLite."""
    connection.adapters.register_dumper(int, _Whole)
    connection.adapters.register_dumper(bool, _Whole)
    for dumper in (_ListedText, _Text):  # the last is for texts by themselves
        connection.adapters.register_dumper(str, dumper)
    connection.adapters.register_dumper(list, ListBinaryDumper)  # as text, each byte of a list is looked at
    connection.adapters.register_loader("text", _Read)


class _Whole(Int8Dumper):
    """Every number is a BIGINT, also a truth: so a statement is prepared once, whatever it is given."""

    def dump(self, obj: int) -> Buffer | None:
        """``True`` is 1."""
        return super().dump(int(obj))


#: PostgreSQL's text holds every character but one: that is written with this one, which stands for nothing.
ESCAPE = "\ue000"


def _escaped(text: str) -> str:
    if "\0" in text or ESCAPE in text:
        return text.replace(ESCAPE, f"{ESCAPE}1").replace("\0", f"{ESCAPE}0")
    return text


class _Text(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(_escaped(obj))


class _ListedText(StrBinaryDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(_escaped(obj))


class _Read(TextLoader):
    def load(self, data: Buffer) -> str:
        text = bytes(data).decode()
        return text.replace(f"{ESCAPE}0", "\0").replace(f"{ESCAPE}1", ESCAPE) if ESCAPE in text else text
