"""Make what is made: the settings' pages and the README's table of commands. Run by `make docs`."""

import re
from collections.abc import Iterable
from pathlib import Path

from bot.config.document import example_toml, reference
from bot.core.command import VERBS, Verb
from bot.text import sentence

__all__ = ["COMMANDS", "commands_table", "made"]

ROOT = Path(__file__).parent.parent
COMMAND = "/superoffice"
#: The part of the README that is made.
COMMANDS = re.compile(
    r"(?<=<!-- commands: made from bot/core/command.py by `make docs` -->\n).*?(?=<!-- /commands -->)",
    re.DOTALL,
)


def commands_table() -> str:
    """The verbs as a table, from the definitions that the parser and `help` use."""
    return "\n".join(["| command | shows or does |", "|---|---|", *map(_row, VERBS), ""])


def _row(verb: Verb) -> str:
    what = sentence(f"verb.{verb.name}", command=COMMAND)
    such_as = _listed("; such as", (text for text in verb.examples if text != verb.usage))
    return f"| `{COMMAND} {verb.usage}` | {what}{such_as}{_listed('; also', verb.aliases)} |"


def _listed(start: str, texts: Iterable[str]) -> str:
    quoted = ", ".join(f"`{text}`" for text in texts)
    return f"{start} {quoted}" if quoted else ""


def made() -> dict[Path, str]:
    """Each file that is made, wholly or in part, and what it should say."""
    readme = ROOT / "README.md"
    return {
        ROOT / "config/bot.example.toml": example_toml(),
        ROOT / "docs/configuration.md": reference(),
        readme: COMMANDS.sub(lambda _: commands_table(), readme.read_text("utf-8")),
    }


if __name__ == "__main__":
    for file, text in made().items():
        file.write_text(text, "utf-8")
