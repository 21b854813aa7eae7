"""Make what is made of definitions: settings' pages, tables of commands and filters. Run by `make docs`."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import bot.core.onlineerrors  # noqa: F401 - its errors are told as well
from bot.config.document import example_toml, reference
from bot.core.command import VERBS, Verb, usage_hint
from bot.core.errors import BotError
from bot.core.filterkeys import KEYS, Key
from bot.text import LANGUAGES, sentence
from tests.crm.failure_table import TABLE
from tests.faults.table import TABLE as FAULTS
from tests.faults.table import Fault

__all__ = ["COMMANDS", "FILTERS", "commands_table", "errors", "filters_table", "made"]

ROOT = Path(__file__).parent.parent
COMMAND = "/superoffice"
#: The parts of the README that are made.
COMMANDS = re.compile(
    r"(?<=<!-- commands: made from bot/core/command.py by `make docs` -->\n).*?(?=<!-- /commands -->)",
    re.DOTALL,
)
FILTERS = re.compile(
    r"(?<=<!-- filters: made from bot/core/filterkeys.py by `make docs` -->\n).*?(?=<!-- /filters -->)",
    re.DOTALL,
)
#: The part of the page about faults that is made.
MATRIX = re.compile(
    r"(?<=<!-- faults: made from tests/faults/table.py by `make docs` -->\n).*?(?=<!-- /faults -->)",
    re.DOTALL,
)
#: What stands above the tables of the page about errors.
ERRORS = """# Errors

Made by `make docs`, from `bot/core/errors.py`, the catalogue of sentences and the table that the tests go by.

A failure says in one sentence what happened, what to do next, and a reference. The reference is in the bot's
log, in the line with the action `command.failed`, which names the code. A failure never looks like an empty
answer.

## What people read
"""
WIRE = """
## What happens between the bot and SuperOffice

`tests/crm/test_failure_table.py` makes each of it happen over a real socket. *asked* is how often the bot
asks before it gives up; signing in is never asked twice. Where SuperOffice names the type of an exception,
the log has it as `exception_type`, beside its message with nothing left in it but known words: enough to see
which rule applied, and to tell us where it is wrong.
"""
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


def errors() -> Iterator[str]:
    """Every error: what people read, and what happened on the way to SuperOffice when they do."""
    yield ERRORS
    yield "| code | what it means | what people read | what to do |"
    yield "|---|---|---|---|"
    say = partial(
        sentence,
        command=COMMAND,
        seconds=25,
        state="OfflineMaintenance",
        by="SuperOffice",
        workspace="T024BE7LH",
    )
    for kind in _kinds(BotError):
        meaning = " ".join((kind.__doc__ or "").replace("``", "`").split())
        what = say(f"error.{kind.code}")
        way_out = say(f"error.{kind.code}.next")
        yield f"| `{kind.code}` | {meaning} | {what} | {way_out} |"
    yield WIRE
    yield "| what happens | code | asked | in the log |"
    yield "|---|---|---|---|"
    for case in TABLE:
        asked = "once" if case.tries == 1 else f"{case.tries} times"
        yield f"| {case.happens} | `{case.code}` | {asked} | {case.logged and f'`{case.logged}`'} |"
    yield ""


def faults_table() -> str:
    """Every fault: what people read, what the ledger says, how soon it is over."""
    head = "| what happens | who asks meanwhile | due digests | over, at most | lost | doubled | shown by |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *map(_fault, FAULTS), ""])


def _fault(fault: Fault) -> str:
    people = f"“{_said(fault.people)}”" if "." in fault.people else fault.people
    ledger = " ".join(f"`{word}`" for word in fault.ledger.split()) or "–"
    over = f"{fault.recovers:.0f} s" if fault.recovers else "–"
    return f"| {fault.happens} | {people} | {ledger} | {over} | nothing | nothing | `{fault.test}` |"


def _said(id_: str) -> str:
    return sentence(id_, seconds=25, command="/superoffice today" if "asking" in id_ else COMMAND)


def _kinds(kind: type[BotError]) -> Iterator[type[BotError]]:
    yield kind
    for other in sorted(kind.__subclasses__(), key=lambda other: other.code):
        yield from _kinds(other)


def made() -> dict[Path, str]:
    """Each file that is made, wholly or in part, and what it should say."""
    faults = ROOT / "docs/faults.md"
    readme, manifest = ROOT / "README.md", ROOT / "config/manifest.json"
    front = COMMANDS.sub(lambda _: commands_table(), readme.read_text("utf-8"))
    return {
        ROOT / "config/bot.example.toml": example_toml(),
        ROOT / "docs/configuration.md": reference(),
        ROOT / "docs/errors.md": "\n".join(errors()),
        faults: MATRIX.sub(lambda _: faults_table(), faults.read_text("utf-8")),
        readme: FILTERS.sub(lambda _: filters_table(), front),
        manifest: HINT.sub(lambda _: usage_hint(), manifest.read_text("utf-8")),
    }


if __name__ == "__main__":
    from docs.drawn import messages_page, page_of

    for file, text in {**made(), **{page_of(each): messages_page(each) for each in LANGUAGES}}.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
