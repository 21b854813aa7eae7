"""The example file and the documentation, made from the definitions of the settings.

`make docs` writes them.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap
from typing import Any

from bot.config.definition import Definition
from bot.config.reading import definitions
from bot.config.workspace import WorkspaceConfig

__all__ = ["example_toml", "reference"]

WIDTH = 100
HEAD_TOML = """\
# Every setting of superoffice-slack. Made from the definitions in bot/config by `make docs`.
#
# Copy this file, name the copy in BOT_CONFIG, and take the # away from what you set. A line that stays
# a comment shows the default, or an example where there is none. Variables win over this file.
"""
HEAD_MARKDOWN = """\
# Configuration

<!-- Made from the definitions in bot/config by `make docs`. -->

The bot reads its configuration once, at start: from variables, and from the TOML file that `BOT_CONFIG`
names. Variables win, and a blank one is as good as none. If anything is wrong, all of it is told together
and the bot does not start. [`config/bot.example.toml`](../config/bot.example.toml) has every setting with
its default.

The `SUPEROFFICE_…` variables describe the tenant `onsite`, which is `[tenants.onsite]` in the file; more
tenants are tables of the file, such as `[tenants.online]`. [Workspaces and tenants](workspaces.md) tells who
may use which. Plain `http` is accepted for this machine alone, elsewhere only where an
`allow_http` says so, and then with a warning. Relative paths start where the bot is started.

| variable that is no setting | meaning |
|---|---|
| `BOT_CONFIG` | The TOML file. Without it there are the variables alone. |
| `PORT` | As hosting platforms set it: `PORT=8080` is `BOT_LISTEN=0.0.0.0:8080`, where that is not set. |
"""


def example_toml() -> str:
    """``config/bot.example.toml``: every setting with its meaning, and its default or an example."""
    parts = [HEAD_TOML]
    for table, kind, settings in _tables():
        if table:
            head = f"[{_example_of(table)}]"
            head = f"# {head}" if kind is WorkspaceConfig else head  # an empty one would say something
            parts.append("\n".join(["", "", *_comment(kind.__doc__ or ""), head]))
        parts.extend(_toml_entry(name, made) for name, made in settings)
    return "\n".join(parts) + "\n"


def reference() -> str:
    """``docs/configuration.md``: the same for reading."""
    parts = [HEAD_MARKDOWN, *(_markdown_table(*table) for table in _tables())]
    return "\n".join(parts)


def _tables() -> Iterator[tuple[str, type[Any], list[tuple[str, Definition]]]]:
    for (table, kind), rows in groupby(definitions(), lambda row: (row[0].rpartition(".")[0], row[1])):
        yield table, kind, [(key.rpartition(".")[2], made) for key, _, made in rows]


def _toml_entry(name: str, made: Definition) -> str:
    line = f"{name} = {_literal(made, made.default or made.example)}"
    notes = " ".join(_notes(made))
    return "\n".join(["", *_comment(made.meaning), *_comment(notes), line if made.required else f"# {line}"])


def _notes(made: Definition) -> Iterator[str]:
    if made.required:
        yield "Required."
    if made.variable:
        yield f"Variable: {made.variable}."
    if made.default and made.default != made.example:
        yield f"Example: {_literal(made, made.example)}"


def _literal(made: Definition, text: str) -> str:
    if made.listed:
        return json.dumps([part.strip() for part in text.split(",")])
    return text if text in {"true", "false"} or text.isdecimal() else json.dumps(text)


def _comment(text: str) -> list[str]:
    words = " ".join(text.replace("`", "").split())  # a docstring's lines are indented, before Python 3.13
    return [f"# {line}" for line in wrap(words, WIDTH, break_on_hyphens=False)]


def _markdown_table(table: str, kind: type[Any], settings: list[tuple[str, Definition]]) -> str:
    title = (
        f"## `[{_example_of(table)}]`\n\n{_paragraphs(kind)}\n" if table else "## At the top of the file\n"
    )
    rows = [f"| {' | '.join(_cells(name, made))} |" for name, made in settings]
    return "\n".join(
        [title, "| setting | variable | default | example | meaning |", "|---|---|---|---|---|", *rows, ""]
    )


def _cells(name: str, made: Definition) -> Iterator[str]:
    yield f"`{name}`"
    yield f"`{made.variable}`" if made.variable else ""
    yield "*required*" if made.required else f"`{made.default}`" if made.default else ""
    yield f"`{made.example}`"
    yield made.meaning


def _example_of(table: str) -> str:
    return table.replace("tenants.<id>", "tenants.onsite").replace("workspaces.<id>", "workspaces.T024BE7LH")


def _paragraphs(kind: type[Any]) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (kind.__doc__ or "").split("\n\n"))
