"""How one setting is defined: a dataclass field that carries all there is to know about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["DEFINITION", "TABLE", "TABLES", "Definition", "setting"]

#: Keys of a dataclass field's metadata: a setting, a table of settings, a table of such tables.
DEFINITION, TABLE, TABLES = "definition", "table", "tables"


@dataclass(frozen=True, slots=True)
class Definition:
    """What there is to know about one setting."""

    parse: Callable[[str], object]
    meaning: str
    example: str
    variable: str | None
    #: Another variable that sets it when the first is absent, and what to make of its value.
    stand_in: tuple[str, str] | None
    #: As one would write it in a variable; ``None`` where the setting is then simply absent.
    default: str | None
    required: bool
    secret: bool
    listed: bool

    def absent(self) -> object:
        """The value where nothing is set: the default, parsed as a value in a variable would be."""
        return None if self.default is None else self.parse(self.default)


def setting(
    parse: Callable[[str], object],
    meaning: str,
    example: str,
    *,
    variable: str | None = None,
    stand_in: tuple[str, str] | None = None,
    default: str | None = None,
    required: bool = False,
    secret: bool = False,
    listed: bool = False,
) -> Any:
    """A dataclass field with its definition; of any type, as :func:`dataclasses.field` is."""
    made = Definition(parse, meaning, example, variable, stand_in, default, required, secret, listed)
    metadata = {DEFINITION: made}
    return field(metadata=metadata) if required else field(default_factory=made.absent, metadata=metadata)
