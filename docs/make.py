"""Make what is made of definitions: settings' pages, tables of commands and filters. Run by `make docs`."""

import re
from collections.abc import Iterable
from pathlib import Path

from bot.config.document import example_toml, reference
from bot.core.command import VERBS, Verb, usage_hint
from bot.core.filtertext import KEYS, Key
from bot.text import sentence

__all__ = ["COMMANDS", "FILTERS", "commands_table", "filters_table", "made"]

ROOT = Path(__file__).parent.parent
COMMAND = "/superoffice"
#: The parts of the README that are made.
COMMANDS = re.compile(
    r"(?<=<!-- commands: made from bot/core/command.py by `make docs` -->\n).*?(?=<!-- /commands -->)",
    re.DOTALL,
)
FILTERS = re.compile(
    r"(?<=<!-- filters: made from bot/core/filtertext.py by `make docs` -->\n).*?(?=<!-- /filters -->)",
    re.DOTALL,
)
#: What Slack shows while one types, in the manifest.
HINT = re.compile(r'(?<="usage_hint": ")[^"]*')


def commands_table() -> str:
    """The verbs as a table, from the definitions that the parser and `help` use."""
    return "\n".join(["| command | shows or does |", "|---|---|", *map(_row, VERBS), ""])


def filters_table() -> str:
    """The filters as a table, from the definitions that the parser and `help filter` use."""
    return "\n".join(["| filter | shows |", "|---|---|", *map(_filter, KEYS), ""])


def _filter(key: Key) -> str:
    such_as = _listed("; such as", key.examples)
    return f"| `{key.usage}` | {sentence(f'filter.{key.name}')}{such_as} |"


def _row(verb: Verb) -> str:
    what = sentence(f"verb.{verb.name}", command=COMMAND)
    such_as = _listed("; such as", (text for text in verb.examples if text != verb.usage))
    return f"| `{COMMAND} {verb.usage}` | {what}{such_as}{_listed('; also', verb.aliases)} |"


def _listed(start: str, texts: Iterable[str]) -> str:
    quoted = ", ".join(f"`{text}`" for text in texts)
    return f"{start} {quoted}" if quoted else ""


def made() -> dict[Path, str]:
    """Each file that is made, wholly or in part, and what it should say."""
    readme, manifest = ROOT / "README.md", ROOT / "config/manifest.json"
    front = COMMANDS.sub(lambda _: commands_table(), readme.read_text("utf-8"))
    return {
        ROOT / "config/bot.example.toml": example_toml(),
        ROOT / "docs/configuration.md": reference(),
        readme: FILTERS.sub(lambda _: filters_table(), front),
        manifest: HINT.sub(lambda _: usage_hint(), manifest.read_text("utf-8")),
    }


if __name__ == "__main__":
    for file, text in made().items():
        file.write_text(text, "utf-8")
